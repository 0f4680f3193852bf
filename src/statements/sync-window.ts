import { addDays } from '../domain/clock.ts'

/** Days read again each time: late rows, changed words, moved booking dates. */
export const overlapDays = 10
/** Older than this a bank may demand a new SCA (RTS 2018/389, article 10: the last 90 days without one). */
const exemptDays = 89

export type Window = { readonly from: string; readonly to: string }

export type WindowFacts = {
  /** Calendar day of the read. */
  readonly today: string
  /** Last day that was read whole; null before the first read. */
  readonly readThrough: string | null
  /** How far back the bank lets this read go, days before today. */
  readonly historyDays: number
  /** An older day from which something is missing, if any. */
  readonly missingFrom?: string | null
  /** The bank has refused to go back further than this. */
  readonly refusedBefore?: string | null
}

/**
 * First and last day to ask for: the whole history the first time, then from some days before what was read; after an
 * outage, or for days that are missing, as far back as the bank gives. What a bank has just refused is not asked for
 * again.
 */
export function windowOf(facts: WindowFacts): Window {
  const { today, missingFrom, refusedBefore } = facts
  const oldest = addDays(today, -facts.historyDays)
  const usual = usualFrom(facts)
  const wanted = missingFrom && missingFrom < usual ? missingFrom : usual
  const from = latest(wanted, oldest, refusedBefore ?? oldest)
  return { from: from > today ? today : from, to: today }
}

/** A clock that was ahead may have left a day that is still to come. */
function usualFrom({ today, readThrough, historyDays }: WindowFacts): string {
  if (readThrough === null) return addDays(today, -historyDays)
  return addDays(readThrough > today ? today : readThrough, -overlapDays)
}

/**
 * Where to begin instead when a bank wants a new SCA for days that old, or does not give them: what it says to give
 * without the person, the last 90 days, and at last what is new since the last read. Null when there is nothing shorter.
 */
export function shorterFrom(
  window: Window,
  facts: Pick<WindowFacts, 'today' | 'readThrough'> & { readonly unattendedDays: number },
): string | null {
  const { today, readThrough, unattendedDays } = facts
  const steps = [addDays(today, -unattendedDays), addDays(today, -exemptDays)]
  if (readThrough !== null) steps.push(usualFrom({ ...facts, historyDays: unattendedDays }))
  const shorter = steps.filter((from) => from > window.from && from <= today)
  return shorter.reduce<string | null>((least, from) => (least === null || from < least ? from : least), null)
}

const latest = (...dates: string[]) => dates.reduce((most, date) => (date > most ? date : most))
