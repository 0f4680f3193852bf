import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { AddressRefused, pinAddress, type Resolve } from './webhook-address.ts'

export type Sending = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly deadlineMs: number
  readonly allowPrivate: boolean
  readonly signal?: AbortSignal
  readonly resolve?: Resolve
}

/** What the receiver said, or why it said nothing. */
export type Answer =
  | { readonly status: number; readonly retryAfter?: string }
  | { readonly status: null; readonly error: string }

/**
 * Posts one webhook: resolved once and pinned, over TLS unless private addresses are allowed, no redirects, the body
 * of the answer is dropped. Never throws; the deadline covers everything from resolving on.
 */
export async function sendWebhook(sending: Sending): Promise<Answer> {
  const control = new AbortController()
  const late = Promise.withResolvers<never>()
  late.promise.catch(() => {})
  const end = (reason: string) => {
    control.abort()
    late.reject(new Error(reason))
  }
  const timer = setTimeout(() => end(`no answer within ${sending.deadlineMs} ms`), sending.deadlineMs)
  const stop = () => end('the sender stopped')
  sending.signal?.addEventListener('abort', stop, { once: true })
  const work = post(sending, control.signal)
  try {
    return await Promise.race([work, late.promise])
  } catch (error) {
    return { status: null, error: wordsFor(error) }
  } finally {
    clearTimeout(timer)
    sending.signal?.removeEventListener('abort', stop)
    work.catch(() => {})
  }
}

async function post(sending: Sending, signal: AbortSignal): Promise<Answer> {
  const url = new URL(sending.url)
  if (url.protocol !== 'https:' && !(sending.allowPrivate && url.protocol === 'http:')) {
    throw new AddressRefused(`${url.protocol} is not https:`)
  }
  const pinned = await pinAddress(url, sending)
  const lookup: LookupFunction = (_hostname, options, callback) => {
    if (options.all) callback(null, [pinned])
    else callback(null, pinned.address, pinned.family)
  }
  const agent = new Agent({ connect: { lookup }, connections: 1, maxHeaderSize: 16_384 })
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: sending.headers,
      body: sending.body,
      signal,
    })
    await answer.body.dump({ limit: 65_536, signal }).catch(() => {})
    const retryAfter = answer.headers['retry-after']
    return { status: answer.statusCode, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) }
  } finally {
    agent.destroy().catch(() => {})
  }
}

/** The code of a network error says enough; texts of libraries may name addresses of our network. */
function wordsFor(error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  if (!(error instanceof Error)) return 'failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code ?? error.message.slice(0, 200)
}
