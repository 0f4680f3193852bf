import type { Prisma } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'
import type { BalanceType } from '../domain/statement.ts'

export type BalanceRow = Prisma.BalanceGetPayload<object>
export type Choosable = Pick<BalanceRow, 'id' | 'type' | 'date' | 'currency' | 'readAt'>

/** What is booked, in the order in which one is taken of the same moment. */
const booked: readonly BalanceType[] = [
  'interimBooked',
  'closingBooked',
  'previouslyClosedBooked',
  'openingBooked',
]
/** What counts pending rows, or credit that may be drawn. What will be there on a day to come is none. */
const others: readonly BalanceType[] = ['expected', 'interimAvailable', 'closingAvailable']
/** A bank that states no booked balance any more is shown by what it does state after this. */
const bookedStandsDays = 7

/**
 * "The" balance of several. In the account's own currency where there is one. The booked one of the latest moment: now
 * comes after the last closing, and a closing after what was there in the course of its day. Only where none was stated,
 * or it is a week older, one that is expected or available.
 */
export function chooseBalance<Row extends Choosable>(
  rows: readonly Row[],
  currency: string | null,
): Row | null {
  const own = rows.filter((row) => row.currency === currency)
  const among = own.length > 0 ? own : rows
  const [best] = latestOf(among, booked)
  const [other] = latestOf(among, others)
  if (!best || !other) return best ?? other ?? null
  return dayOf(other) > addDays(dayOf(best), bookedStandsDays) ? other : best
}

function latestOf<Row extends Choosable>(rows: readonly Row[], types: readonly BalanceType[]): Row[] {
  const rank = (row: Row) => types.indexOf(row.type as BalanceType)
  const later = (a: string, b: string) => (a === b ? 0 : a > b ? -1 : 1)
  return rows
    .filter((row) => rank(row) >= 0)
    .sort(
      (a, b) =>
        later(momentOf(a), momentOf(b)) ||
        rank(a) - rank(b) ||
        later(a.readAt.toISOString(), b.readAt.toISOString()) ||
        later(b.currency, a.currency) ||
        later(a.id, b.id),
    )
}

/** The day that a balance speaks of: at the latest the one on which it was stated. */
export function dayOf({ date, readAt }: Choosable): string {
  const stated = osloDate(readAt)
  return date === null || date > stated ? stated : date
}

/** A closing balance of a day that was not over is what was there by then. */
export const isClosed = ({ type, date, readAt }: Choosable) =>
  (type.startsWith('closing') || type === 'previouslyClosedBooked') &&
  date !== null &&
  date < osloDate(readAt)

/** The beginning, the course or the end of a day, in the order of time. */
const momentOf = (row: Choosable) =>
  `${dayOf(row)} ${row.type === 'openingBooked' ? 0 : isClosed(row) ? 2 : 1}`
