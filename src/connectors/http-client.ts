import { buildConnector, type Dispatcher, Pool } from 'undici'
import { PackedError, TooLargeError, unpacked } from './content-coding.ts'
import { ConnectorFailure, type FailureFacts } from './failure.ts'

/** The client certificate (QWAC) with its key, and whom we trust at the other end; all PEM. */
export type Trust = { readonly ca: string | readonly string[]; readonly cert: string; readonly key: string }

export type HttpCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** False: the call may move money, so a failure after bytes left is `outcome_unknown`. */
  readonly repeatable: boolean
  /** Shorter than the client's own. */
  readonly deadlineMs?: number
}

export type HttpAnswer = {
  readonly status: number
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly url: string
}

export type HttpClient = {
  /**
   * One request, one answer, whatever its status; redirects are answers. `origins` are the only places the
   * call may go to.
   * @throws ConnectorFailure not_sent | unavailable | outcome_unknown | trust_failed | malformed
   */
  send(call: HttpCall, origins: readonly string[]): Promise<HttpAnswer>
  close(): Promise<void>
}

export type HttpLimits = {
  /** From the call until the last byte of its answer, waiting for a free connection included. */
  readonly deadlineMs?: number
  readonly connectMs?: number
  readonly maxBytes?: number
  readonly connections?: number
}

/**
 * Calls to banks with one client certificate: one pool per origin, so that no connection is shared between
 * banks and the certificate is shown only to origins that a bank's row names.
 */
export function createHttpClient(trust: Trust, limits: HttpLimits = {}): HttpClient {
  const { deadlineMs = 30_000, connectMs = 10_000, maxBytes = 32 * 1024 * 1024, connections = 8 } = limits
  const lines = new Map<string, Line>()

  function lineTo(origin: string): Line {
    let line = lines.get(origin)
    if (!line) {
      line = openLine(origin, trust, { deadlineMs, connectMs, connections })
      lines.set(origin, line)
    }
    return line
  }

  return {
    async send(call, origins) {
      const url = checkedUrl(call.url, origins)
      const line = lineTo(url.origin)
      const alertsBefore = line.alerts.count
      const wire: Wire = { written: false, closed: false }
      try {
        const answer = await withDeadline(
          Math.min(call.deadlineMs ?? deadlineMs, deadlineMs),
          wire,
          (signal) => exchange(line.pool.compose(watch(wire, call.repeatable)), url, call, signal, maxBytes),
        )
        return { ...answer, url: url.href }
      } catch (error) {
        throw failureOf(
          error,
          wire,
          call.repeatable,
          line.alerts.count > alertsBefore ? line.alerts.last : undefined,
        )
      }
    },
    async close() {
      await Promise.all([...lines.values()].map((line) => line.pool.close()))
    },
  }
}

/** The connections to one origin, and how many TLS alerts came over them. */
type Line = { readonly pool: Pool; readonly alerts: { count: number; last?: string } }

/**
 * In TLS 1.3 the alert that refuses our certificate reaches the socket, but undici then reports only that the
 * other side closed: it is noted here.
 */
function openLine(
  origin: string,
  trust: Trust,
  limits: { deadlineMs: number; connectMs: number; connections: number },
): Line {
  const alerts: Line['alerts'] = { count: 0 }
  const { ca, cert, key } = trust
  const connect = buildConnector({
    ca: typeof ca === 'string' ? ca : [...ca],
    cert,
    key,
    minVersion: 'TLSv1.2',
    timeout: limits.connectMs,
    allowH2: false,
  })
  const pool = new Pool(origin, {
    connections: limits.connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 4000,
    headersTimeout: limits.deadlineMs,
    bodyTimeout: limits.deadlineMs,
    connect: (options, done) =>
      connect(options, (...result) => {
        result[1]?.prependListener('error', (error: NodeJS.ErrnoException) => {
          if (!error.code || !tlsRefused.test(error.code)) return
          alerts.count++
          alerts.last = error.code
        })
        done(...result)
      }),
  })
  return { pool, alerts }
}

function checkedUrl(address: string, origins: readonly string[]): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:' || url.username || url.password || !origins.includes(url.origin)) {
    throw new ConnectorFailure({
      kind: 'trust_failed',
      detail: 'the address is not one of this bank; nothing was sent',
    })
  }
  return url
}

/** How far a request came. `closed`: nobody waits any more, so it must not be written later. */
type Wire = { written: boolean; closed: boolean }

/**
 * undici calls `onRequestStart` directly before it writes: until then no byte of the request has left. A request
 * that came too late, or one that may move money and was already written once, is stopped here.
 */
