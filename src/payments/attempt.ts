import type { ConnectorMemory, Manifest, Submission } from '../connectors/connector.ts'
import type { ConnectorFailure, FailureKind } from '../connectors/failure.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { attemptMachine, type PaymentState, paymentMachine } from '../domain/machines.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { getPayment } from './create.ts'
import { askAttention, needsOurPage } from './evidence.ts'
import type { PaymentRow } from './snapshot.ts'

/** How long a call may run before its attempt is taken for lost: longer than the connector's own deadline. */
export const ATTEMPT_LOST_MS = 45_000

export type AttemptRow = Awaited<ReturnType<Tx['prisma']['paymentAttempt']['findUniqueOrThrow']>>
type AttemptEnd = 'answered' | 'not_sent' | 'unknown' | 'refused'

/** What was sent, by which attempt, at what kind of bank. */
export type Sent = {
  readonly payment: PaymentRow
  readonly attemptId: string
  readonly manifest: Pick<Manifest, 'approval' | 'scaAlways'>
}

/** After these no order is at the bank: it said so itself, or none was sent. */
const nothingAtTheBank: readonly FailureKind[] = [
  'not_sent',
  'trust_failed',
  'not_supported',
  'consent_expired',
  'sca_required',
  'rate_limited',
  'access_denied',
  'not_found',
]

/** The attempts of a payment, the newest first. */
export function attemptsOf(tx: Tx, paymentId: string): Promise<AttemptRow[]> {
  return tx.prisma.paymentAttempt.findMany({
    where: { clientId: tx.clientId, paymentId },
    orderBy: { number: 'desc' },
    take: 100,
  })
}

/** Payment and attempt as they are now: a call that took too long finds that it was given up. */
async function asTheyAre(tx: Tx, { payment, attemptId }: Sent): Promise<[PaymentRow, AttemptRow]> {
  await tx.prisma.$queryRaw`select id from payment where id = ${payment.id} for update`
  const attempt = await tx.prisma.paymentAttempt.findUniqueOrThrow({ where: { id: attemptId } })
  return [await getPayment(tx, payment.id), attempt]
}

/** What the state of a payment is once the bank has taken its order. */
function stateAfter({ manifest }: Sent, submission: Submission): PaymentState {
  if (submission.state === 'rejected') return 'rejected'
  if (submission.sca.approach !== 'none') return 'awaiting_sca'
  return manifest.approval === 'psd2_sca' ? 'accepted' : 'awaiting_bank_approval'
}

/**
 * Where the payment stands if this answer still decides about it. One that comes after its attempt was given up takes
 * the payment over, unless another attempt was made since. Null: it decides nothing.
 */
async function decidesFrom(
  tx: Tx,
  payment: PaymentRow,
  attempt: AttemptRow,
): Promise<'submitting' | 'unknown' | null> {
  // The account may have shown it before the bank answered.
  if (attempt.state !== 'unknown') return payment.state === 'submitting' ? 'submitting' : null
  const [latest] = await attemptsOf(tx, payment.id)
  if (latest && latest.id !== attempt.id) {
    // The same request id is the same order: then the later attempt has its answer.
    if (latest.requestId !== attempt.requestId)
      await askAttention(tx, payment, 'late_answer', { attempt: attempt.number })
    return null
  }
  if (payment.state === 'unknown') return 'unknown'
  if (payment.state !== 'approved') return null
  await movePayment(tx, payment, 'approved', 'submitting')
  return 'submitting'
}

/** Writes down what the bank answered; answers where the browser goes for SCA, or null. */
export async function keepSubmission(
  ports: ConsentPorts,
  tx: Tx,
  sent: Sent,
  submission: Submission,
): Promise<string | null> {
  const [payment, attempt] = await asTheyAre(tx, sent)
  const to = stateAfter(sent, submission)
  const scaUrl = to === 'awaiting_sca' && submission.sca.approach === 'redirect' ? submission.sca.url : null
  await tx.prisma.paymentAttempt.update({ where: { id: attempt.id }, data: { scaUrl, endedAt: tx.now } })
  await keepMemory(ports, tx, attempt, submission.memory)
  await moveAttempt(tx, attempt, 'answered')
  const from = await decidesFrom(tx, payment, attempt)
  if (!from) return null
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { consentId: attempt.consentId } })
  await movePayment(tx, payment, from, to)
  return scaUrl
}

