import type { BankSession, Connector, ConnectorMemory, PaymentStatus } from '../connectors/connector.ts'
import { isFailure } from '../connectors/failure.ts'
import { getConsent } from '../consent/consents/create.ts'
import { openConsentSession } from '../consent/open-session.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { mayMove } from '../domain/machine.ts'
import { type PaymentState, paymentMachine } from '../domain/machines.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { ATTEMPT_LOST_MS, type AttemptRow, attemptsOf, loseAttempt } from './attempt.ts'
import { getPayment } from './create.ts'
import { askAttention, needsOurPage } from './evidence.ts'
import { isFollowed, lookAgain } from './rhythm.ts'
import type { PaymentRow } from './snapshot.ts'

const actor = { kind: 'job', id: 'payment-status' } as const
const MINUTE_MS = 60_000

/** What the bank's word means for a payment that is in `current`; null: nothing new. Only forwards (PROTOCOLS G.1). */
export function nextPaymentState(current: PaymentState, status: PaymentStatus): PaymentState | null {
  const wanted = wantedState(status)
  // The order of an earlier attempt, which ends by itself: only that it lives after all is news.
  if (current === 'approved' && wanted !== 'accepted' && wanted !== 'executed') return null
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

/** How a payment stands, and when to look again (null: never). */
type Stand = { readonly state: PaymentState; readonly next: Date | null }
/** One order at the bank. */
type Order = {
  readonly attempt: AttemptRow
  readonly connector: Connector
  readonly session: BankSession
  readonly memory: ConnectorMemory
}
/** What the bank says of an order; `gone`: it knows no such order; `silent`: it could not be asked. */
type Word = PaymentStatus | 'gone' | 'silent'

/**
 * Asks the bank how a payment stands, and follows. Safe to call at any time. Answers the state afterwards and when to
 * ask again (null: never). A payment is settled by a booked entry only, which is reconciliation's to see.
 */
export async function followPayment(
  ports: ConsentPorts,
  clientId: string,
  paymentId: string,
): Promise<Stand> {
  const loaded = await ports.db.forClient(clientId, (tx) => load(ports, tx, paymentId))
  if (!loaded.orders) return { state: loaded.state, next: loaded.next }
  const { orders, state } = loaded
  const words: Word[] = []
  for (const [i, order] of orders.entries()) words.push(await ask(order, i === 0))
  return ports.db.forClient(clientId, (tx) => conclude(tx, paymentId, state, words))
}

async function load(ports: ConsentPorts, tx: Tx, paymentId: string): Promise<Stand & { orders?: Order[] }> {
  await tx.prisma.$queryRaw`select id from payment where id = ${paymentId} for update`
  const payment = await getPayment(tx, paymentId)
  const attempts = await attemptsOf(tx, paymentId)
  const [latest] = attempts
  const state = payment.state as PaymentState
  if (state === 'submitting' && latest?.state === 'prepared') {
    const lostAt = after(latest.startedAt, ATTEMPT_LOST_MS)
    if (lostAt > tx.now) return { state, next: lostAt }
    const consent = await getConsent(tx, latest.consentId)
    const { manifest } = ports.registry.connectorFor(consent.institutionId, consent.route)
    await loseAttempt(tx, payment, latest, needsOurPage(manifest))
    return rest(tx, paymentId)
  }
  if (!isFollowed(state)) return { state, next: null }
  const orders = await ordersOf(ports, tx, attempts)
  return orders.length > 0 ? { state, next: null, orders } : rest(tx, paymentId)
}

/** Every order that we can ask for, the newest first; attempts that share a request id share the order. */
async function ordersOf(ports: ConsentPorts, tx: Tx, attempts: readonly AttemptRow[]): Promise<Order[]> {
  const orders: Order[] = []
  for (const attempt of attempts) {
    if (!attempt.memory || orders.some((order) => order.attempt.requestId === attempt.requestId)) continue
    const opened = await openConsentSession(ports, tx, await getConsent(tx, attempt.consentId))
    const memory = JSON.parse(await ports.vault.open(tx, attempt.memory)) as ConnectorMemory
    orders.push({ attempt, ...opened, memory })
  }
  return orders
}

/** @throws ConnectorFailure only for the newest order: an older one that cannot be asked for does not hold it up. */
async function ask({ connector, session, memory }: Order, newest: boolean): Promise<Word> {
  if (!connector.payments) return 'silent'
  try {
    return await connector.payments.status(session, memory)
  } catch (error) {
    if (isFailure(error, 'not_found')) return 'gone'
    if (newest || !isFailure(error)) throw error
    return 'silent'
  }
}

/** How far the bank is with an order: 0 it is dead, 1 nothing yet, 2 in part, 3 accepted, 4 executed. */
function progress(word: Word): number {
  if (word === 'gone') return 0
  if (word === 'silent') return 1
  const wanted = wantedState(word)
  if (wanted === 'executed') return 4
  if (wanted === 'accepted') return 3
  if (wanted === 'partially_authorised') return 2
  return wanted === null ? 1 : 0
}

/** Of several orders the one that is furthest counts: as long as one lives, the payment does. */
async function conclude(tx: Tx, paymentId: string, asked: PaymentState, words: readonly Word[]) {
  await tx.prisma.$queryRaw`select id from payment where id = ${paymentId} for update`
  const payment = await getPayment(tx, paymentId)
  // A click, a job or the account was faster: what the bank said is of another moment.
  if (payment.state !== asked) return rest(tx, paymentId)
  const furthest = words.reduce((one, other) => (progress(other) > progress(one) ? other : one))
  if (words.filter((word) => progress(word) >= 3).length > 1)
    await askAttention(tx, payment, 'accepted_twice')
  if (furthest === 'gone') await endGone(tx, payment)
  else if (furthest !== 'silent') await keepStatus(tx, payment, furthest)
  return rest(tx, paymentId)
}

/** An order that waited for its SCA and that the bank has forgotten can no longer be confirmed. */
async function endGone(tx: Tx, payment: PaymentRow): Promise<void> {
  const state = payment.state as PaymentState
  if (state !== 'awaiting_sca' && state !== 'partially_authorised') return
  await moveState(tx, paymentMachine, payment.id, state, 'abandoned', {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
    reason: 'the bank has no such order any more',
  })
}

async function keepStatus(tx: Tx, payment: PaymentRow, status: PaymentStatus): Promise<void> {
  const current = payment.state as PaymentState
  const reason = status.reason
    ? { reasonCode: status.reason.code, reasonText: status.reason.message ?? null }
    : {}
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { bankCode: status.code, ...reason } })
  const next = nextPaymentState(current, status)
  if (!next) return
  await moveState(tx, paymentMachine, payment.id, current, next, {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
    data: { bankCode: status.code },
  })
  // The booked entry that settles it is at the bank now, or soon.
  if (next === 'executed') await readAccount(tx, payment, MINUTE_MS)
}

function readAccount(tx: Tx, { accountId, companyId }: PaymentRow, inMs: number): Promise<void> {
  return schedule(tx, {
    kind: 'statements-sync',
    subjectId: accountId,
    companyId,
    dueAt: after(tx.now, inMs),
  })
}

/** The payment as it is now, and when to look again. One that has rested for too long is told of, once. */
async function rest(tx: Tx, paymentId: string): Promise<Stand> {
  const payment = await getPayment(tx, paymentId)
  const state = payment.state as PaymentState
  if (!isFollowed(state)) return { state, next: null }
  const [entered] = await tx.prisma.stateChange.findMany({
    where: { clientId: tx.clientId, resourceId: paymentId },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: 1,
  })
  const { next, stuck } = lookAgain(tx.now, payment, entered?.at ?? payment.createdAt)
  if (stuck) {
    await askAttention(tx, payment, next ? 'stuck' : 'not_followed')
    // Whatever the bank says or does not say of it, its account may show it.
    if (next && state !== 'approved') await readAccount(tx, payment, 0)
  }
  return { state, next }
}
