import { addDays } from '../domain/clock.ts'
import type { BalanceType, StatedBalance, StatementHead } from '../domain/statement.ts'

export type HeadFacts = {
  /** First and last day whose rows lie between the two balances. */
  readonly from: string | null
  readonly to: string | null
  readonly opening: StatedBalance | undefined
  readonly closing: StatedBalance | undefined
  /** As they are kept. */
  readonly balances: readonly StatedBalance[]
}

/** What is counted of the rows of a statement. */
export type RowFacts = {
  readonly format: string
  /** Booked rows by currency, minor units. */
  readonly booked: ReadonlyMap<string, bigint>
  readonly firstDay: string | null
  readonly lastDay: string | null
}

/** Reports of the running day: what they call a closing balance is the one of the moment. */
export const isInterim = (format: string) => format === 'camt.052' || format === 'mt942'

/**
 * The days and balances of a statement. Its period may end at the midnight after the last day, so an earlier closing
 * balance counts; an opening balance may carry the date of the evening before. An interim report and a notice of
 * details close no day.
 */
export function headFacts(head: StatementHead, currency: string, rows: RowFacts): HeadFacts {
  if (head.detailsOnly) {
    const none = { opening: undefined, closing: undefined, balances: [] }
    return { ...none, from: rows.firstDay, to: rows.lastDay }
  }
  const own = head.balances.filter((balance) => balance.amount.currency === currency)
  const opening = firstOf(own, ['openingBooked', 'previouslyClosedBooked'])
  const closing = own.findLast((balance) => balance.type === 'closingBooked')
  const to = least(head.to ?? null, closing?.date ?? null) ?? rows.lastDay
  const from = head.from ?? openingDay(opening?.date ?? null, to, rows.firstDay) ?? rows.firstDay
  const days = { from: from && to && from > to ? to : from, to }
  const balances = head.balances.filter(isStated)
  if (isInterim(rows.format)) {
    return { ...days, opening: undefined, closing: undefined, balances: balances.map(asOfNow) }
  }
  return {
    ...days,
    opening: opening && isStated(opening) ? opening : undefined,
    closing: closing && isStated(closing) ? closing : undefined,
    balances,
  }
}

/** A balance that was worked out tells where a statement begins and ends, and proves nothing (DESIGN 5.3). */
const isStated = (balance: StatedBalance) => !balance.derived

const asOfNow = (balance: StatedBalance): StatedBalance =>
  balance.type === 'closingBooked' ? { ...balance, type: 'interimBooked' } : balance

/** Does the statement add up in itself? Null where it does not state both booked balances. */
export function provenByItself(rows: RowFacts, { opening, closing }: HeadFacts): boolean | null {
  if (!opening || !closing) return null
  const { currency } = opening.amount
  const elsewhere = [...rows.booked.keys()].some((one) => one !== currency)
  return !elsewhere && opening.amount.minor + (rows.booked.get(currency) ?? 0n) === closing.amount.minor
}

export const least = (one: string | null, other: string | null) =>
  one && other ? (one < other ? one : other) : (one ?? other)
export const most = (one: string | null, other: string | null) =>
  one && other ? (one > other ? one : other) : (one ?? other)

function openingDay(date: string | null, to: string | null, firstDay: string | null): string | null {
  if (date === null || date === to) return date
  return firstDay !== null && firstDay <= date ? date : addDays(date, 1)
}

/** The first balance of the first type that is there: a statement in pages repeats its later ones. */
function firstOf(
  balances: readonly StatedBalance[],
  types: readonly BalanceType[],
): StatedBalance | undefined {
  return types.map((type) => balances.find((balance) => balance.type === type)).find(Boolean)
}
