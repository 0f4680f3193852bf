import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isCalendarDate, isStatementDate } from '../../domain/calendar.ts'

/** One call as the standard names it; `path` is below the bank's base address and starts with `/v1`. */
export type BankCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. Header names are lower case; `url` is the address that was asked, for relative links. */
export type BankAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly url: string
}

/** The person whose browser is waiting right now. Absent when nobody is. */
export type Psu = {
  readonly ipAddress: string
  readonly userAgent?: string
  readonly acceptLanguage?: string
}

/** Blank and null count as absent: some banks fill every field (seen: `"entryReference": " "`). */
export const text = z
  .union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()])
  .transform((value) => (value === null ? undefined : String(value).trim() || undefined))
  .optional()
  .catch(undefined)

/** `{ currency, amount }`; some banks write the amount as a JSON number (kept exact by `readJson`). */
export const amountSchema = z.object({ amount: z.union([z.string(), z.number()]), currency: text })

export const accountReferenceSchema = z.object({
  iban: text,
  bban: text,
  maskedPan: text,
  currency: text,
  other: z.object({ identification: text }).optional().catch(undefined),
})

/** `_links`: name to `{ href }`; a bare string is taken too. Empty links are absent. */
export const linksSchema = z
  .record(z.string(), z.unknown())
  .transform((links) => {
    const found: Record<string, string> = {}
    for (const [name, value] of Object.entries(links)) {
      const href = typeof value === 'string' ? value : (value as { href?: unknown } | null)?.href
      if (typeof href === 'string' && href.trim()) found[name] = href.trim()
    }
    return found
  })
  .catch({})
  .default({})
export type Links = z.infer<typeof linksSchema>

/**
 * Reads JSON with amounts exact: numbers named `amount` are handed on as the digits that were sent, since
 * 0.1 + 0.2 has no place in money. Answers undefined for anything that is not JSON in UTF-8.
 */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), keepDigits)
  } catch {
    return undefined
  }
}
const keepDigits = ((key: string, value: unknown, context?: { source?: string }) =>
  key === 'amount' && typeof value === 'number' && context?.source ? context.source : value) as (
  key: string,
  value: unknown,
) => unknown

/** An account number as the standard wants it: eleven digits are a BBAN, all else an IBAN. */
export function accountReference(number: string): { iban: string } | { bban: string } {
  const plain = number.replace(/[\s.]/g, '')
  return /^\d{11}$/.test(plain) ? { bban: plain } : { iban: plain.toUpperCase() }
}

/** IBAN before BBAN, without blanks; undefined when the reference names neither. */
export function accountNumber(reference: z.infer<typeof accountReferenceSchema> | undefined) {
  return (reference?.iban ?? reference?.bban ?? reference?.other?.identification)?.replace(/\s/g, '')
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `X-Request-ID` has to be a UUID (NextGenPSD2 1.3.11, parameter X-Request-ID): the same id always gives the same one. */
export function requestUuid(id: string): string {
  if (uuid.test(id)) return id.toLowerCase()
  const hash = createHash('sha256').update(`kontobro request ${id}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** Headers that say that a person is present; none at all when nobody is (1.3.11, parameter PSU-IP-Address). */
export function psuHeaders(psu: Psu | undefined): Record<string, string> {
  if (!psu) return {}
  return {
    'psu-ip-address': headerValue(psu.ipAddress),
    ...(psu.userAgent && { 'psu-user-agent': headerValue(psu.userAgent) }),
    ...(psu.acceptLanguage && { 'psu-accept-language': headerValue(psu.acceptLanguage) }),
  }
}

/** Printable ASCII only: what a browser sent must not end a header or start another. */
export function headerValue(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?').slice(0, 512)
}

/** A calendar date of a bank: `2026-01-31`, also when a time follows. Undefined for days that do not exist. */
export function calendarDate(value: string | undefined): string | undefined {
  const date = value?.match(/^(\d{4}-\d{2}-\d{2})(?:$|T)/)?.[1]
  return date && isCalendarDate(date) ? date : undefined
}

/** The same of a row or a balance: a consent may last until 9999, a booking is of no such day. */
export function statementDate(value: string | undefined): string | undefined {
  const date = calendarDate(value)
  return date && isStatementDate(date) ? date : undefined
}
