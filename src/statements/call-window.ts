import { createHash } from 'node:crypto'
import type { Manifest } from '../connectors/connector.ts'
import { after } from '../domain/clock.ts'

// What a bank allows without the person present, and when it allows the next read. Pure.

/** Reads of one endpoint that a bank allows in a window of time without the person present. */
export type CallLimits = {
  readonly perWindow: number
  readonly window: Manifest['readWindow']
  /** IANA name of the zone in which the bank's day turns. */
  readonly timeZone: string
}

/** A read without the person that the bank has counted. `planned`: by ourselves, nobody asked for it. */
export type SpentCall = { readonly at: Date; readonly planned: boolean }

/** `planned`: one of the reads that are spread over the day. `asked`: somebody wants it now, or it is the first. */
export type CallUse = 'planned' | 'asked'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** The bank's count may be this much behind ours: it sees a call later than we write it down. */
const marginMs = 60_000
/** However many a bank allows, an account is not planned to be read more often. */
const mostPlanned = 24

/** The bank's limit, and what this consent was granted where that is less. */
export function limitsOf(manifest: Manifest, frequencyPerDay: number): CallLimits {
  const perWindow = Math.max(1, Math.min(manifest.unattendedReadsPerDay, frequencyPerDay))
  return { perWindow, window: manifest.readWindow, timeZone: manifest.timeZone }
}

/** Where the bank allows three or more, one is left for a read that somebody asks for. */
function planned({ perWindow }: CallLimits): number {
  return perWindow >= 3 ? perWindow - 1 : perWindow
}

/**
 * The first moment from `at` on when one more read is within the limit: `at` itself, or later. Calls from the future
 * (the clock was set back) count up to a window ahead, so that a wrong clock shuts nobody out for long.
 */
export function freeFrom(
  limits: CallLimits,
  spent: readonly SpentCall[],
  use: CallUse,
  accountId: string,
  at: Date,
): Date {
  const calls = spent.filter((call) => call.at.getTime() - at.getTime() < dayMs)
  const free = (those: readonly SpentCall[], most: number) =>
    limits.window === 'rolling_24h'
      ? rolling(those, most, at)
      : calendarDay(those, most, limits.timeZone, accountId, at)
  const any = free(calls, limits.perWindow)
  if (use === 'asked') return any
  const ours = free(
    calls.filter((call) => call.planned),
    planned(limits),
  )
  return ours > any ? ours : any
}

function rolling(calls: readonly SpentCall[], most: number, at: Date): Date {
  const counted = calls
    .map((call) => call.at.getTime() + dayMs + marginMs)
    .filter((until) => until > at.getTime())
    .sort((a, b) => a - b)
  const until = counted[counted.length - most]
  return until === undefined ? at : new Date(until)
}

function calendarDay(
  calls: readonly SpentCall[],
  most: number,
  zone: string,
  accountId: string,
  at: Date,
): Date {
  const start = startOfDay(at, zone)
  const today = calls.filter((call) => call.at >= start)
  if (today.length < most) return at
  // 36 hours after its beginning a day is over in any zone, and the next one is not.
  const next = startOfDay(after(start, 1.5 * dayMs), zone)
  return after(next, marginMs + shareOf(accountId, hourMs))
}

/** The instant at which the calendar day of `at` began in a zone. */
function startOfDay(at: Date, zone: string): Date {
  const midnight = Date.parse(`${localText(at, zone).slice(0, 10)}T00:00:00Z`)
  const first = midnight - offsetMs(new Date(midnight), zone)
  return new Date(midnight - offsetMs(new Date(first), zone))
}

const offsetMs = (at: Date, zone: string) =>
  Date.parse(`${localText(at, zone)}Z`) - Math.floor(at.getTime() / 1000) * 1000

const formats = new Map<string, Intl.DateTimeFormat>()

/** `YYYY-MM-DDTHH:MM:SS` as clocks in the zone show it. */
function localText(at: Date, zone: string): string {
  const known = formats.get(zone)
  const format =
    known ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  if (!known) formats.set(zone, format)
  return format.format(at).replace(' ', 'T')
}

/** A share of a span that is always the same for one account, and spreads accounts evenly. */
function shareOf(accountId: string, ms: number): number {
  return createHash('sha256').update(accountId).digest().readUInt32BE(0) % ms
}

/**
 * When the account is read next by itself. The planned reads of a day stand at equal distances, at times that follow
 * from the account's id: all accounts together spread evenly over the day, whatever happened before. A time too soon
 * after `now` is passed over; one at which the bank allows no read moves to when it does.
 */
export function nextPlanned(
  limits: CallLimits,
  spent: readonly SpentCall[],
  accountId: string,
  now: Date,
): Date {
  const slot = Math.floor(dayMs / Math.min(planned(limits), mostPlanned))
  const phase = shareOf(accountId, slot)
  const earliest = now.getTime() + slot / 4
  const at = new Date(Math.ceil((earliest - phase) / slot) * slot + phase)
  return freeFrom(limits, spent, 'planned', accountId, at)
}
