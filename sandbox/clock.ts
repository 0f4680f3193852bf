import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Sandbox time: real time plus an offset that only moves forward. Shared with the gateway by a file. */
export type SandboxClock = {
  /** The file `{"offsetMs": n}`. */
  file: string
  now: () => Date
  /** Calendar date in Europe/Oslo, `YYYY-MM-DD`. */
  today: () => string
  /** Moves sandbox time forward; throws a RangeError for a negative step. */
  advance: (ms: number) => void
}

const osloDay = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Oslo',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** The calendar date in Europe/Oslo of an instant, `YYYY-MM-DD`. */
export const osloDate = (instant: Date | number): string => osloDay.format(instant)

/** The instant (ms) at which an Oslo calendar date begins. */
export function osloMidnightMs(date: string): number {
  const utc = Date.parse(`${date}T00:00:00Z`)
  // Oslo is one or two hours ahead of UTC: midnight there is 22:00 or 23:00 UTC of the day before.
  for (const hours of [2, 1]) {
    const at = utc - hours * 3_600_000
    if (osloDate(at) === date && osloDate(at - 1) !== date) return at
  }
  throw new RangeError(`no midnight found for ${date}`)
}

/** `date` moved by whole days, `YYYY-MM-DD`. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

const durationPattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; undefined if it is not one. */
export function durationMs(text: string): number | undefined {
  const match = durationPattern.exec(text)
  if (!match || text === 'P' || text.endsWith('T')) return undefined
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const wholeDays = (weeks ?? 0) * 7 + (days ?? 0)
  return (((wholeDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
}

function readOffset(file: string): number {
  try {
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const offset = (stored as { offsetMs?: unknown }).offsetMs
    return typeof offset === 'number' && Number.isFinite(offset) ? offset : 0
  } catch {
    return 0
  }
}

/** Opens the clock of a data directory (`clock.json`), at real time when the file is not there yet. */
export function openClock(dataDir: string): SandboxClock {
  const file = join(dataDir, 'clock.json')
  let offsetMs = readOffset(file)
  const write = () => {
    writeFileSync(`${file}.tmp`, JSON.stringify({ offsetMs }))
    renameSync(`${file}.tmp`, file)
  }
  write()
  const now = () => new Date(Date.now() + offsetMs)
  return {
    file,
    now,
    today: () => osloDate(now()),
    advance: (ms) => {
      if (ms < 0) throw new RangeError('sandbox time only moves forward')
      offsetMs += ms
      write()
    },
  }
}
