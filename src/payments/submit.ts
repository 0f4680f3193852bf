import { randomUUID } from 'node:crypto'
import type { PaymentOrder, Submission } from '../connectors/connector.ts'
import { ConnectorFailure } from '../connectors/failure.ts'
import { type OpenedSession, openAccountSession } from '../consent/open-session.ts'
import type { ConsentPorts, PageVisitor } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { attemptMachine, type PaymentState, paymentMachine } from '../domain/machines.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { getPayment } from './create.ts'
import { type PaymentRow, snapshotHash } from './snapshot.ts'

/** How long a call may run before its attempt is taken for lost: longer than the connector's own deadline. */
export const ATTEMPT_LOST_MS = 45_000

type Prepared = { payment: PaymentRow; attemptId: string; opened: OpenedSession; order: PaymentOrder }

/**
 * Submits an approved payment with the approver present, and answers where their browser goes for the bank's SCA (null:
 * nothing more is asked). A payment that already waits for its SCA leads there again, never to a second order.
 * @throws Problem `state_conflict`; ConnectorFailure, after what it means for the payment has been written down.
 */
export async function submitPayment(
  ports: ConsentPorts,
  visitor: PageVisitor,
  place: { clientId: string; paymentId: string; returnUrl: string },
): Promise<string | null> {
  const prepared = await ports.db.forClient(place.clientId, (tx) => prepare(ports, tx, visitor, place))
  if (typeof prepared === 'string' || prepared === null) return prepared
  const { opened, order } = prepared
  let submission: Submission
  try {
    if (!opened.connector.payments) {
      throw new ConnectorFailure({
        kind: 'not_supported',
        detail: 'this bank takes no payments by this route',
      })
    }
    submission = await opened.connector.payments.submit(opened.session, order)
  } catch (error) {
    const failure =
      error instanceof ConnectorFailure
        ? error
        : new ConnectorFailure({ kind: 'outcome_unknown', detail: 'the call broke off' }, error)
    await ports.db.forClient(place.clientId, (tx) => keepFailure(tx, prepared, failure))
    throw failure
  }
  return ports.db.forClient(place.clientId, (tx) => keepSubmission(ports, tx, prepared, submission))
}

/** Writes the attempt before the call, so that a crash at any moment after leaves a trace. */
async function prepare(
  ports: ConsentPorts,
  tx: Tx,
  visitor: PageVisitor,
  place: { paymentId: string; returnUrl: string },
): Promise<Prepared | string | null> {
  await tx.prisma.$queryRaw`select id from payment where id = ${place.paymentId} for update`
  const payment = await getPayment(tx, place.paymentId)
  if (payment.userId !== visitor.userId)
    throw new Problem('state_conflict', 'Somebody else has approved this payment.')
  const attempts = await tx.prisma.paymentAttempt.findMany({
    where: { clientId: tx.clientId, paymentId: payment.id },
    orderBy: { number: 'desc' },
    take: 1,
  })
  if (payment.state === 'awaiting_sca') return attempts[0]?.scaUrl ?? null
  if (payment.state !== 'approved') throw new Problem('state_conflict', `The payment is ${payment.state}.`)
  if (payment.snapshotHash !== snapshotHash(payment))
    throw new Problem('state_conflict', 'The approval no longer holds.')
  const opened = await openAccountSession(ports, tx, payment.accountId, {
    userId: visitor.userId,
    psu: {
      ipAddress: visitor.ipAddress,
      ...(visitor.userAgent ? { userAgent: visitor.userAgent } : {}),
      ...(visitor.acceptLanguage ? { acceptLanguage: visitor.acceptLanguage } : {}),
    },
  })
  if (!opened) throw new Problem('state_conflict', 'Your consent at the bank is no longer active.')
  const account = await tx.prisma.account.findUniqueOrThrow({ where: { id: payment.accountId } })
  const attemptId = newId('attempt', tx.now)
  const requestId = randomUUID()
  await tx.prisma.paymentAttempt.create({
    data: {
      id: attemptId,
      clientId: tx.clientId,
      companyId: payment.companyId,
      paymentId: payment.id,
      consentId: opened.consentId,
      number: (attempts[0]?.number ?? 0) + 1,
      requestId,
      state: 'prepared',
      startedAt: tx.now,
    },
  })
  await move(tx, payment, 'approved', 'submitting', visitor.userId)
  const dueAt = after(tx.now, ATTEMPT_LOST_MS)
  await schedule(tx, { kind: 'payment-status', subjectId: payment.id, companyId: payment.companyId, dueAt })
  const order: PaymentOrder = {
    paymentId: payment.id,
    requestId,
    endToEndId: payment.endToEndId,
    amount: { minor: payment.amountMinor, currency: payment.currency },
    debtorAccount: account.number,
    creditorAccount: payment.creditorAccount,
    creditorName: payment.creditorName,
    ...(payment.kid ? { kid: payment.kid } : {}),
    ...(payment.text ? { text: payment.text } : {}),
    ...(payment.executionDate ? { executionDate: payment.executionDate } : {}),
    returnUrl: place.returnUrl,
    failureUrl: place.returnUrl,
  }
  return { payment, attemptId, opened, order }
}

