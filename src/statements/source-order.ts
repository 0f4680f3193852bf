import type { Tx } from '../db.ts'
import type { StatementEntry } from '../domain/statement.ts'
import { fromJson } from './normal.ts'
import { ofSource } from './observations.ts'

/** Rows whose balances tell the order where all are of one day. */
const sampled = 50

type Row = Pick<StatementEntry, 'bookingDate' | 'amount' | 'balanceAfter'>

/**
 * Whether a source lists its rows from the newest to the oldest, as many banks do: by the days of the first and the last
 * one, and where these are one day by the balances after the rows. Where nothing tells, it is taken to begin with the oldest.
 * @param rows booked ones, in the order of the source; between the first and the last some may be left out.
 */
export function listsNewestFirst(rows: readonly Row[]): boolean {
  const [first, last] = [rows[0]?.bookingDate, rows.at(-1)?.bookingDate]
  if (first === undefined || last === undefined) return false
  if (first !== last) return first > last
  let votes = 0
  for (const [i, { amount, balanceAfter }] of rows.entries()) {
    const next = rows[i + 1]
    if (!next?.balanceAfter || !balanceAfter) continue
    if (next.balanceAfter.minor - next.amount.minor === balanceAfter.minor) votes--
    if (balanceAfter.minor - amount.minor === next.balanceAfter.minor) votes++
  }
  return votes > 0
}

/** The same of a source whose rows have been kept. New ids are given from the oldest row to the newest. */
export async function isNewestFirst(tx: Tx, sourceId: string): Promise<boolean> {
  const booked = `select page, ordinal, row from observation
       where ${ofSource} and status = 'booked' and booking_date is not null`
  const { rows } = await tx.sql.query<{ row: unknown }>(
    `select row from ((${booked} order by page, ordinal limit $3)
       union (${booked} order by page desc, ordinal desc limit 1)) as told order by page, ordinal`,
    [tx.clientId, sourceId, sampled],
  )
  return listsNewestFirst(rows.map(({ row }) => fromJson(row)))
}