/** With it the bank can be asked for the order: it is followed from now on, whatever becomes of the attempt. */
async function keepMemory(
  ports: ConsentPorts,
  tx: Tx,
  { id, paymentId, companyId }: AttemptRow,
  remembered: ConnectorMemory,
): Promise<void> {
  const memory = await ports.vault.seal(tx, { kind: 'company', companyId }, JSON.stringify(remembered))
  await tx.prisma.paymentAttempt.update({ where: { id }, data: { memory } })
  await schedule(tx, {
    kind: 'payment-status',
    subjectId: paymentId,
    companyId,
    dueAt: after(tx.now, 60_000),
  })
}

/**
 * What a failed call means. Explicit answers and calls of which no byte left allow a new attempt; anything else may
 * have reached the bank, and is lost (see `loseAttempt`). A bank that has the order although the call failed is asked
 * for it from now on.
 */
export async function keepFailure(
  ports: ConsentPorts,
  tx: Tx,
  sent: Sent,
  { kind, facts, memory }: ConnectorFailure,
): Promise<void> {
  const [payment, attempt] = await asTheyAre(tx, sent)
  await tx.prisma.paymentAttempt.update({
    where: { id: attempt.id },
    data: { error: { kind, detail: facts.detail, bank: facts.bank ?? null }, endedAt: tx.now },
  })
  if (memory) {
    await keepMemory(ports, tx, attempt, memory)
    await moveAttempt(tx, attempt, 'answered')
    await giveUp(tx, payment, needsOurPage(sent.manifest))
    return
  }
  const late = attempt.state === 'unknown'
  if (kind === 'rejected') {
    await moveAttempt(tx, attempt, 'refused')
    if (payment.state === (late ? 'unknown' : 'submitting')) await reject(tx, payment, facts)
    return
  }
  // Given up already, and nothing new is known.
  if (late) return
  if (!nothingAtTheBank.includes(kind)) {
    await loseAttempt(tx, payment, attempt, needsOurPage(sent.manifest))
    return
  }
  await moveAttempt(tx, attempt, kind === 'not_sent' ? 'not_sent' : 'refused')
  if (payment.state === 'submitting') await movePayment(tx, payment, 'submitting', 'approved')
}

async function reject(
  tx: Tx,
  payment: PaymentRow,
  { bank, detail }: ConnectorFailure['facts'],
): Promise<void> {
  await tx.prisma.payment.update({
    where: { id: payment.id },
    data: { reasonCode: bank?.code ?? null, reasonText: bank?.message ?? detail },
  })
  await movePayment(tx, payment, payment.state === 'unknown' ? 'unknown' : 'submitting', 'rejected')
}

/**
 * Gives up an attempt that may have reached the bank. Where no money moves before the person was on a page that was
 * never shown, the initiation is abandoned and the person may try again; elsewhere the payment is unknown until there
 * is evidence. @param harmless see `needsOurPage`.
 */
export async function loseAttempt(
  tx: Tx,
  payment: PaymentRow,
  attempt: AttemptRow,
  harmless: boolean,
): Promise<void> {
  await moveAttempt(tx, attempt, 'unknown')
  await giveUp(tx, payment, harmless)
}

async function giveUp(tx: Tx, payment: PaymentRow, harmless: boolean): Promise<void> {
  if (payment.state !== 'submitting') return
  if (!harmless) {
    await movePayment(tx, payment, 'submitting', 'unknown')
    return
  }
  await movePayment(tx, payment, 'submitting', 'abandoned')
  await movePayment(tx, payment, 'abandoned', 'approved')
}

const submitting = { kind: 'job', id: 'payment-submit' } as const

function moveAttempt(tx: Tx, attempt: AttemptRow, to: AttemptEnd): Promise<void> {
  const from = attempt.state === 'unknown' ? 'unknown' : 'prepared'
  const facts = { actor: submitting, companyId: attempt.companyId }
  return moveState(tx, attemptMachine, attempt.id, from, to, facts)
}

/** @param userId whose click it is; absent: what came of it. */
export function movePayment(
  tx: Tx,
  payment: PaymentRow,
  from: PaymentState,
  to: PaymentState,
  userId?: string,
): Promise<void> {
  const actor = userId ? ({ kind: 'user', id: userId } as const) : submitting
  return moveState(tx, paymentMachine, payment.id, from, to, {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
  })
}
