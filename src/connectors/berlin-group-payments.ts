import { randomUUID } from 'node:crypto'
import type { Clock } from '../domain/clock.ts'
import {
  buildGetConsentStatus,
  buildStartAuthorisation,
  processScaStatus,
  processStartAuthorisation,
} from '../protocols/berlin-group/consents.ts'
import { BankRefusal, readError, refusalOf } from '../protocols/berlin-group/errors.ts'
import { resolveLink } from '../protocols/berlin-group/links.ts'
import {
  buildCancelPayment,
  buildGetPaymentStatus,
  buildPayment,
  type CreatedPayment,
  type KidStyle,
  paymentPath,
  processCancelPayment,
  processPayment,
  processPaymentStatus,
} from '../protocols/berlin-group/payments.ts'
import { scaState } from '../protocols/berlin-group/status.ts'
import { type BankLine, guarded, remembered, scaStatusMemory, scaStep, sendCall } from './bank-call.ts'
import type {
  BankSession,
  ConnectorMemory,
  PaymentFlow,
  PaymentOrder,
  PaymentStatus,
  ScaStep,
  Submission,
} from './connector.ts'
import { ConnectorFailure } from './failure.ts'

export type PaymentRow = { readonly product: string; readonly kidStyle: KidStyle }

/**
 * Payment initiation with redirect SCA. `submit` fails with
 * not_sent, trust_failed, not_supported: no order has left;
 * sca_unsupported: the bank has the order (`memory` says which), and nobody can be led to its SCA;
 * rejected, rate_limited: the bank said no in its own words;
 * outcome_unknown: anything else once the order had left.
 */
export function berlinGroupPayments(line: BankLine, row: PaymentRow, clock: Clock): PaymentFlow {
  return {
    submit: (session, order) => submit(line, row, clock, session, order),
    status: (session, payment) =>
      guarded({ ...session.memory, ...payment }, 'malformed', () => readStatus(line, clock, payment)),
    cancel: (session, payment) =>
      guarded({ ...session.memory, ...payment }, 'malformed', () => cancel(line, clock, session, payment)),
  }
}

async function submit(
  line: BankLine,
  row: PaymentRow,
  clock: Clock,
  session: BankSession,
  order: PaymentOrder,
): Promise<Submission> {
  const psu = session.psu
  if (!psu) {
    const detail = 'the bank wants the address of a person who is present; nothing was sent'
    throw new ConnectorFailure({ kind: 'not_supported', detail })
  }
  const call = await guarded(session.memory, 'malformed', async () => {
    const built = buildPayment(order, row.product, psu, row.kidStyle)
    await prove(line, row, clock, session, order)
    return built
  })
  return guarded(session.memory, 'outcome_unknown', async () => {
    const answer = await sendCall(line, 'payment.submit', call, 'order')
    const created = processPayment(answer, clock)
    const memory = {
      paymentId: created.paymentId,
      product: row.product,
      returnUrl: order.returnUrl,
      failureUrl: order.failureUrl,
      ...scaStatusMemory(line, created.links, answer.url),
    }
    return {
      state: created.state,
      ...(await firstStep(line, clock, session, order, created, answer.url, memory)),
    }
  })
}

/** Proves the client certificate by a status read: of the consent if there is one, else of a payment unknown to all. */
async function prove(
  line: BankLine,
  row: PaymentRow,
  clock: Clock,
  session: BankSession,
  order: PaymentOrder,
): Promise<void> {
  const consentId = session.memory.consentId
  const call = consentId
    ? buildGetConsentStatus(consentId, randomUUID())
    : buildGetPaymentStatus(row.product, order.requestId, randomUUID())
  const answer = await sendCall(line, 'payment.prove', call, 'proof')
  if (answer.status < 400) return
  const said = readError(answer)
  const refusal = refusalOf(answer, said, clock)
  if (refusal.kind === 'trust_failed') throw new BankRefusal(refusal)
  if (answer.status === 401 && !said) {
    throw new BankRefusal({
      ...refusal,
      kind: 'trust_failed',
      detail: 'the bank does not accept our certificate',
    })
  }
  if (answer.status >= 500) {
    const detail = `the bank answered HTTP ${answer.status} before the order was sent`
    throw new ConnectorFailure({ kind: 'not_sent', detail, httpStatus: answer.status })
  }
}

