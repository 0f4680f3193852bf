/** What the identity clients need of `fetch`; given from outside so that tests and proxies can stand in. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type Bounds = {
  /** From the call until the last byte of the answer. */
  readonly deadlineMs: number
  readonly maxBytes: number
}

/**
 * How a call to an identity service (signing provider, business register) failed.
 * `unavailable`: no usable answer, asking again later may help. `rejected`: the service said no to this request.
 * `malformed`: it answered something that its specification does not know.
 */
export class ServiceFailure extends Error {
  readonly service: string
  readonly kind: 'unavailable' | 'rejected' | 'malformed'
  readonly httpStatus: number | undefined
  constructor(
    service: string,
    kind: ServiceFailure['kind'],
    detail: string,
    facts?: { httpStatus?: number; cause?: unknown },
  ) {
    super(`${service}: ${detail}`, facts?.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ServiceFailure'
    this.service = service
    this.kind = kind
    this.httpStatus = facts?.httpStatus
  }
}

/** Thrown while reading an answer that is longer than agreed. */
class AnswerTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`)
    this.name = 'AnswerTooLarge'
  }
}

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > maxBytes) {
      await reader.cancel().catch(() => {})
      throw new AnswerTooLarge(maxBytes)
    }
    chunks.push(value)
  }
  return new Uint8Array(Buffer.concat(chunks, size))
}

const withoutBody = new Set([101, 204, 205, 304])

/**
 * A fetch that answers only when the whole body is here, in time and within size. Redirects are not followed:
 * none of these services needs one, and one would carry credentials to another host.
 */
export function boundedFetch(fetch: Fetch, bounds: Bounds): Fetch {
  return async (url, init) => {
    const deadline = AbortSignal.timeout(bounds.deadlineMs)
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline
    const response = await fetch(url, { ...init, signal, redirect: 'manual' })
    const body = await readAtMost(response, bounds.maxBytes)
    const { status, statusText, headers } = response
    return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers })
  }
}

/** `boundedFetch` whose failures are named after the service; the answer is any status, redirects excepted. */
export function serviceFetch(service: string, fetch: Fetch, bounds: Bounds): Fetch {
  const send = boundedFetch(fetch, bounds)
  return async (url, init) => {
    const response = await send(url, init).catch((cause: unknown) => {
      const detail = cause instanceof AnswerTooLarge ? cause.message : 'no answer'
      const kind = cause instanceof AnswerTooLarge ? 'malformed' : 'unavailable'
      throw new ServiceFailure(service, kind, detail, { cause })
    })
    const { status } = response
    if (status >= 300 && status < 400) {
      throw new ServiceFailure(service, 'malformed', 'it answered with a redirect', { httpStatus: status })
    }
    if (status >= 500 || status === 429) {
      throw new ServiceFailure(service, 'unavailable', `it answered ${status}`, { httpStatus: status })
    }
    return response
  }
}
