import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { limitEnd, saysRateLimit } from './rate-limit.ts'
import { type BankAnswer, linksSchema, readJson, text } from './wire.ts'

/** The kinds of refusal that a bank's answer can mean (the part of the connectors' list that HTTP can show). */
export type RefusalKind =
  | 'consent_expired'
  | 'sca_required'
  | 'sca_unsupported'
  | 'rate_limited'
  | 'rejected'
  | 'access_denied'
  | 'not_found'
  | 'not_supported'
  | 'trust_failed'
  | 'unavailable'
  | 'outcome_unknown'
  | 'malformed'

export type Refusal = {
  readonly kind: RefusalKind
  readonly detail: string
  readonly bank?: { readonly code: string; readonly message?: string }
  readonly retryAt?: Date
  readonly httpStatus?: number
  /** The order is with the bank all the same: what its status is asked with. */
  readonly memory?: Readonly<Record<string, string>>
}

/** Thrown by every `process…` here. Its text never holds an address, a header or a body. */
export class BankRefusal extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(`${refusal.kind}: ${refusal.detail}`)
    this.name = 'BankRefusal'
    this.refusal = refusal
  }
}

/** Message codes (NextGenPSD2 1.3.11, schemas MessageCode*) and what they mean for us. Codes not listed go by HTTP status. */
const kindByCode: Readonly<Record<string, RefusalKind>> = {
  CERTIFICATE_INVALID: 'trust_failed',
  CERTIFICATE_EXPIRED: 'trust_failed',
  CERTIFICATE_BLOCKED: 'trust_failed',
  CERTIFICATE_REVOKE: 'trust_failed',
  CERTIFICATE_REVOKED: 'trust_failed',
  CERTIFICATE_MISSING: 'trust_failed',
  ROLE_INVALID: 'trust_failed',
  SIGNATURE_INVALID: 'trust_failed',
  SIGNATURE_MISSING: 'trust_failed',
  CONSENT_INVALID: 'consent_expired',
  CONSENT_EXPIRED: 'consent_expired',
  CONSENT_UNKNOWN: 'consent_expired',
  TOKEN_UNKNOWN: 'consent_expired',
  TOKEN_INVALID: 'consent_expired',
  TOKEN_EXPIRED: 'consent_expired',
  SERVICE_BLOCKED: 'access_denied',
  RESOURCE_BLOCKED: 'access_denied',
  CORPORATE_ID_INVALID: 'access_denied',
  PSU_CREDENTIALS_INVALID: 'access_denied',
  RESOURCE_UNKNOWN: 'not_found',
  RESOURCE_EXPIRED: 'not_found',
  PRODUCT_UNKNOWN: 'not_supported',
  PRODUCT_INVALID: 'not_supported',
  SERVICE_INVALID: 'not_supported',
  PARAMETER_NOT_SUPPORTED: 'not_supported',
  SESSIONS_NOT_SUPPORTED: 'not_supported',
  REQUESTED_FORMATS_INVALID: 'not_supported',
  SCA_METHOD_UNKNOWN: 'sca_unsupported',
  ACCESS_EXCEEDED: 'rate_limited',
  SERVICE_UNAVAILABLE: 'unavailable',
  INTERNAL_SERVER_ERROR: 'unavailable',
}

const messageSchema = z.object({ category: text, code: text, path: text, text })
const errorBodySchema = z.object({
  tppMessages: z.array(messageSchema).optional().catch(undefined),
  title: text,
  detail: text,
  code: text,
  additionalErrors: z
    .array(z.object({ code: text, title: text, detail: text }))
    .optional()
    .catch(undefined),
  _links: linksSchema,
})

/** What a bank said about a refusal, in either of its two shapes; undefined when it said nothing readable. */
export type Said = { code: string; message?: string; path?: string; scaLink: boolean }

/** Reads `tppMessages` or RFC 7807 `application/problem+json`. Warnings alone are no error. */
export function readError(answer: BankAnswer): Said | undefined {
  const parsed = errorBodySchema.safeParse(readJson(answer.body))
  if (!parsed.success) return undefined
  const body = parsed.data
  const scaLink = Object.keys(body._links).some(
    (n) => n === 'scaRedirect' || n.startsWith('startAuthorisation'),
  )
  const messages = (body.tppMessages ?? []).filter((m) => answer.status >= 400 || m.category === 'ERROR')
  const first = messages.find((m) => m.category === 'ERROR') ?? messages[0]
  if (first?.code) return said(first.code, first.text, first.path, scaLink)
  if (answer.status < 400) return undefined
  const extra = body.additionalErrors?.find((e) => e.code)
  const code = body.code ?? extra?.code
  if (!code) return undefined
  const words = [body.title, body.detail, extra?.detail ?? extra?.title].filter((w) => w !== undefined)
  return said(code, words.join(': ') || undefined, undefined, scaLink)
}

