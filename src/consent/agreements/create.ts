import { archive } from '../../archive.ts'
import { type Actor, recordAudit } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { osloDate } from '../../domain/clock.ts'
import { newId } from '../../domain/ids.ts'
import { type AgreementState, agreementMachine } from '../../domain/machines.ts'
import { notFound, Problem } from '../../domain/problems.ts'
import { appendEvent } from '../../events/append.ts'
import { moveState } from '../../events/move.ts'
import { agreementPdf } from '../../protocols/pdf/agreement-document.ts'
import { sha256 } from '../../vault.ts'
import { type CompanyRow, getCompany } from '../companies.ts'
import type { Language } from '../letters.ts'
import { closeLinks } from '../links.ts'
import type { ConsentPorts } from '../ports.ts'
import { type UserRow, usersOfCompany } from '../users.ts'

export type AgreementRow = Awaited<ReturnType<Tx['prisma']['agreement']['findUniqueOrThrow']>>

const over = ['rejected', 'declined', 'expired', 'cancelled', 'terminated']

/** Drafts the one agreement of a company and makes its document, the PDF that every signer will see. */
export async function createAgreement(
  ports: ConsentPorts,
  tx: Tx,
  actor: Actor,
  input: { companyId: string; signerIds: readonly string[]; language: Language },
): Promise<AgreementRow> {
  const company = await getCompany(tx, input.companyId)
  const signers = await usersOfCompany(tx, company.id, input.signerIds, (i) => `body.signerIds.${i}`)
  const version = await nextVersion(tx, company.id)
  const id = newId('agreement', tx.now)
  const document = await makeDocument(ports, tx, { id, company, signers, language: input.language })
  const agreement = await tx.prisma.agreement.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: company.id,
      state: 'draft',
      version,
      language: input.language,
      documentId: document.id,
      documentSha256: document.sha256,
      createdAt: tx.now,
    },
  })
  await tx.prisma.signer.createMany({
    data: signers.map((user, position) => ({
      id: newId('signer', tx.now),
      clientId: tx.clientId,
      companyId: company.id,
      agreementId: id,
      userId: user.id,
      position,
    })),
  })
  const about = { resourceType: 'agreement', resourceId: id, companyId: company.id }
  const data = { documentSha256: document.sha256 }
  await recordAudit(tx, { actor, action: 'agreement.draft', ...about, data })
  await appendEvent(tx, { type: 'agreement.state_changed', ...about, data: { from: null, to: 'draft' } })
  return agreement
}

/** One agreement at a time: another is drafted only when the former ones are over. */
async function nextVersion(tx: Tx, companyId: string): Promise<number> {
  // The company's row is locked, so that two drafts at once cannot both find none.
  await tx.prisma.$queryRaw`select id from company where id = ${companyId} for update`
  const former = await tx.prisma.agreement.findMany({
    where: { clientId: tx.clientId, companyId },
    orderBy: { version: 'desc' },
    take: 20,
  })
  const live = former.find((agreement) => !over.includes(agreement.state))
  if (live && isOutOfTime(live, tx.now)) await expire(tx, live)
  else if (live) throw new Problem('agreement_exists', `${live.id} is ${live.state}.`)
  return (former[0]?.version ?? 0) + 1
}

async function makeDocument(
  ports: ConsentPorts,
  tx: Tx,
  facts: { id: string; company: CompanyRow; signers: readonly UserRow[]; language: Language },
): Promise<{ id: string; sha256: string }> {
  const { company, language } = facts
  const client = await tx.prisma.apiClient.findUniqueOrThrow({ where: { id: tx.clientId } })
  const bytes = await agreementPdf({
    agreementId: facts.id,
    language,
    date: osloDate(tx.now),
    company: { name: company.name, organisationNumber: company.organisationNumber },
    operator: ports.operator,
    accountingSystem: { name: client.name },
    signers: facts.signers.map((user) => ({ name: user.name })),
    banks: ports.registry.institutions().map(({ name, processors }) => ({ name, processors })),
  })
  const kept = { companyId: company.id, kind: 'agreement', mediaType: 'application/pdf', bytes } as const
  return { id: await archive(tx, ports.vault, kept), sha256: sha256(bytes) }
}

/** Whether the time for signing has passed, though nobody has said so yet. */
export function isOutOfTime(agreement: AgreementRow, now: Date): boolean {
  const waits = ['sent', 'viewed', 'partially_signed'].includes(agreement.state)
  return waits && agreement.expiresAt !== null && agreement.expiresAt <= now
}

async function expire(tx: Tx, agreement: AgreementRow): Promise<void> {
  await moveState(tx, agreementMachine, agreement.id, agreement.state as AgreementState, 'expired', {
    actor: { kind: 'job', id: 'agreement-expiry' },
    companyId: agreement.companyId,
    event: 'agreement.state_changed',
  })
  await closeLinks(tx, agreement.id)
}

/** @throws Problem `not_found`. */
export async function getAgreement(tx: Tx, id: string): Promise<AgreementRow> {
  const agreement = await tx.prisma.agreement.findUnique({ where: { id } })
  if (!agreement) throw notFound('agreement', id)
  return agreement
}