/**
 * What the person does next. The order is with the bank now, so a bad link or a failed start of the authorisation is
 * told with what is needed to ask for the order.
 */
async function firstStep(
  line: BankLine,
  clock: Clock,
  session: BankSession,
  order: PaymentOrder,
  created: CreatedPayment,
  askedUrl: string,
  memory: ConnectorMemory,
): Promise<{ sca: ScaStep; memory: ConnectorMemory }> {
  try {
    if (created.sca.kind !== 'start') return { sca: scaStep(line, created.sca, askedUrl), memory }
    const path = resolveLink(created.sca.href, askedUrl, line.api, 'startAuthorisation')
    const answer = await sendCall(
      line,
      'payment.authorise',
      buildStartAuthorisation(path, { ...order, psu: session.psu }),
      'authorise',
    )
    const started = processStartAuthorisation(answer, clock)
    return {
      sca: scaStep(line, started.sca, answer.url),
      memory: { ...memory, ...scaStatusMemory(line, started.links, answer.url) },
    }
  } catch (error) {
    if (!(error instanceof BankRefusal) && !(error instanceof ConnectorFailure)) throw error
    const facts = error instanceof BankRefusal ? error.refusal : error.facts
    throw new BankRefusal({
      kind: 'sca_unsupported',
      detail: `the bank has the order, but it cannot be authorised: ${facts.detail}`,
      memory,
    })
  }
}

async function readStatus(line: BankLine, clock: Clock, payment: ConnectorMemory): Promise<PaymentStatus> {
  const call = buildGetPaymentStatus(
    remembered(payment, 'product'),
    remembered(payment, 'paymentId'),
    randomUUID(),
  )
  const status = processPaymentStatus(await sendCall(line, 'payment.status', call), clock)
  const settledOrOver = ['accepted', 'executed', 'rejected', 'cancelled'].includes(status.state)
  if (settledOrOver || !payment.scaStatus) return status
  const state = await readScaState(line, clock, payment.scaStatus)
  return { ...status, ...(state && { scaState: state }) }
}

/** A help for the waiting page only: when it cannot be read, the payment's own status still stands. */
async function readScaState(
  line: BankLine,
  clock: Clock,
  url: string,
): Promise<'open' | 'finalised' | 'failed' | undefined> {
  try {
    const call = { method: 'GET', path: url, headers: { 'x-request-id': randomUUID() } } as const
    return scaState(processScaStatus(await sendCall(line, 'payment.scaStatus', call), clock))
  } catch (error) {
    if (error instanceof BankRefusal || error instanceof ConnectorFailure) return undefined
    throw error
  }
}

async function cancel(
  line: BankLine,
  clock: Clock,
  session: BankSession,
  payment: ConnectorMemory,
): Promise<'cancelled' | ScaStep> {
  const [product, paymentId] = [remembered(payment, 'product'), remembered(payment, 'paymentId')]
  const call = buildCancelPayment(product, paymentId, randomUUID(), session.psu)
  const answer = await sendCall(line, 'payment.cancel', call)
  const outcome = processCancelPayment(answer, clock)
  if (outcome === 'cancelled') return outcome
  if (outcome.sca.kind !== 'start' && outcome.sca.kind !== 'none')
    return scaStep(line, outcome.sca, answer.url)
  const path =
    outcome.sca.kind === 'start'
      ? resolveLink(outcome.sca.href, answer.url, line.api, 'startAuthorisation')
      : `${paymentPath(product, paymentId)}/cancellation-authorisations`
  const order = {
    requestId: randomUUID(),
    psu: session.psu,
    returnUrl: remembered(payment, 'returnUrl'),
    failureUrl: remembered(payment, 'failureUrl'),
  }
  const started = await sendCall(line, 'payment.authoriseCancel', buildStartAuthorisation(path, order))
  return scaStep(line, processStartAuthorisation(started, clock).sca, started.url)
}
