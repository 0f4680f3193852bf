import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { type AgreementState, agreementMachine, consentMachine } from '../domain/machines.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { closeLinks } from './links.ts'

// What nobody finishes comes to an end: agreements that were not signed in time, consents that were never begun.

const actor = { kind: 'job', id: 'expiry' } as const
/** A consent that was asked for and not begun. */
export const UNBEGUN_MS = 30 * 86_400_000
/** A signature may be under way at the provider when the time is up: its outcome is awaited, but not for ever. */
const ORDER_MS = 60 * 60_000
const LATEST_MS = 7 * 86_400_000

/** Makes the end of an agreement or a consent due. */
export function scheduleExpiry(
  tx: Tx,
  subject: { readonly id: string; readonly companyId: string },
  at: Date,
): Promise<void> {
  return schedule(tx, { kind: 'expiry', subjectId: subject.id, companyId: subject.companyId, dueAt: at })
}

/** Ends what has had its time. Answers when to look again; null: there is nothing left to end. */
export async function expire(tx: Tx, subjectId: string): Promise<Date | null> {
  return (await expireAgreement(tx, subjectId)) ?? (await abandonConsent(tx, subjectId))
}

const unsigned: readonly AgreementState[] = ['sent', 'viewed', 'partially_signed']

async function expireAgreement(tx: Tx, id: string): Promise<Date | null> {
  await tx.prisma.$queryRaw`select id from agreement where id = ${id} for update`
  const agreement = await tx.prisma.agreement.findUnique({ where: { id } })
  const state = agreement?.state as AgreementState
  if (!agreement?.expiresAt || !unsigned.includes(state)) return null
  if (agreement.expiresAt > tx.now) return agreement.expiresAt
  const signing = await tx.prisma.signer.count({
    where: {
      clientId: tx.clientId,
      agreementId: id,
      orderId: { not: null },
      signedAt: null,
      declinedAt: null,
    },
  })
  if (signing > 0 && after(agreement.expiresAt, LATEST_MS) > tx.now) return after(tx.now, ORDER_MS)
  await moveState(tx, agreementMachine, id, state, 'expired', {
    actor,
    companyId: agreement.companyId,
    reason: 'not signed in time',
    event: 'agreement.state_changed',
  })
  await closeLinks(tx, id)
  return null
}

async function abandonConsent(tx: Tx, id: string): Promise<Date | null> {
  await tx.prisma.$queryRaw`select id from consent where id = ${id} for update`
  const consent = await tx.prisma.consent.findUnique({ where: { id } })
  if (consent?.state !== 'created') return null
  const end = after(consent.createdAt, UNBEGUN_MS)
  if (end > tx.now) return end
  await moveState(tx, consentMachine, id, 'created', 'abandoned', {
    actor,
    companyId: consent.companyId,
    reason: 'never begun',
    event: 'consent.state_changed',
  })
  await tx.prisma.consent.update({ where: { id }, data: { endedAt: tx.now, endReason: 'abandoned' } })
  await closeLinks(tx, id)
  return null
}
