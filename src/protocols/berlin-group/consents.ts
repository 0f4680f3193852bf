import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { expectStatus, malformed } from './errors.ts'
import { type ScaRoute, scaRoute } from './links.ts'
import { type ConsentStateRead, consentState } from './status.ts'
import {
  accountReference,
  type BankAnswer,
  type BankCall,
  calendarDate,
  headerValue,
  type Links,
  linksSchema,
  type Psu,
  psuHeaders,
  readJson,
  requestUuid,
  text,
} from './wire.ts'

export type ConsentOrder = {
  readonly requestId: string
  readonly psu: Psu
  readonly returnUrl: string
  readonly failureUrl: string
  readonly validUntil: string
  readonly frequencyPerDay: number
  /** Empty: a bank-offered consent, the person picks the accounts at the bank. */
  readonly accounts: readonly string[]
}

/** Where the browser comes back to, for every call that may start SCA. */
export function redirectHeaders(to: { returnUrl: string; failureUrl: string }): Record<string, string> {
  return {
    'tpp-redirect-preferred': 'true',
    'tpp-redirect-uri': headerValue(to.returnUrl),
    'tpp-nok-redirect-uri': headerValue(to.failureUrl),
  }
}

/** `POST /v1/consents` for account details, balances and transactions (NextGenPSD2 1.3.11, schema consents). */
export function buildCreateConsent(order: ConsentOrder): BankCall {
  const accounts = order.accounts.map(accountReference)
  return {
    method: 'POST',
    path: '/v1/consents',
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestUuid(order.requestId),
      ...psuHeaders(order.psu),
      ...redirectHeaders(order),
    },
    body: JSON.stringify({
      access: { accounts, balances: accounts, transactions: accounts },
      recurringIndicator: true,
      validUntil: order.validUntil,
      frequencyPerDay: order.frequencyPerDay,
      combinedServiceIndicator: false,
    }),
  }
}

const createdSchema = z.object({
  consentStatus: text,
  consentId: text,
  psuMessage: text,
  _links: linksSchema,
})

export type CreatedConsent = {
  readonly consentId: string
  readonly state: ConsentStateRead
  readonly sca: ScaRoute
  readonly links: Links
}

/** Reads the 201 of `buildCreateConsent`. @throws BankRefusal */
export function processCreateConsent(answer: BankAnswer, clock: Clock): CreatedConsent {
  expectStatus(answer, clock, 201, 200)
  const parsed = createdSchema.safeParse(readJson(answer.body))
  if (!parsed.success || !parsed.data.consentId) throw malformed('the new consent has no consentId', answer)
  const { consentId, consentStatus, psuMessage, _links: links } = parsed.data
  return {
    consentId,
    state: consentState(consentStatus),
    sca: scaRoute(links, answer.headers['aspsp-sca-approach'], psuMessage),
    links,
  }
}

/** `GET /v1/consents/{consentId}`: the bank may have shortened what was asked for. */
export function buildGetConsent(consentId: string, requestId: string): BankCall {
  return { method: 'GET', path: consentPath(consentId), headers: { 'x-request-id': requestUuid(requestId) } }
}

/** `GET /v1/consents/{consentId}/status`: the cheapest call that a bank answers only to our certificate. */
export function buildGetConsentStatus(consentId: string, requestId: string): BankCall {
  const call = buildGetConsent(consentId, requestId)
  return { ...call, path: `${call.path}/status` }
}

const consentSchema = z.object({ consentStatus: text, validUntil: text, frequencyPerDay: text })

export type ConsentRead = { state: ConsentStateRead; validUntil?: string; frequencyPerDay?: number }

/** Reads `GET /v1/consents/{consentId}`. @throws BankRefusal */
export function processGetConsent(answer: BankAnswer, clock: Clock): ConsentRead {
  expectStatus(answer, clock, 200)
  const parsed = consentSchema.safeParse(readJson(answer.body))
  if (!parsed.success || !parsed.data.consentStatus)
    throw malformed('the consent has no consentStatus', answer)
  const validUntil = calendarDate(parsed.data.validUntil)
  const frequency = Number(parsed.data.frequencyPerDay)
  return {
    state: consentState(parsed.data.consentStatus),
    ...(validUntil && { validUntil }),
    ...(Number.isInteger(frequency) && frequency > 0 && { frequencyPerDay: frequency }),
  }
}

/** `DELETE /v1/consents/{consentId}`. */
export function buildDeleteConsent(consentId: string, requestId: string): BankCall {
  return {
    method: 'DELETE',
    path: consentPath(consentId),
    headers: { 'x-request-id': requestUuid(requestId) },
  }
}

/** A consent that the bank no longer knows is as good as deleted. @throws BankRefusal */
export function processDeleteConsent(answer: BankAnswer, clock: Clock): void {
  if (answer.status === 404 || answer.status === 410) return
  expectStatus(answer, clock, 204, 200, 202)
}

const startedSchema = z.object({ scaStatus: text, psuMessage: text, _links: linksSchema })

/** `POST …/authorisations` where the bank wants the authorisation created explicitly; `path` from its link. */
export function buildStartAuthorisation(
  path: string,
  order: { requestId: string; psu?: Psu | undefined; returnUrl: string; failureUrl: string },
): BankCall {
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestUuid(`${order.requestId} authorisation`),
      ...psuHeaders(order.psu),
      ...redirectHeaders(order),
    },
    body: '{}',
  }
}

/** Reads the 201 of `buildStartAuthorisation`. @throws BankRefusal */
export function processStartAuthorisation(answer: BankAnswer, clock: Clock): { sca: ScaRoute; links: Links } {
  expectStatus(answer, clock, 201, 200)
  const parsed = startedSchema.safeParse(readJson(answer.body))
  if (!parsed.success) throw malformed('the new authorisation is not readable', answer)
  const { _links: links, psuMessage } = parsed.data
  return { sca: scaRoute(links, answer.headers['aspsp-sca-approach'], psuMessage), links }
}

const scaStatusSchema = z.object({ scaStatus: text })

/** Reads `GET …/authorisations/{authorisationId}`: the bank's word, not the browser's, tells how SCA ended. */
export function processScaStatus(answer: BankAnswer, clock: Clock): string {
  expectStatus(answer, clock, 200)
  const parsed = scaStatusSchema.safeParse(readJson(answer.body))
  if (!parsed.success || !parsed.data.scaStatus) throw malformed('the authorisation has no scaStatus', answer)
  return parsed.data.scaStatus
}

function consentPath(consentId: string): string {
  return `/v1/consents/${encodeURIComponent(consentId)}`
}
