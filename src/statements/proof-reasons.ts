import { addDays } from '../domain/clock.ts'
import type { Anchor } from './proof.ts'
import type { Placed, Segment } from './proof-offsets.ts'

/** Why a day is neither proven nor a gap. */
export type RestReason =
  /** The day is not over: rows may still come. */
  | 'today'
  /** No booked balance of the account was ever stated. */
  | 'no_balance_stated'
  /** None was stated at the end of an earlier day, so there is nothing to begin from. */
  | 'no_earlier_balance'
  /** None has been stated at the end of this day or after it. */
  | 'no_later_balance'
  /** The balances on both sides are one statement, or one answer, and agree: another one has to say the same. */
  | 'one_statement_only'
  /** Rows have changed since the balances were stated, and these no longer agree with them. */
  | 'rows_changed'

type Rest = { readonly proof: 'open' | 'unprovable'; readonly cause: RestReason }

/**
 * What is said of the days that no two balances judge.
 * @param anchors in the order of time, those that were passed over among them.
 */
export function restReasons(
  segments: readonly Segment[],
  anchors: readonly Placed[],
): (date: string) => Rest {
  const first = anchors[0]
  const last = anchors.at(-1)
  const touched = new Map<string, RestReason>()
  for (const { from, to, verdict } of segments) {
    if (verdict !== 'unknown') continue
    const cause = from.offset === to.offset ? 'one_statement_only' : 'rows_changed'
    for (let date = firstDayAfter(from); date <= to.date; date = addDays(date, 1)) touched.set(date, cause)
  }
  return (date) => {
    if (!first || !last) return { proof: 'open', cause: 'no_balance_stated' }
    if (date <= first.date) return { proof: 'unprovable', cause: 'no_earlier_balance' }
    const cause = touched.get(date) ?? (ends(last) < date ? 'no_later_balance' : 'rows_changed')
    return { proof: 'open', cause }
  }
}

/** The first day that lies behind an anchor, wholly or in part. */
export const firstDayAfter = (anchor: Anchor) =>
  anchor.kind === 'close' ? addDays(anchor.date, 1) : anchor.date

/** The last day of which an anchor says how it ended. */
const ends = (anchor: Placed) => (anchor.kind === 'close' ? anchor.date : addDays(anchor.date, -1))
