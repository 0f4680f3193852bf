import { addDays, after, type Clock, osloDate } from '../../domain/clock.ts'
import type { BankAnswer } from './wire.ts'

/** No bank is left alone for longer than this on its own word: the header may be wrong. */
const longestWaitMs = 48 * 3_600_000
/** Who was told to wait and asks again at once, and again, is shut out. */
const shortestWaitMs = 60_000
/** Of a body that is no message of the standard: enough for a sentence, too little for data. */
const wordsRead = 2000

const limitWords =
  /rate[\s_-]?limit|too[\s_]many[\s_](requests|calls|accesses)|(quota|frequency|limit|access(es)?)\b[^.]{0,40}\bexceeded|exceeded\b[^.]{0,40}\b(quota|limit|frequency)/i
const dailyWords = /ACCESS_EXCEEDED|\bdaily\b|\bper day\b|\/\s?day\b|24 hours/i

/** What was said in the body, by the standard or not, without mark-up. */
const wordsOf = (answer: BankAnswer) =>
  new TextDecoder().decode(answer.body.subarray(0, wordsRead)).replace(/<[^>]*>/g, ' ')

/** Does the answer speak of a rate limit, whatever its status says? */
export const saysRateLimit = (answer: BankAnswer): boolean => limitWords.test(wordsOf(answer))

/**
 * When a rate limit ends, in whatever wording: `Retry-After` (seconds, HTTP date, seen: ISO instant), reset headers,
 * "try again in 7200 seconds", "next access at 2026-…"; a daily one ends with the bank's day. Undefined when nothing
 * is said: the caller's own rhythm is a better guess than any of ours.
 */
export function limitEnd(answer: BankAnswer, clock: Clock): Date | undefined {
  const now = clock.now()
  const words = wordsOf(answer)
  const waitMs =
    retryAfterMs(answer.headers, now) ?? resetMs(answer.headers, now) ?? spokenMs(words, answer.headers, now)
  if (waitMs !== undefined) return after(now, Math.min(Math.max(waitMs, shortestWaitMs), longestWaitMs))
  return dailyWords.test(words) ? osloMidnight(addDays(osloDate(now), 1)) : undefined
}

type Headers = BankAnswer['headers']

/** What the bank's clock shows: an instant it names is meant by that clock (`Date`, RFC 9110 6.6.1), not by ours. */
function bankNow(headers: Headers, now: Date): number {
  const stated = Date.parse(headers.date ?? '')
  return Number.isNaN(stated) ? now.getTime() : stated
}

function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const value = headers['retry-after']?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const at = /[a-z]{3}, \d|^\d{4}-/i.test(value) ? instant(value) : undefined
  return at === undefined ? undefined : at - bankNow(headers, now)
}

/**
 * `X-RateLimit-Reset` and its kin, in seconds or as seconds or milliseconds since 1970. Of several the latest counts,
 * without those that still have something left.
 */
function resetMs(headers: Headers, now: Date): number | undefined {
  const waits = Object.entries(headers).flatMap(([name, value]) => {
    if (!/rate-?limit.*[-_]reset(-after)?$/.test(name) || !/^\d+(\.\d+)?$/.test(value.trim())) return []
    const remaining = headers[name.replace(/[-_]reset(-after)?$/, (end) => `${end[0]}remaining`)]
    if (Number(remaining) > 0) return []
    const given = Number(value)
    if (given > 1e12) return [given - bankNow(headers, now)]
    return [given > 1e9 ? given * 1000 - bankNow(headers, now) : given * 1000]
  })
  return waits.length > 0 ? Math.max(...waits) : undefined
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const

function spokenMs(words: string, headers: Headers, now: Date): number | undefined {
  const wait = /\b(?:in|after|for)\s+(\d{1,7})\s*(s|m|h)(?:ec|in|r|our|\b)/i.exec(words)
  if (wait) return Number(wait[1]) * unitMs[(wait[2] ?? 's').toLowerCase() as keyof typeof unitMs]
  const named = /\b(?:at|after|until|from|on)\s+(\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)/i
  const at = instant(named.exec(words)?.[1] ?? '')
  return at === undefined ? undefined : at - bankNow(headers, now)
}

/** An HTTP date or ISO instant; without a zone, and as a mere day, it is meant in Oslo. */
function instant(text: string): number | undefined {
  const local = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?$/.exec(text.trim())
  if (!local) {
    const at = Date.parse(text.trim().replace(' ', text.includes(',') ? ' ' : 'T'))
    return Number.isNaN(at) ? undefined : at
  }
  const [, day = '', hours = '0', minutes = '0', seconds = '0'] = local
  if (Number.isNaN(Date.parse(day))) return undefined
  const past = Number(hours) * unitMs.h + Number(minutes) * unitMs.m + Number(seconds) * unitMs.s
  return osloMidnight(day).getTime() + past
}

/** Midnight in Oslo is 23:00 or 22:00 UTC the evening before. */
function osloMidnight(day: string): Date {
  const summer = after(new Date(`${day}T00:00:00Z`), -2 * 3_600_000)
  return osloDate(summer) === day ? summer : after(summer, 3_600_000)
}
