import type { StatementEntry } from '../domain/statement.ts'

/** A row as it was kept: cleaned, with its hash. */
export type KeptRow = { readonly entry: StatementEntry; readonly hash: string }

/**
 * The rows of one source that are still in memory from when they were kept, up to a bound: what is at hand need not be
 * read back from the database.
 */
export type Hand = {
  readonly pages: Map<number, readonly KeptRow[]>
  rows: number
  /** Something was kept that is not here. */
  overflowed: boolean
}

const mostRows = 20_000

export const newHand = (): Hand => ({ pages: new Map(), rows: 0, overflowed: false })

export function keepAtHand(hand: Hand, page: number, rows: readonly KeptRow[]): void {
  if (hand.overflowed || hand.rows + rows.length > mostRows) {
    hand.overflowed = true
    return
  }
  hand.pages.set(page, rows)
  hand.rows += rows.length
}

/** Are all rows of the source here? Pages are kept in order; one that was begun before a crash lacks the first. */
export const isWhole = (hand: Hand | undefined): hand is Hand =>
  hand !== undefined && !hand.overflowed && hand.pages.has(0) && hand.pages.has(hand.pages.size - 1)

/** Places of the rows at hand that are wanted, in the source's order. */
export function placesAtHand(
  hand: Hand,
  wanted: (entry: StatementEntry) => boolean,
): { readonly page: number; readonly ordinal: number }[] {
  const pages = [...hand.pages].sort(([one], [other]) => one - other)
  return pages.flatMap(([page, rows]) =>
    rows.flatMap(({ entry }, ordinal) => (wanted(entry) ? { page, ordinal } : [])),
  )
}
