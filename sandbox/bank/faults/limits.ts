import { htmlPage, json, type Reply } from '../../http.ts'
import { type Call, tppReply } from '../errors.ts'
import type { Fault, Faults } from './fault.ts'

/** When the limit is over, from now: long enough to be told from a retry. */
const overAfterMs = 2 * 3_600_000
const seconds = overAfterMs / 1000

/** A rate limit in one bank's words; only reads are limited. */
const limit = (about: string, answer: (over: Date, call: Call) => Reply): Fault => ({
  about: `reads are refused for two hours: ${about}`,
  fits: ({ request }) => request.path.startsWith('/v1/accounts'),
  request: ({ call }) => answer(new Date(call.bank.context.clock.now().getTime() + overAfterMs), call),
})

const words = 'Too many requests'

/** The ways in which banks say "not so often". */
export const limitFaults = {
  limit_bare: limit('429 without header and body', () => ({ status: 429, headers: {}, body: '' })),
  limit_seconds: limit('429 with Retry-After in seconds', () =>
    json(429, {}, { 'retry-after': String(seconds) }),
  ),
  limit_zero: limit('429 with Retry-After: 0', () => json(429, {}, { 'retry-after': '0' })),
  limit_http_date: limit('429 with Retry-After as an HTTP date', (over) =>
    json(429, {}, { 'retry-after': over.toUTCString() }),
  ),
  limit_reset_header: limit('429 with X-RateLimit-Reset in seconds', () =>
    json(429, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(seconds) }),
  ),
  limit_message: limit('429 with ACCESS_EXCEEDED and no header', () =>
    tppReply(429, 'ACCESS_EXCEEDED', 'Four accesses a day are agreed'),
  ),
  limit_next_access: limit('429 whose text names the next access', (over) =>
    tppReply(429, 'ACCESS_EXCEEDED', `Access exceeded, next access at ${over.toISOString()}`),
  ),
  limit_try_again: limit('429 whose text says in how many seconds', () =>
    json(429, {
      summary: 'Rate limit exceeded',
      detail: `The rate limit for this resource is 4/day. Please try again in ${seconds} seconds`,
      status_code: 429,
    }),
  ),
  limit_html: limit('429 with a web page', () => htmlPage(429, `<h1>429 ${words}</h1>`)),
  limit_403: limit('403 whose text is about a rate limit', () =>
    json(403, { tppMessages: [{ category: 'ERROR', code: 'FORBIDDEN', text: 'Rate limit exceeded' }] }),
  ),
  limit_401: limit('401 whose text is about too many requests', () => ({
    status: 401,
    headers: { 'content-type': 'text/plain', 'retry-after': String(seconds) },
    body: words,
  })),
} satisfies Faults
