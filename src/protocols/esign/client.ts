import { type Fetch, ServiceFailure, serviceFetch } from '../bounded-fetch.ts'
import {
  basicCredentials,
  buildOrder,
  buildTokenRequest,
  processCreated,
  processDocument,
  processOrder,
  processToken,
} from './messages.ts'
import type { SigningProvider } from './provider.ts'

export type EsignOptions = {
  /** Where `/orders` lies, without a trailing slash. */
  readonly baseUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** Default `{baseUrl}/oauth/token`. */
  readonly tokenUrl?: string
  /** Origins that sign pages may have; default the origin of `baseUrl`. */
  readonly pageOrigins?: readonly string[]
  readonly deadlineMs?: number
  readonly fetch?: Fetch
}

const service = 'signing provider'
const answerAtMostBytes = 512 * 1024
const documentAtMostBytes = 25 * 1024 * 1024
/** A token is renewed this long before it ends, so that it does not end on the way. */
const tokenSlackMs = 30_000

const noJson = Symbol('no JSON')

async function jsonOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => noJson)
  if (body === noJson) {
    throw new ServiceFailure(service, 'malformed', 'the answer is not JSON', { httpStatus: response.status })
  }
  return body
}

function accepted(response: Response): Response {
  if (response.ok) return response
  const { status } = response
  throw new ServiceFailure(service, 'rejected', `it answered ${status}`, { httpStatus: status })
}

/** A bearer token by client credentials, kept until shortly before its end (measured monotonically). */
function tokenSource(options: EsignOptions, send: Fetch) {
  let kept: { value: string; until: number } | undefined
  return {
    async get(): Promise<string> {
      if (kept && performance.now() < kept.until) return kept.value
      const asked = performance.now()
      const response = await send(options.tokenUrl ?? `${options.baseUrl}/oauth/token`, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          authorization: basicCredentials(options.clientId, options.clientSecret),
        },
        body: buildTokenRequest('esign'),
      })
      const { value, lifeMs } = processToken(await jsonOf(accepted(response)))
      kept = { value, until: asked + lifeMs - tokenSlackMs }
      return value
    },
    forget() {
      kept = undefined
    },
  }
}

/**
 * Client of a signing-order API over PDFs: token by client credentials with scope `esign`, then
 * `POST /orders`, `GET /orders/{id}`, `GET /orders/{id}/document`, `DELETE /orders/{id}`.
 */
export function esignClient(options: EsignOptions): SigningProvider {
  const { baseUrl, fetch = globalThis.fetch, deadlineMs = 20_000 } = options
  const send = serviceFetch(service, fetch, { deadlineMs, maxBytes: answerAtMostBytes })
  const sendForDocument = serviceFetch(service, fetch, { deadlineMs, maxBytes: documentAtMostBytes })
  const pageOrigins = new Set(options.pageOrigins ?? [new URL(baseUrl).origin])
  const token = tokenSource(options, send)

  /** A token may be withdrawn before its time: on 401 once more with a new one. */
  async function call(path: string, init: RequestInit, by: Fetch = send): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${await token.get()}`)
      const response = await by(`${baseUrl}${path}`, { ...init, headers })
      if (response.status !== 401 || attempt === 2) return response
      token.forget()
    }
  }
  const orderPath = (orderId: string) => `/orders/${encodeURIComponent(orderId)}`

  return {
    id: 'esign',
    async createOrder(order) {
      if (order.pdf.byteLength > documentAtMostBytes) {
        throw new ServiceFailure(service, 'rejected', `the document is over ${documentAtMostBytes} bytes`)
      }
      const headers = { accept: 'application/json', 'content-type': 'application/json' }
      const body = JSON.stringify(buildOrder(order))
      const response = await call('/orders', { method: 'POST', headers, body })
      return processCreated(await jsonOf(accepted(response)), pageOrigins)
    },
    async getOrder(orderId) {
      const response = await call(orderPath(orderId), { headers: { accept: 'application/json' } })
      return processOrder(await jsonOf(accepted(response)), orderId)
    },
    async getSignedDocument(orderId) {
      const headers = { accept: 'application/pdf' }
      const response = await call(`${orderPath(orderId)}/document`, { headers }, sendForDocument)
      return processDocument(new Uint8Array(await accepted(response).arrayBuffer()))
    },
    async cancel(orderId) {
      const response = await call(orderPath(orderId), { method: 'DELETE' })
      if (response.status !== 409) accepted(response)
    },
  }
}