function watch(wire: Wire, repeatable: boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        if (wire.closed || (wire.written && !repeatable)) {
          controller.abort(new Error('not written'))
          return
        }
        handler.onRequestStart?.(controller, context)
        if (!controller.aborted) wire.written = true
      },
      onResponseStart: (controller, status, headers, message) =>
        handler.onResponseStart?.(controller, status, headers, message),
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    })
}

class DeadlineError extends Error {}

/**
 * A request that waits behind an unread body ignores its AbortSignal, so the deadline is raced against the
 * whole exchange. Real time: a deadline is no domain time.
 */
async function withDeadline<T>(
  ms: number,
  wire: Wire,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new DeadlineError(`no complete answer within ${ms} ms`)
    late.reject(error)
    control.abort(error)
  }, ms)
  const running = work(control.signal)
  try {
    return await Promise.race([running, late.promise])
  } finally {
    wire.closed = true
    clearTimeout(timer)
    running.catch(() => {})
  }
}

async function exchange(
  dispatcher: Dispatcher,
  url: URL,
  call: HttpCall,
  signal: AbortSignal,
  maxBytes: number,
): Promise<Omit<HttpAnswer, 'url'>> {
  const response = await dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: call.method,
    headers: call.headers,
    signal,
    ...(call.body !== undefined && { body: call.body }),
  })
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > maxBytes) throw new TooLargeError(`the answer is larger than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
    const headers = flat(response.headers)
    const body = await unpacked(headers['content-encoding'], Buffer.concat(chunks, size), maxBytes)
    return { status: response.statusCode, headers, body }
  } finally {
    if (!response.body.readableEnded) response.body.on('error', () => {}).destroy()
  }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

/** Certificates refused on either side. TLS 1.3 servers tell only after the request was written. */
const tlsRefused = new RegExp(
  [
    '^ERR_TLS_',
    '^ERR_SSL_.*(ALERT|CERTIFICATE|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|UNKNOWN_CA)',
    'CERT',
    'SELF_SIGNED',
    'UNABLE_TO_(VERIFY|GET)',
    'HOSTNAME_MISMATCH',
    'INVALID_PURPOSE',
    'UNSPECIFIED',
  ].join('|'),
)

function failureOf(
  error: unknown,
  wire: Wire,
  repeatable: boolean,
  alert: string | undefined,
): ConnectorFailure {
  const code = alert ?? codeOf(error)
  if (!wire.written) {
    if (tlsRefused.test(code))
      return failure('trust_failed', `TLS was refused (${code}); nothing was sent`, error)
    return failure('not_sent', `no connection (${code}); nothing was sent`, error)
  }
  if (!repeatable) return failure('outcome_unknown', `the order was sent and no answer came (${code})`, error)
  if (error instanceof TooLargeError || error instanceof PackedError) {
    return failure('malformed', error.message)
  }
  if (tlsRefused.test(code)) return failure('trust_failed', `TLS was refused (${code})`, error)
  return failure('unavailable', `no answer (${code})`, error)
}

function failure(kind: FailureFacts['kind'], detail: string, cause?: unknown): ConnectorFailure {
  return new ConnectorFailure({ kind, detail }, cause)
}

/** The error's code, never its message: that may quote what was sent. */
function codeOf(error: unknown): string {
  if (error instanceof DeadlineError) return 'deadline'
  if (error instanceof TooLargeError) return 'answer too large'
  if (error instanceof PackedError) return 'answer packed'
  const code = (error as { code?: unknown } | null)?.code
  const inner = (error as { cause?: { code?: unknown } } | null)?.cause?.code
  return [code, inner].find((c) => typeof c === 'string' && /^[A-Z0-9_]+$/.test(c))?.toString() ?? 'error'
}

/**
 * Before an order leaves: a harmless GET through the same pool. In TLS 1.3 a server refuses a client certificate
 * only after the request was written, so without this a refused certificate would make an order's outcome unknown.
 * Any HTTP answer proves the handshake; what the bank says in it is the caller's to judge.
 * @throws ConnectorFailure trust_failed, or not_sent for everything else: the order itself has not left
 */
export async function proveCertificate(client: HttpClient, call: HttpCall, origins: readonly string[]) {
  try {
    return await client.send(call, origins)
  } catch (error) {
    if (!(error instanceof ConnectorFailure) || error.kind === 'trust_failed') throw error
    throw failure('not_sent', `the bank could not be reached before the order: ${error.facts.detail}`, error)
  }
}
