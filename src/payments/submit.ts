import { randomUUID } from 'node:crypto'
import type { Manifest, PaymentOrder, PresentPsu, Submission } from '../connectors/connector.ts'
import { ConnectorFailure } from '../connectors/failure.ts'
import { type OpenedSession, openAccountSession } from '../consent/open-session.ts'
import type { ConsentPorts, PageVisitor } from '../consent/ports.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import {
  ATTEMPT_LOST_MS,
  type AttemptRow,
  attemptsOf,
  keepFailure,
  keepSubmission,
  movePayment,
  type Sent,
} from './attempt.ts'
import { getPayment } from './create.ts'
import { isOnTheAccount, needsOurPage } from './evidence.ts'
import { type PaymentRow, snapshotHash } from './snapshot.ts'

type Prepared = { readonly sent: Sent; readonly opened: OpenedSession; readonly order: PaymentOrder }

/**
 * Submits an approved payment with the approver present, and answers where their browser goes for the bank's SCA (null:
 * nothing more is asked, or another click is on its way). A payment that already waits for its SCA leads there again,
 * never to a second order.
 * @throws Problem `state_conflict`; ConnectorFailure, after what it means for the payment has been written down.
 */
export async function submitPayment(
  ports: ConsentPorts,
  visitor: PageVisitor,
  place: { clientId: string; paymentId: string; returnUrl: string },
): Promise<string | null> {
  const prepared = await ports.db.forClient(place.clientId, (tx) => prepare(ports, tx, visitor, place))
  if (typeof prepared === 'string' || prepared === null) return prepared
  const { sent, opened, order } = prepared
  let submission: Submission
  try {
    if (!opened.connector.payments) {
      const detail = 'this bank takes no payments by this route'
      throw new ConnectorFailure({ kind: 'not_supported', detail })
    }
    submission = await opened.connector.payments.submit(opened.session, order)
  } catch (error) {
    const failure =
      error instanceof ConnectorFailure
        ? error
        : new ConnectorFailure({ kind: 'outcome_unknown', detail: 'the call broke off' }, error)
    await ports.db.forClient(place.clientId, (tx) => keepFailure(ports, tx, sent, failure))
    throw failure
  }
  return ports.db.forClient(place.clientId, (tx) => keepSubmission(ports, tx, sent, submission))
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
  const attempts = await attemptsOf(tx, payment.id)
  const [latest] = attempts
  if (payment.state === 'awaiting_sca') return latest?.scaUrl ?? null
  if (payment.state === 'submitting') return null
  if (payment.state !== 'approved') throw new Problem('state_conflict', `The payment is ${payment.state}.`)
  if (payment.snapshotHash !== snapshotHash(payment))
    throw new Problem('state_conflict', 'The approval no longer holds.')
  const { userId } = visitor
  const opened = await openAccountSession(ports, tx, payment.accountId, { userId, psu: psuOf(visitor) })
  if (!opened) throw new Problem('state_conflict', 'Your consent at the bank is no longer active.')
  const { manifest } = opened.connector
  await mayBeSent(tx, payment, attempts, manifest)
  // The same order under the same id is answered with what the bank made of it the first time.
  const again = latest?.state === 'unknown' && manifest.replaySafe
  const requestId = again ? latest.requestId : randomUUID()
  const attemptId = await writeAttempt(tx, payment, {
    consentId: opened.consentId,
    number: (latest?.number ?? 0) + 1,
    requestId,
  })
  await movePayment(tx, payment, 'approved', 'submitting', userId)
  const dueAt = after(tx.now, ATTEMPT_LOST_MS)
  await schedule(tx, { kind: 'payment-status', subjectId: payment.id, companyId: payment.companyId, dueAt })
  const account = await tx.prisma.account.findUniqueOrThrow({ where: { id: payment.accountId } })
  const order = orderOf(payment, { requestId, debtorAccount: account.number, returnUrl: place.returnUrl })
  return { sent: { payment, attemptId, manifest }, opened, order }
}

/** The last look before an order leaves. @throws Problem `state_conflict` where the money may have moved already. */
async function mayBeSent(
  tx: Tx,
  payment: PaymentRow,
  attempts: readonly AttemptRow[],
  manifest: Manifest,
): Promise<void> {
  if (await isOnTheAccount(tx, payment)) {
    throw new Problem('state_conflict', {
      detail: 'The account already shows a transaction with the end-to-end id of this payment.',
      userAction: 'Read the transactions of the account: it has been paid, or is about to be.',
    })
  }
  const open = attempts.some(({ state, memory }) => state === 'unknown' || memory !== null)
  if (open && !needsOurPage(manifest)) {
    throw new Problem(
      'state_conflict',
      'The bank may have an earlier attempt: nothing is sent before it is known.',
    )
  }
}

function psuOf({ ipAddress, userAgent, acceptLanguage }: PageVisitor): PresentPsu {
  return { ipAddress, ...(userAgent ? { userAgent } : {}), ...(acceptLanguage ? { acceptLanguage } : {}) }
}

async function writeAttempt(
  tx: Tx,
  payment: PaymentRow,
  attempt: { consentId: string; number: number; requestId: string },
): Promise<string> {
  const id = newId('attempt', tx.now)
  await tx.prisma.paymentAttempt.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: payment.companyId,
      paymentId: payment.id,
      ...attempt,
      state: 'prepared',
      startedAt: tx.now,
    },
  })
  return id
}

function orderOf(
  payment: PaymentRow,
  { returnUrl, ...facts }: { requestId: string; debtorAccount: string; returnUrl: string },
): PaymentOrder {
  return {
    ...facts,
    paymentId: payment.id,
    endToEndId: payment.endToEndId,
    amount: { minor: payment.amountMinor, currency: payment.currency },
    creditorAccount: payment.creditorAccount,
    creditorName: payment.creditorName,
    ...(payment.kid ? { kid: payment.kid } : {}),
    ...(payment.text ? { text: payment.text } : {}),
    ...(payment.executionDate ? { executionDate: payment.executionDate } : {}),
    returnUrl,
    failureUrl: returnUrl,
  }
}