function said(code: string, message: string | undefined, path: string | undefined, scaLink: boolean): Said {
  return {
    code: code.slice(0, 60),
    ...(message && { message: clean(message) }),
    ...(path && { path: clean(path) }),
    scaLink,
  }
}

/** National identity numbers and account numbers have eleven digits: neither belongs in a log. */
function clean(message: string): string {
  return message.replace(/\d{6}[ .]?\d{5}|\d{4}[ .]\d{2}[ .]\d{5}/g, '[11 digits]').slice(0, 300)
}

/**
 * Passes a good answer through and turns every other into a refusal.
 * A 2xx that carries an ERROR message is one too: several platforms answer 200 to everything.
 * @throws BankRefusal
 */
export function expectStatus(answer: BankAnswer, clock: Clock, ...wanted: number[]): BankAnswer {
  const error = readError(answer)
  if (wanted.includes(answer.status) && !error) return answer
  throw new BankRefusal(refusalOf(answer, error, clock))
}

/** The table of refusals: message code first, HTTP status second. */
export function refusalOf(answer: BankAnswer, error: Said | undefined, clock: Clock): Refusal {
  const kind = kindOf(answer, error)
  const retryAt = kind === 'rate_limited' ? limitEnd(answer, clock) : undefined
  const where = error?.path ? ` (${error.path})` : ''
  return {
    kind,
    detail: error
      ? `the bank answered ${error.code}${where}`
      : `the bank answered HTTP ${answer.status}${shapeOf(answer)}`,
    httpStatus: answer.status,
    ...(error && { bank: { code: error.code, ...(error.message && { message: error.message }) } }),
    ...(retryAt && { retryAt }),
  }
}

function kindOf(answer: BankAnswer, error: Said | undefined): RefusalKind {
  const { status } = answer
  if (status >= 500 && status !== 501) return 'unavailable'
  if (status === 429) return 'rate_limited'
  if ((status === 401 || status === 403) && error?.scaLink) return 'sca_required'
  if (status >= 400 && error && wantsPerson(error)) return 'sca_required'
  const known = error && kindByCode[error.code]
  if (status >= 400 && (!known || known === 'access_denied') && saysRateLimit(answer)) return 'rate_limited'
  if (known) return known
  // A firewall's page: the bank itself has not spoken, so nothing is over.
  if ((status === 401 || status === 403) && isWebPage(answer)) return 'unavailable'
  if (status < 400) return error ? 'rejected' : 'malformed'
  if (status === 401 || status === 403) return 'access_denied'
  if (status === 404 || status === 410) return 'not_found'
  if (status === 405 || status === 406 || status === 415 || status === 501) {
    return error?.code === 'CANCELLATION_INVALID' ? 'rejected' : 'not_supported'
  }
  return status === 408 || status === 425 ? 'unavailable' : 'rejected'
}

/** Some banks answer reads only while a person is there (seen: Sparebanken Vest, Bulder, August 2026). */
function wantsPerson({ path, message }: Said): boolean {
  const words = `${path ?? ''} ${message ?? ''}`
  return /psu[-_ ](ip|header|user)/i.test(words) && /missing|required|mandatory|not provided/i.test(words)
}

const isWebPage = ({ body }: BankAnswer) => /^\s*</.test(new TextDecoder().decode(body.subarray(0, 200)))

function shapeOf(answer: BankAnswer): string {
  const type = answer.headers['content-type']?.split(';')[0]?.trim()
  if (answer.body.length === 0) return ' without a body'
  return type && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? ` (${type})` : ''
}

/**
 * The same for an order that may have moved money: only a refusal in the bank's own words, or a rate limit,
 * is believed. Everything else leaves the outcome unknown (STYLE: uncertain is pending).
 * @throws BankRefusal of kind rejected, trust_failed, rate_limited or outcome_unknown
 */
export function expectOrderTaken(answer: BankAnswer, clock: Clock): BankAnswer {
  const error = readError(answer)
  if ((answer.status === 201 || answer.status === 200) && !error) return answer
  const refusal = refusalOf(answer, error, clock)
  // Words about a limit may mean an amount: of an order only the standard's ways of saying it are believed.
  const limited = answer.status === 429 || error?.code === 'ACCESS_EXCEEDED'
  if (limited && refusal.kind === 'rate_limited') throw new BankRefusal(refusal)
  const explicit = error !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 408
  if (!explicit) throw new BankRefusal({ ...refusal, kind: 'outcome_unknown' })
  throw new BankRefusal(refusal.kind === 'trust_failed' ? refusal : { ...refusal, kind: 'rejected' })
}

/** For an answer that has the right status and the wrong content. */
export function malformed(detail: string, answer?: BankAnswer): BankRefusal {
  return new BankRefusal({ kind: 'malformed', detail, ...(answer && { httpStatus: answer.status }) })
}
