import { after } from '../domain/clock.ts'

const minute = 60_000
const hour = 60 * minute

/** Waits between attempts, as Standard Webhooks proposes: ten attempts over about 75 hours. */
export const webhookDelays: readonly number[] = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]
const longestRetryAfterMs = 24 * hour

/**
 * Milliseconds that a `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3), which is on real time.
 * @returns undefined when there is none or it cannot be read.
 */
export function retryAfterMs(header: string | undefined, realNow: Date): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  // A date begins with its weekday; Date.parse alone takes much more for one.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : date - realNow.getTime()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}

/**
 * When the next attempt is due after `attempts` of them failed, spread by a tenth to either side; never before the
 * receiver's own `Retry-After`. Undefined: that was the last.
 */
export function nextWebhookAttempt(
  attempts: number,
  now: Date,
  askedMs: number | undefined,
  random: () => number = Math.random,
): Date | undefined {
  const delay = webhookDelays[attempts - 1]
  if (delay === undefined) return undefined
  const spread = Math.round(delay * (0.9 + random() * 0.2))
  return after(now, Math.max(spread, askedMs ?? 0))
}