async function keepSubmission(
  ports: ConsentPorts,
  tx: Tx,
  { payment, attemptId, opened }: Prepared,
  submission: Submission,
): Promise<string | null> {
  const scaUrl = submission.sca.approach === 'redirect' ? submission.sca.url : null
  const owner = { kind: 'company', companyId: payment.companyId } as const
  await tx.prisma.paymentAttempt.update({
    where: { id: attemptId },
    data: {
      memory: await ports.vault.seal(tx, owner, JSON.stringify(submission.memory)),
      scaUrl,
      endedAt: tx.now,
    },
  })
  await moveAttempt(tx, payment, attemptId, 'answered')
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { consentId: opened.consentId } })
  const awaiting =
    opened.connector.manifest.approval === 'psd2_sca' ? 'awaiting_sca' : 'awaiting_bank_approval'
  const to: PaymentState = submission.state === 'rejected' ? 'rejected' : scaUrl ? 'awaiting_sca' : awaiting
  await move(
    tx,
    payment,
    'submitting',
    submission.sca.approach === 'none' && to === 'awaiting_sca' ? 'accepted' : to,
  )
  const dueAt = after(tx.now, 60_000)
  await schedule(tx, { kind: 'payment-status', subjectId: payment.id, companyId: payment.companyId, dueAt })
  return scaUrl
}

/**
 * What a failed call means. Explicit answers and calls of which no byte left allow a new attempt; anything else may
 * have reached the bank. Where the bank needs an SCA that was never offered, no money can move: the initiation is
 * abandoned and the person may try again. Elsewhere the payment is unknown until there is evidence.
 */
async function keepFailure(tx: Tx, prepared: Prepared, failure: ConnectorFailure): Promise<void> {
  const { payment, attemptId, opened } = prepared
  await tx.prisma.paymentAttempt.update({
    where: { id: attemptId },
    data: {
      error: { kind: failure.kind, detail: failure.facts.detail, bank: failure.facts.bank ?? null },
      endedAt: tx.now,
    },
  })
  if (failure.kind === 'rejected') {
    await moveAttempt(tx, payment, attemptId, 'refused')
    await tx.prisma.payment.update({
      where: { id: payment.id },
      data: {
        reasonCode: failure.facts.bank?.code ?? null,
        reasonText: failure.facts.bank?.message ?? failure.facts.detail,
      },
    })
    await move(tx, payment, 'submitting', 'rejected')
    return
  }
  if (failure.kind === 'outcome_unknown' || failure.kind === 'malformed') {
    await moveAttempt(tx, payment, attemptId, 'unknown')
    await loseAttempt(tx, payment, opened.connector.manifest.approval === 'psd2_sca')
    return
  }
  await moveAttempt(tx, payment, attemptId, failure.kind === 'not_sent' ? 'not_sent' : 'refused')
  await move(tx, payment, 'submitting', 'approved')
}

/** An attempt of which nothing more will be heard. */
export async function loseAttempt(tx: Tx, payment: PaymentRow, needsSca: boolean): Promise<void> {
  if (!needsSca) {
    await move(tx, payment, 'submitting', 'unknown')
    return
  }
  await move(tx, payment, 'submitting', 'abandoned')
  await move(tx, payment, 'abandoned', 'approved')
}

export async function moveAttempt(
  tx: Tx,
  payment: PaymentRow,
  attemptId: string,
  to: 'answered' | 'not_sent' | 'unknown' | 'refused',
): Promise<void> {
  const actor = { kind: 'job', id: 'payment-submit' } as const
  await moveState(tx, attemptMachine, attemptId, 'prepared', to, { actor, companyId: payment.companyId })
}

function move(
  tx: Tx,
  payment: PaymentRow,
  from: PaymentState,
  to: PaymentState,
  userId?: string,
): Promise<void> {
  const actor = userId
    ? ({ kind: 'user', id: userId } as const)
    : ({ kind: 'job', id: 'payment-submit' } as const)
  return moveState(tx, paymentMachine, payment.id, from, to, {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
  })
}
