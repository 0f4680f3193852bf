import { unarchive } from '../../archive.ts'
import { recordAudit } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { after } from '../../domain/clock.ts'
import { agreementMachine } from '../../domain/machines.ts'
import { Problem } from '../../domain/problems.ts'
import { schedule } from '../../due-work.ts'
import { moveState } from '../../events/move.ts'
import type { CreatedOrder } from '../../protocols/esign/provider.ts'
import { type AgreementRow, getAgreement, isOutOfTime } from '../agreements/create.ts'
import type { ConsentPorts, PageVisitor } from '../ports.ts'
import { getUser } from '../users.ts'

export type SignerRow = Awaited<ReturnType<Tx['prisma']['signer']['findUniqueOrThrow']>>

export type SigningView = {
  readonly agreement: AgreementRow
  readonly signer: SignerRow
  /** Who has to sign before this person can. */
  readonly waitingFor: readonly string[]
}

/** Where the agreement stands for one signer. @throws Problem `not_found`. */
export async function viewSigning(tx: Tx, agreementId: string, userId: string): Promise<SigningView> {
  const agreement = await getAgreement(tx, agreementId)
  const signers = await tx.prisma.signer.findMany({
    where: { clientId: tx.clientId, agreementId },
    orderBy: { position: 'asc' },
  })
  const signer = signers.find((candidate) => candidate.userId === userId)
  if (!signer) throw new Problem('not_found', `There is no agreement ${agreementId}.`)
  const before = signers.filter((other) => other.position < signer.position && !other.signedAt)
  const names = await Promise.all(before.map(async (other) => (await getUser(tx, other.userId)).name))
  return { agreement, signer, waitingFor: names }
}

/** The document as it stands now: with the signatures of those who signed before. */
export async function currentDocument(ports: ConsentPorts, tx: Tx, agreement: AgreementRow): Promise<Buffer> {
  const id = agreement.signedId ?? agreement.documentId
  if (!id) throw new Problem('state_conflict', `${agreement.id} has no document.`)
  return unarchive(tx, ports.vault, id)
}

/** Notes that a signer has seen the document, after BankID. */
export async function markViewed(tx: Tx, view: SigningView, visitor: PageVisitor): Promise<void> {
  const { agreement, signer } = view
  const actor = { kind: 'user', id: visitor.userId } as const
  if (signer.viewedAt) return
  const first = await tx.prisma.signer.updateMany({
    where: { clientId: tx.clientId, id: signer.id, viewedAt: null },
    data: { viewedAt: tx.now },
  })
  if (first.count === 0) return
  // Two signers may open it at the same moment: the second waits here, and finds it viewed.
  const [locked] = await tx.prisma.$queryRaw<{ state: string }[]>`
    select state from agreement where id = ${agreement.id} for update`
  await recordAudit(tx, {
    actor,
    action: 'agreement.read',
    resourceType: 'agreement',
    resourceId: agreement.id,
    companyId: agreement.companyId,
  })
  if (locked?.state === 'sent') {
    await moveState(tx, agreementMachine, agreement.id, 'sent', 'viewed', {
      actor,
      companyId: agreement.companyId,
      event: 'agreement.state_changed',
    })
  }
}

/**
 * Orders a signature from the e-sign provider and answers where the person signs. An order that is still open is used
 * again, so that a second click makes no second one.
 */
export async function startSigning(
  ports: ConsentPorts,
  visitor: PageVisitor,
  place: { clientId: string; agreementId: string; returnUrl: string },
): Promise<string> {
  const prepared = await ports.db.forClient(place.clientId, async (tx) => {
    const view = await viewSigning(tx, place.agreementId, visitor.userId)
    if (view.waitingFor.length > 0)
      throw new Problem('state_conflict', `Waiting for ${view.waitingFor.join(', ')}.`)
    if (!['viewed', 'partially_signed'].includes(view.agreement.state) || view.signer.signedAt) {
      throw new Problem('state_conflict', `The agreement is ${view.agreement.state}.`)
    }
    if (isOutOfTime(view.agreement, tx.now))
      throw new Problem('state_conflict', 'The time for signing this agreement is over.')
    const user = await getUser(tx, visitor.userId)
    return { ...view, user, pdf: await currentDocument(ports, tx, view.agreement) }
  })
  const { signer, user } = prepared
  const open = signer.orderExpiresAt !== null && signer.orderExpiresAt > ports.clock.now()
  if (open && signer.orderUrl) return signer.orderUrl

  const order = await ports.signing.createOrder({
    pdf: prepared.pdf,
    name: prepared.agreement.language === 'nb' ? 'Bankavtale' : 'Bank agreement',
    reference: `${place.agreementId}:${signer.id}`,
    redirectUrl: place.returnUrl,
    ...(user.birthdate ? { signer: { name: user.name, birthdate: user.birthdate } } : {}),
  })
  return ports.db.forClient(place.clientId, (tx) => keepOrder(tx, signer, order, visitor))
}

async function keepOrder(
  tx: Tx,
  signer: SignerRow,
  order: CreatedOrder,
  visitor: PageVisitor,
): Promise<string> {
  const kept = await tx.prisma.signer.updateMany({
    where: { clientId: tx.clientId, id: signer.id, orderId: signer.orderId, signedAt: null },
    data: {
      orderId: order.orderId,
      orderUrl: order.signUrl,
      orderExpiresAt: order.expiresAt,
      // From where it was signed is part of the evidence.
      sessionId: visitor.sessionId,
    },
  })
  if (kept.count === 0) {
    // A second click was faster: its order counts, the one just made is never opened and runs out.
    const { orderUrl } = await tx.prisma.signer.findUniqueOrThrow({ where: { id: signer.id } })
    if (!orderUrl) throw new Problem('state_conflict', 'The agreement was signed in the meantime.')
    return orderUrl
  }
  // Should the person sign and never come back to our page, this finds out.
  const dueAt = after(tx.now, 60_000)
  await schedule(tx, { kind: 'signing-complete', subjectId: signer.id, companyId: signer.companyId, dueAt })
  return order.signUrl
}
