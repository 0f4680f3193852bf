import { type Incoming, json, type Reply, refuse } from '../http.ts'
import type { Bank } from './banks.ts'

/** A request whose sender is known: the certificate was checked. */
export type Call = { bank: Bank; request: Incoming; tpp: string }

const messageCodes = [
  'FORMAT_ERROR',
  'PARAMETER_NOT_CONSISTENT',
  'PARAMETER_NOT_SUPPORTED',
  'PERIOD_INVALID',
  'EXECUTION_DATE_INVALID',
  'CERTIFICATE_MISSING',
  'CERTIFICATE_INVALID',
  'CERTIFICATE_EXPIRED',
  'ROLE_INVALID',
  'CONSENT_INVALID',
  'CONSENT_EXPIRED',
  'CONSENT_UNKNOWN',
  'RESOURCE_UNKNOWN',
  'PRODUCT_UNKNOWN',
  'SERVICE_INVALID',
  'CANCELLATION_INVALID',
  'REQUESTED_FORMATS_INVALID',
  'ACCESS_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
] as const
export type MessageCode = (typeof messageCodes)[number]

/** An error answer as tppMessages (NextGenPSD2 1.3.11, 4.13). `path` names the field or header at fault. */
export function tppReply(
  status: number,
  code: MessageCode,
  text: string,
  path?: string,
  headers: Record<string, string> = {},
): Reply {
  return json(
    status,
    { tppMessages: [{ category: 'ERROR', code, ...(path ? { path } : {}), text }] },
    headers,
  )
}

/** Ends the request with that answer. */
export function deny(
  status: number,
  code: MessageCode,
  text: string,
  path?: string,
  headers?: Record<string, string>,
): never {
  refuse(tppReply(status, code, text, path, headers))
}

/** 400 FORMAT_ERROR that names the field. */
export const formatError = (path: string, text: string): never => deny(400, 'FORMAT_ERROR', text, path)

/** A header as text, undefined when absent or blank. */
export function header(request: Incoming, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()]
  const text = Array.isArray(value) ? value[0] : value
  return text?.trim() ? text.trim() : undefined
}

/** A link as this bank writes it: absolute or relative. `path` starts at /v1. */
export const link = (bank: Bank, path: string): { href: string } => ({
  href: bank.absoluteLinks ? `${bank.apiUrl}${path}` : path,
})

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const datePattern = /^\d{4}-\d{2}-\d{2}$/
export const isDate = (text: unknown): text is string =>
  typeof text === 'string' &&
  datePattern.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)
