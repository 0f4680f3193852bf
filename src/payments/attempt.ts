import type { Submission } from '../connectors/connector.ts'
import type { ConnectorFailure } from '../connectors/failure.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { attemptMachine, type PaymentState, paymentMachine } from '../domain/machines.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { getPayment } from './create.ts'
import type { PaymentRow } from './snapshot.ts'

/** How long a call may run before its attempt is taken for lost: longer than the connector's own deadline. */
export const ATTEMPT_LOST_MS = 45_000

type AttemptRow = Awaited<ReturnType<Tx['prisma']['paymentAttempt']['findUniqueOrThrow']>>
type AttemptEnd = 'answered' | 'not_sent' | 'unknown' | 'refused'

/** What was sent, by which attempt, at what kind of bank. */
export type Sent = {
  readonly payment: PaymentRow
  readonly attemptId: string
  readonly approval: 'psd2_sca' | 'online_bank' | 'pre_approved'
}

/** Payment and attempt as they are now: a call that took too long finds that it was given up. */
async function asTheyAre(tx: Tx, { payment, attemptId }: Sent): Promise<[PaymentRow, AttemptRow]> {
  await tx.prisma.$queryRaw`select id from payment where id = ${payment.id} for update`
  const attempt = await tx.prisma.paymentAttempt.findUniqueOrThrow({ where: { id: attemptId } })
  return [await getPayment(tx, payment.id), attempt]
}

/** What the state of a payment is once the bank has taken its order. */
function stateAfter({ approval }: Sent, submission: Submission): PaymentState {
  if (submission.state === 'rejected') return 'rejected'
  if (submission.sca.approach !== 'none') return 'awaiting_sca'
  return approval === 'psd2_sca' ? 'accepted' : 'awaiting_bank_approval'
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
  const owner = { kind: 'company', companyId: payment.companyId } as const
  const memory = await ports.vault.seal(tx, owner, JSON.stringify(submission.memory))
  await tx.prisma.paymentAttempt.update({
    where: { id: attempt.id },
    data: { memory, scaUrl, endedAt: tx.now },
  })
  await moveAttempt(tx, attempt, 'answered')
  const late = attempt.state === 'unknown'
  // The person may be on another attempt by now: this one must not lead them to a second SCA.
  if (late && payment.state !== 'unknown') return null
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { consentId: attempt.consentId } })
  if (late) await movePayment(tx, payment, 'unknown', to === 'rejected' ? 'rejected' : 'accepted')
  else await movePayment(tx, payment, 'submitting', to)
  const dueAt = after(tx.now, 60_000)
  await schedule(tx, { kind: 'payment-status', subjectId: payment.id, companyId: payment.companyId, dueAt })
  return scaUrl
}

/**
 * What a failed call means. Explicit answers and calls of which no byte left allow a new attempt; anything else may
 * have reached the bank. Where the bank needs an SCA that was never offered, no money can move: the initiation is
 * abandoned and the person may try again. Elsewhere the payment is unknown until there is evidence.
 */
export async function keepFailure(tx: Tx, sent: Sent, failure: ConnectorFailure): Promise<void> {
  const [payment, attempt] = await asTheyAre(tx, sent)
  const { kind, facts } = failure
  await tx.prisma.paymentAttempt.update({
    where: { id: attempt.id },
    data: { error: { kind, detail: facts.detail, bank: facts.bank ?? null }, endedAt: tx.now },
  })
  const late = attempt.state === 'unknown'
  if (kind === 'rejected') {
    await moveAttempt(tx, attempt, 'refused')
    if (late && payment.state !== 'unknown') return
    const reasonText = facts.bank?.message ?? facts.detail
    await tx.prisma.payment.update({
      where: { id: payment.id },
      data: { reasonCode: facts.bank?.code ?? null, reasonText },
    })
    await movePayment(tx, payment, late ? 'unknown' : 'submitting', 'rejected')
    return
  }
  // Given up already, and nothing new is known.
  if (late) return
  if (kind === 'outcome_unknown' || kind === 'malformed') {
    await loseAttempt(tx, payment, attempt, sent.approval === 'psd2_sca')
    return
  }
  await moveAttempt(tx, attempt, kind === 'not_sent' ? 'not_sent' : 'refused')
  await movePayment(tx, payment, 'submitting', 'approved')
}

/** Gives up an attempt that may have reached the bank. */
export async function loseAttempt(
  tx: Tx,
  payment: PaymentRow,
  attempt: AttemptRow,
  needsSca: boolean,
): Promise<void> {
  await moveAttempt(tx, attempt, 'unknown')
  if (!needsSca) {
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
