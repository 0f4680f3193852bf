import type { PaymentStatus } from '../connectors/connector.ts'
import { getConsent } from '../consent/consents/create.ts'
import { openConsentSession } from '../consent/open-session.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { mayMove } from '../domain/machine.ts'
import { type PaymentState, paymentMachine } from '../domain/machines.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { ATTEMPT_LOST_MS, loseAttempt } from './attempt.ts'
import { getPayment } from './create.ts'
import type { PaymentRow } from './snapshot.ts'

const actor = { kind: 'job', id: 'payment-status' } as const
const MINUTE_MS = 60_000
/** States in which the bank still has something to tell. */
const followed: readonly PaymentState[] = [
  'awaiting_sca',
  'awaiting_bank_approval',
  'partially_authorised',
  'accepted',
  'scheduled',
  'executed',
]

/** What the bank's word means for a payment that is in `current`; null: nothing new. Only forwards (PROTOCOLS G.1). */
export function nextPaymentState(current: PaymentState, status: PaymentStatus): PaymentState | null {
  const wanted = wantedState(status)
  // A failed SCA ends a payment only where one was awaited; a no of the bank's is a no everywhere.
  const reachable = (state: PaymentState) => mayMove(paymentMachine, current, state)
  const next =
    wanted === 'sca_failed' && !reachable(wanted) && status.state === 'rejected' ? 'rejected' : wanted
  return next && next !== current && reachable(next) ? next : null
}

function wantedState(status: PaymentStatus): PaymentState | null {
  switch (status.state) {
    case 'rejected':
      return status.scaState === 'failed' ? 'sca_failed' : 'rejected'
    case 'cancelled':
      return 'cancelled'
    case 'executed':
      return 'executed'
    case 'partially_authorised':
      return 'partially_authorised'
    case 'accepted':
    case 'pending':
      return 'accepted'
    case 'received':
      if (status.scaState === 'failed') return 'sca_failed'
      return status.scaState === 'finalised' ? 'accepted' : null
    case 'unknown':
      return null
  }
}

/**
 * Asks the bank how a payment stands, and follows. Safe to call at any time. Answers the state afterwards and when to
 * ask again (null: never). A payment is settled by a booked entry only, which is reconciliation's to see.
 */
export async function followPayment(
  ports: ConsentPorts,
  clientId: string,
  paymentId: string,
): Promise<{ state: PaymentState; next: Date | null }> {
  const loaded = await ports.db.forClient(clientId, (tx) => load(ports, tx, paymentId))
  const { payment } = loaded
  const state = payment.state as PaymentState
  if (!loaded.ask) return { state, next: loaded.next }
  const { opened, memory } = loaded.ask
  if (!opened.connector.payments) return { state, next: null }
  const status = await opened.connector.payments.status(opened.session, memory)
  const next = await ports.db.forClient(clientId, (tx) => keepStatus(tx, payment, status))
  return { state: next, next: nextLook(ports.clock.now(), next, payment) }
}

async function load(ports: ConsentPorts, tx: Tx, paymentId: string) {
  await tx.prisma.$queryRaw`select id from payment where id = ${paymentId} for update`
  const payment = await getPayment(tx, paymentId)
  const [attempt] = await tx.prisma.paymentAttempt.findMany({
    where: { clientId: tx.clientId, paymentId },
    orderBy: { number: 'desc' },
    take: 1,
  })
  const state = payment.state as PaymentState
  if (state === 'submitting' && attempt?.state === 'prepared') {
    const lostAt = after(attempt.startedAt, ATTEMPT_LOST_MS)
    if (lostAt > tx.now) return { payment, next: lostAt }
    const consent = await getConsent(tx, attempt.consentId)
    const { approval } = ports.registry.connectorFor(consent.institutionId).manifest
    await loseAttempt(tx, payment, attempt, approval === 'psd2_sca')
    return { payment: await getPayment(tx, paymentId), next: null }
  }
  if (!followed.includes(state) || !attempt?.memory) return { payment, next: null }
  const opened = await openConsentSession(ports, tx, await getConsent(tx, attempt.consentId))
  const memory = JSON.parse(await ports.vault.open(tx, attempt.memory))
  return { payment, next: null, ask: { opened, memory } }
}

async function keepStatus(tx: Tx, payment: PaymentRow, status: PaymentStatus): Promise<PaymentState> {
  await tx.prisma.$queryRaw`select id from payment where id = ${payment.id} for update`
  const { state } = await getPayment(tx, payment.id)
  const current = state as PaymentState
  const reason = status.reason
    ? { reasonCode: status.reason.code, reasonText: status.reason.message ?? null }
    : {}
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { bankCode: status.code, ...reason } })
  const next = nextPaymentState(current, status)
  if (!next) return current
  await moveState(tx, paymentMachine, payment.id, current, next, {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
    data: { bankCode: status.code },
  })
  if (next === 'executed') {
    // The booked entry that settles it is at the bank now, or soon.
    const dueAt = after(tx.now, MINUTE_MS)
    await schedule(tx, {
      kind: 'statements-sync',
      subjectId: payment.accountId,
      companyId: payment.companyId,
      dueAt,
    })
  }
  return next
}

/** Often while somebody waits, then with the bank's settlement runs, then daily until it is settled. */
function nextLook(now: Date, state: PaymentState, payment: PaymentRow): Date | null {
  if (state === 'awaiting_sca' || state === 'partially_authorised') return after(now, MINUTE_MS)
  if (state === 'accepted' || state === 'awaiting_bank_approval') return after(now, 5 * MINUTE_MS)
  if (state === 'scheduled') return after(now, 6 * 60 * MINUTE_MS)
  if (state !== 'executed') return null
  const young = now.getTime() - payment.createdAt.getTime() < 40 * 86_400_000
  return young ? after(now, 24 * 60 * MINUTE_MS) : null
}
