import { addDays } from '../../clock.ts'
import { htmlPage, json, type Reply } from '../../http.ts'
import { tppReply } from '../errors.ts'
import { type Faults, isGoodRead, reads } from './fault.ts'

const slowMs = 3000
const skewMs = 26 * 3_600_000

const wait = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined))

/** The answer with every date of `today` a day later, as a clock that is ahead would write it. */
function aDayAhead(reply: Reply, today: string): Reply {
  const dated = new Set(['bookingDate', 'valueDate', 'referenceDate'])
  const body: unknown = JSON.parse(String(reply.body), (name: string, value: unknown) =>
    dated.has(name) && value === today ? addDays(today, 1) : value,
  )
  return { ...reply, body: JSON.stringify(body) }
}

/** Answers that are none, or not what they say they are. */
export const answerFaults = {
  http_500: {
    about: 'answers 500 and does nothing',
    request: () => tppReply(500, 'INTERNAL_SERVER_ERROR', 'ordered by the fault http_500'),
  },
  slow: { about: `answers ${slowMs} ms late`, request: () => wait(slowMs) },
  ok_with_error: {
    about: 'answers 200 with an error body and does nothing',
    request: () => tppReply(200, 'INTERNAL_SERVER_ERROR', 'ordered by the fault ok_with_error'),
  },
  html_page: {
    about: 'answers 200 with a web page about maintenance',
    request: () => htmlPage(200, '<!doctype html><title>Vedlikehold</title><h1>Vi er snart tilbake</h1>'),
  },
  html_403: {
    about: 'a firewall in front of the bank answers 403 with a web page',
    request: () => htmlPage(403, '<!doctype html><title>403</title><h1>Request blocked</h1>'),
  },
  balances_fail: {
    about: 'the balances alone answer 500',
    fits: reads('/balances'),
    request: () => tppReply(500, 'INTERNAL_SERVER_ERROR', 'ordered by the fault balances_fail'),
  },
  clock_skew: {
    about: "the bank's clock is 26 hours ahead: the Date header, and what is dated today is dated tomorrow",
    answer: (reply, scene) => {
      const { clock } = scene.call.bank.context
      const date = new Date(clock.now().getTime() + skewMs).toUTCString()
      const late = isGoodRead(reply, scene) ? aDayAhead(reply, clock.today()) : reply
      const retry = Date.parse(reply.headers['retry-after'] ?? '') + skewMs
      const again =
        Number(reply.headers['retry-after']) > 0 || Number.isNaN(retry)
          ? {}
          : { 'retry-after': new Date(retry).toUTCString() }
      return { ...late, headers: { ...late.headers, date, ...again } }
    },
  },
  timeout_after_payment: {
    about: 'the payment is stored, the answer is never sent',
    answer: (reply, { call: { request } }) =>
      reply.status === 201 && request.method === 'POST' && /^\/v1\/payments\/[^/]+$/.test(request.path)
        ? { ...json(500, {}), delivery: 'never' }
        : reply,
  },
} satisfies Faults
