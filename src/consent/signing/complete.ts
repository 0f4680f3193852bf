import { archive, unarchive } from '../../archive.ts'
import { recordAudit } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { newId } from '../../domain/ids.ts'
import { agreementMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import { sameName } from '../../protocols/brreg/names.ts'
import type { SigningOrder } from '../../protocols/esign/provider.ts'
import { verifySignedRevision } from '../../protocols/pdf/pades.ts'
import { sha256 } from '../../vault.ts'
import type { AgreementRow } from '../agreements/create.ts'
import { closeLinks } from '../links.ts'
import { bankidHash } from '../login.ts'
import type { ConsentPorts } from '../ports.ts'
import { type RightsSnapshot, readRights } from './rights.ts'
import { screenAgreement } from './screening.ts'
import type { SignerRow } from './start.ts'

export type SigningOutcome = 'signed' | 'waiting' | 'declined' | 'refused' | 'expired'

type Loaded = {
  agreement: AgreementRow
  signer: SignerRow
  document: Buffer
  bankidHash: string | null
  organisationNumber: string
}

async function load(ports: ConsentPorts, tx: Tx, signerId: string): Promise<Loaded> {
  const signer = await tx.prisma.signer.findUniqueOrThrow({ where: { id: signerId } })
  const agreement = await tx.prisma.agreement.findUniqueOrThrow({ where: { id: signer.agreementId } })
  const user = await tx.prisma.user.findUniqueOrThrow({ where: { id: signer.userId } })
  const company = await tx.prisma.company.findUniqueOrThrow({ where: { id: signer.companyId } })
  const documentId = agreement.signedId ?? agreement.documentId
  if (!documentId) throw new Error(`${agreement.id} has no document`)
  const document = await unarchive(tx, ports.vault, documentId)
  return {
    agreement,
    signer,
    document,
    bankidHash: user.bankidHash,
    organisationNumber: company.organisationNumber,
  }
}

/**
 * Fetches what the e-sign provider has made of a signer's order, verifies the returned PDF and the person, and moves
 * the agreement on. Safe to call at any time and any number of times; the last signature is followed by the check of
 * signing rights and the screening.
 * @throws PadesRefused when the PDF is not our document with one more good signature at its end.
 */
export async function completeSigning(
  ports: ConsentPorts,
  clientId: string,
  signerId: string,
): Promise<SigningOutcome> {
  const loaded = await ports.db.forClient(clientId, (tx) => load(ports, tx, signerId))
  if (loaded.signer.signedAt) return 'signed'
  if (loaded.signer.declinedAt) return 'declined'
  if (!['viewed', 'partially_signed'].includes(loaded.agreement.state)) return 'expired'
  if (!loaded.signer.orderId) return 'waiting'
  const order = await ports.signing.getOrder(loaded.signer.orderId)
  if (order.status === 'created') return 'waiting'
  if (order.status === 'expired' || order.status === 'cancelled') {
    await ports.db.forClient(clientId, (tx) => forgetOrder(tx, loaded.signer))
    return 'expired'
  }
  if (order.status === 'rejected') {
    await ports.db.forClient(clientId, (tx) => decline(tx, loaded))
    return 'declined'
  }
  const refuse = () => ports.db.forClient(clientId, (tx) => refuseSignature(tx, loaded))
  // Someone else's BankID on this order: the signature is not this signer's, whatever the PDF says.
  if (!order.signer || bankidHash(ports, order.signer.bankidAltsub) !== loaded.bankidHash) return refuse()

  const signed = Buffer.from(await ports.signing.getSignedDocument(loaded.signer.orderId))
  const signatures = verifySignedRevision(loaded.document, signed, { roots: ports.signingRoots })
  const last = signatures.at(-1)
  if (!last) throw new Error('a verified revision without a signature')
  // The certificate speaks of the same person as the provider does.
  if (!sameName(last.signerName, order.signer.name)) return refuse()
  const rights = await readRights(ports, loaded.organisationNumber)
  await ports.db.forClient(clientId, (tx) =>
    keepSignature(ports, tx, loaded, { order, signed, certificatePem: last.certificatePem, rights }),
  )
  return 'signed'
}

/** An order that came to nothing: the signer's next click makes a new one. */
async function forgetOrder(tx: Tx, signer: SignerRow): Promise<boolean> {
  const forgotten = await tx.prisma.signer.updateMany({
    where: { clientId: tx.clientId, id: signer.id, orderId: signer.orderId, signedAt: null },
    data: { orderId: null, orderUrl: null, orderExpiresAt: null },
  })
  return forgotten.count > 0
}

async function refuseSignature(tx: Tx, { agreement, signer }: Loaded): Promise<'refused'> {
  if (await forgetOrder(tx, signer)) {
    await recordAudit(tx, {
      actor: { kind: 'job', id: 'signing-complete' },
      action: 'agreement.refuse_signature',
      resourceType: 'agreement',
      resourceId: agreement.id,
      companyId: agreement.companyId,
      data: { signer: signer.id, orderId: signer.orderId },
    })
  }
  return 'refused'
}

async function decline(tx: Tx, { agreement, signer }: Loaded): Promise<void> {
  const taken = await tx.prisma.signer.updateMany({
    where: { clientId: tx.clientId, id: signer.id, declinedAt: null, signedAt: null },
    data: { declinedAt: tx.now },
  })
  if (taken.count === 0) return
  const from = agreement.state === 'partially_signed' ? 'partially_signed' : 'viewed'
  await moveState(tx, agreementMachine, agreement.id, from, 'declined', {
    actor: { kind: 'user', id: signer.userId },
    companyId: agreement.companyId,
    event: 'agreement.state_changed',
  })
  await closeLinks(tx, agreement.id)
}

type Proof = { order: SigningOrder; signed: Buffer; certificatePem: string; rights: RightsSnapshot }

async function keepSignature(ports: ConsentPorts, tx: Tx, loaded: Loaded, proof: Proof): Promise<void> {
  const { agreement, signer } = loaded
  const taken = await tx.prisma.signer.updateMany({
    where: { clientId: tx.clientId, id: signer.id, signedAt: null },
    data: { signedAt: tx.now, orderUrl: null },
  })
  if (taken.count === 0) return
  const documentSha256 = sha256(proof.signed)
  const documentId = await archive(tx, ports.vault, {
    companyId: agreement.companyId,
    kind: 'signed_agreement',
    mediaType: 'application/pdf',
    bytes: proof.signed,
  })
  await keepEvidence(ports, tx, loaded, { ...proof, documentId, documentSha256 })
  await tx.prisma.agreement.update({
    where: { id: agreement.id },
    data: { signedId: documentId, signedSha256: documentSha256 },
  })
  await closeLinks(tx, agreement.id, signer.userId)
  await moveOn(tx, agreement, signer, proof.rights)
}

/** Who signed what, by which certificate, from where, and what the register said of their rights (PROTOCOLS C.3). */
async function keepEvidence(
  ports: ConsentPorts,
  tx: Tx,
  { signer, bankidHash: hash }: Loaded,
  proof: Proof & { documentId: string; documentSha256: string },
): Promise<void> {
  const person = proof.order.signer
  if (!person || !hash) throw new Error('an unknown signer')
  const { companyId, agreementId } = signer
  const registerId = await archive(tx, ports.vault, {
    companyId,
    kind: 'register_snapshot',
    mediaType: 'application/json',
    bytes: proof.rights.raw,
  })
  const session = signer.sessionId
    ? await tx.prisma.pageSession.findUnique({ where: { id: signer.sessionId } })
    : null
  await tx.prisma.signature.create({
    data: {
      id: newId('signature', tx.now),
      clientId: tx.clientId,
      companyId,
      agreementId,
      signerId: signer.id,
      documentId: proof.documentId,
      documentSha256: proof.documentSha256,
      orderId: proof.order.orderId,
      signerName: person.name,
      birthdate: person.birthdate,
      bankidHash: hash,
      acr: person.acr,
      certificatePem: proof.certificatePem,
      registerId,
      ipAddress: session?.ipAddress ?? null,
      userAgent: session?.userAgent ?? null,
      signedAt: tx.now,
    },
  })
}

/** More signers to come, or screening. */
async function moveOn(
  tx: Tx,
  agreement: AgreementRow,
  signer: SignerRow,
  rights: RightsSnapshot,
): Promise<void> {
  const facts = {
    actor: { kind: 'user', id: signer.userId },
    companyId: agreement.companyId,
    event: 'agreement.state_changed',
  } as const
  const missing = await tx.prisma.signer.count({
    where: { clientId: tx.clientId, agreementId: agreement.id, signedAt: null },
  })
  const from = agreement.state === 'partially_signed' ? 'partially_signed' : 'viewed'
  if (missing > 0) {
    if (from === 'viewed')
      await moveState(tx, agreementMachine, agreement.id, 'viewed', 'partially_signed', facts)
    return
  }
  await moveState(tx, agreementMachine, agreement.id, from, 'signed', facts)
  await moveState(tx, agreementMachine, agreement.id, 'signed', 'screening', {
    ...facts,
    actor: { kind: 'job', id: 'screening' },
  })
  await screenAgreement(tx, agreement, rights)
}
