import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { formatAmount, type Money } from '../../domain/money.ts'
import { redirectHeaders } from './consents.ts'
import { BankRefusal, expectOrderTaken, expectStatus, malformed } from './errors.ts'
import { type ScaRoute, scaRoute } from './links.ts'
import { type PaymentStateRead, paymentState } from './status.ts'
import {
  accountReference,
  type BankAnswer,
  type BankCall,
  type Links,
  linksSchema,
  type Psu,
  psuHeaders,
  readJson,
  requestUuid,
  text,
} from './wire.ts'

export type CreditTransfer = {
  readonly requestId: string
  readonly endToEndId: string
  readonly amount: Money
  readonly debtorAccount: string
  readonly creditorAccount: string
  readonly creditorName: string
  readonly kid?: string
  readonly text?: string
  readonly executionDate?: string
  readonly returnUrl: string
  readonly failureUrl: string
}

/** How a bank takes the KID: an array of references with type SCOR, or (older banks) a single reference. */
export type KidStyle = 'array' | 'single'

/**
 * `POST /v1/payments/{product}` (NextGenPSD2 1.3.11, schema paymentInitiation_json; KID as the Norwegian
 * banks' appendix has it). A KID and a text exclude each other.
 * @throws BankRefusal rejected, for an order that no bank could take
 */
export function buildPayment(order: CreditTransfer, product: string, psu: Psu, kidStyle: KidStyle): BankCall {
  checkOrder(order)
  const body = {
    endToEndIdentification: order.endToEndId,
    debtorAccount: accountReference(order.debtorAccount),
    instructedAmount: { currency: order.amount.currency, amount: formatAmount(order.amount) },
    creditorAccount: accountReference(order.creditorAccount),
    creditorName: order.creditorName,
    ...(order.kid && kidField(order.kid, kidStyle)),
    ...(order.text && { remittanceInformationUnstructured: order.text }),
    ...(order.executionDate && { requestedExecutionDate: order.executionDate }),
  }
  return {
    method: 'POST',
    path: `/v1/payments/${product}`,
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestUuid(order.requestId),
      ...psuHeaders(psu),
      ...redirectHeaders(order),
    },
    body: JSON.stringify(body),
  }
}

function kidField(kid: string, style: KidStyle): object {
  if (style === 'single') return { remittanceInformationStructured: { reference: kid } }
  return { remittanceInformationStructuredArray: [{ reference: kid, referenceType: 'SCOR' }] }
}

/** Limits of the schema: a longer text would be cut by some banks and refused by others. */
function checkOrder(order: CreditTransfer): void {
  const wrong = (path: string, message: string) =>
    new BankRefusal({
      kind: 'rejected',
      detail: `${path} ${message}; nothing was sent`,
      bank: { code: 'FORMAT_ERROR' },
    })
  if (order.kid && order.text) throw wrong('kid', 'and text exclude each other')
  if (order.amount.minor <= 0n) throw wrong('amount', 'has to be positive')
  if (order.endToEndId.length > 35) throw wrong('endToEndId', 'is longer than 35 characters')
  if (order.creditorName.length > 70) throw wrong('creditorName', 'is longer than 70 characters')
  if ((order.text?.length ?? 0) > 140) throw wrong('text', 'is longer than 140 characters')
}

const createdSchema = z.object({
  transactionStatus: text,
  paymentId: text,
  psuMessage: text,
  _links: linksSchema,
})

export type CreatedPayment = {
  readonly paymentId: string
  readonly state: PaymentStateRead
  readonly sca: ScaRoute
  readonly links: Links
}

/**
 * Reads the answer of `buildPayment`. An answer that names no payment leaves the outcome unknown: the bank
 * may have taken the order all the same.
 * @throws BankRefusal rejected, trust_failed, rate_limited or outcome_unknown
 */
export function processPayment(answer: BankAnswer, clock: Clock): CreatedPayment {
  expectOrderTaken(answer, clock)
  const parsed = createdSchema.safeParse(readJson(answer.body))
  if (!parsed.success || !parsed.data.paymentId) {
    const detail = 'the bank took the order but its answer names no payment'
    throw new BankRefusal({ kind: 'outcome_unknown', detail, httpStatus: answer.status })
  }
  const { paymentId, transactionStatus, psuMessage, _links: links } = parsed.data
  return {
    paymentId,
    state: paymentState(transactionStatus),
    sca: scaRoute(links, answer.headers['aspsp-sca-approach'], psuMessage),
    links,
  }
}

/** `GET /v1/payments/{product}/{paymentId}/status`. */
export function buildGetPaymentStatus(product: string, paymentId: string, requestId: string): BankCall {
  return {
    method: 'GET',
    path: `${paymentPath(product, paymentId)}/status`,
    headers: { accept: 'application/json', 'x-request-id': requestUuid(requestId) },
  }
}

const statusSchema = z.object({
  transactionStatus: text,
  tppMessages: z
    .array(z.object({ category: text, code: text, text }))
    .optional()
    .catch(undefined),
})

export type PaymentRead = {
  readonly state: PaymentStateRead
  readonly code: string
  readonly reason?: { readonly code: string; readonly message?: string }
}

/** Reads a payment's status; a reason for RJCT comes as a `tppMessages` entry. @throws BankRefusal */
export function processPaymentStatus(answer: BankAnswer, clock: Clock): PaymentRead {
  const parsed = statusSchema.safeParse(readJson(answer.body))
  const code = parsed.success ? parsed.data.transactionStatus : undefined
  // A rejected payment may carry its reason as an ERROR message in a good answer.
  if (answer.status !== 200 || !code) expectStatus(answer, clock, 200)
  if (!code) throw malformed('the payment has no transactionStatus', answer)
  const message = parsed.data?.tppMessages?.find((m) => m.code)
  return {
    state: paymentState(code),
    code,
    ...(message?.code && { reason: { code: message.code, ...(message.text && { message: message.text }) } }),
  }
}

/** `DELETE /v1/payments/{product}/{paymentId}`. */
export function buildCancelPayment(
  product: string,
  paymentId: string,
  requestId: string,
  psu?: Psu,
): BankCall {
  return {
    method: 'DELETE',
    path: paymentPath(product, paymentId),
    headers: { 'x-request-id': requestUuid(requestId), ...psuHeaders(psu) },
  }
}

const cancelSchema = z.object({ psuMessage: text, _links: linksSchema })

/** 204: cancelled at once. 202: the cancellation needs an authorisation of its own. @throws BankRefusal */
export function processCancelPayment(answer: BankAnswer, clock: Clock): 'cancelled' | { sca: ScaRoute } {
  expectStatus(answer, clock, 204, 202, 200)
  if (answer.status === 204) return 'cancelled'
  const parsed = cancelSchema.safeParse(readJson(answer.body))
  if (!parsed.success) throw malformed('the cancellation is not readable', answer)
  const { _links: links, psuMessage } = parsed.data
  return { sca: scaRoute(links, answer.headers['aspsp-sca-approach'], psuMessage) }
}

export function paymentPath(product: string, paymentId: string): string {
  return `/v1/payments/${product}/${encodeURIComponent(paymentId)}`
}
