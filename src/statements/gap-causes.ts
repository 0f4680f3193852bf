import { addDays, daysBetween } from '../domain/clock.ts'
import type { Gap, GapShape } from './proof.ts'

export type GapCause =
  | GapShape
  /** The numbers of the statements leave one out in these days. */
  | 'statement_missing'
  /** A read, or a file, of these days held rows that could not be read. */
  | 'rows_unreadable'
  /** A transaction of just this amount was taken back in these days. */
  | 'removed_row'
  /** A transaction of just this amount stands twice. */
  | 'possible_duplicate'
  /** A pending row of just this amount was never booked. */
  | 'pending_not_booked'

type Period = { readonly from: string; readonly to: string }

/** A transaction whose amount is the gap's, or its opposite. */
export type Suspect = {
  readonly id: string
  readonly state: 'booked' | 'pending' | 'removed'
  readonly wasBooked: boolean
  readonly bookingDate: string | null
  readonly amountMinor: bigint
  /** The day on which it was first stated, and the one on which it was no longer. */
  readonly firstSeen: string
  readonly removed: string | null
  /** KID, references, counterparty, text: what tells it from others. */
  readonly words: readonly string[]
}

export type Evidence = {
  readonly suspects: readonly Suspect[]
  /** Days of which rows could not be read. */
  readonly unreadable: readonly Period[]
  /** Days of statements that the numbers say are missing. */
  readonly missing: readonly Period[]
}

export type Named = Gap & { readonly cause: GapCause; readonly suspects: readonly string[] }

/** A booking may move by this many days between two tellings of it, over a weekend. */
export const movesByDays = 3
/** Transactions named beside a gap. */
const suspectsShown = 20

/**
 * The likely cause of a gap. What is certain comes first (two statements disagree, nobody ever stated the days), then
 * what accounts for the amount to the last øre, then what may have swallowed any amount.
 */
export function nameCause(gap: Gap, evidence: Evidence): Named {
  const named = (cause: GapCause, suspects: readonly Suspect[] = []): Named => ({
    ...gap,
    cause,
    suspects: suspects.slice(0, suspectsShown).map(({ id }) => id),
  })
  const missing = evidence.missing.some((period) => overlap(period, gap))
  if (gap.shape === 'balances_disagree') return named('balances_disagree')
  if (gap.shape === 'not_read') return named(missing ? 'statement_missing' : 'not_read')
  const removed = evidence.suspects.filter((one) => wasRemoved(one, gap))
  if (removed.length > 0) return named('removed_row', removed)
  const twins = duplicates(evidence.suspects, gap)
  if (twins.length > 0) return named('possible_duplicate', twins)
  const pending = evidence.suspects.filter((one) => wasPending(one, gap))
  if (pending.length > 0) return named('pending_not_booked', pending)
  if (evidence.unreadable.some((period) => overlap(period, gap))) return named('rows_unreadable')
  return named(missing ? 'statement_missing' : gap.shape)
}

const overlap = (one: Period, other: Period) => one.from <= other.to && other.from <= one.to

const within = (date: string | null, { from, to }: Period, days = 0) =>
  date !== null && date >= addDays(from, -days) && date <= addDays(to, days)

function wasRemoved(one: Suspect, gap: Gap): boolean {
  const booked = one.state === 'removed' && one.wasBooked && one.amountMinor === gap.differenceMinor
  return booked && within(one.bookingDate, gap)
}

/** Pending rows often have no date: they were known before the days ended, and did not vanish before these began. */
function wasPending(one: Suspect, gap: Gap): boolean {
  const waiting = one.state === 'pending' || (one.state === 'removed' && !one.wasBooked)
  if (!waiting || one.amountMinor !== gap.differenceMinor) return false
  if (one.bookingDate !== null) return within(one.bookingDate, gap, movesByDays)
  const known = one.firstSeen <= addDays(gap.to, movesByDays)
  return known && (one.removed === null || one.removed >= gap.from)
}

/** Equal amounts of one day, or near each other and alike in their words; one of them in the days of the gap. */
function duplicates(suspects: readonly Suspect[], gap: Gap): Suspect[] {
  const booked = suspects.filter(
    (one) => one.state === 'booked' && one.amountMinor === -gap.differenceMinor && one.bookingDate !== null,
  )
  const twin = (one: Suspect) =>
    booked.some(
      (other) =>
        other !== one && near(one, other) && (within(one.bookingDate, gap) || within(other.bookingDate, gap)),
    )
  return booked.filter(twin)
}

function near(one: Suspect, other: Suspect): boolean {
  if (one.bookingDate === null || other.bookingDate === null) return false
  if (one.bookingDate === other.bookingDate) return true
  const apart = Math.abs(daysBetween(one.bookingDate, other.bookingDate))
  return apart <= movesByDays && one.words.some((word) => other.words.includes(word))
}
