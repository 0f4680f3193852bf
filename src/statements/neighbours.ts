import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import type { ObservedRow, Route } from './normal.ts'

/** Days by which two routes date one movement differently. */
export const routeDaysMax = 2

type Edges = {
  readonly accountId: string
  readonly route: Route
  readonly from: string
  readonly to: string
}

/**
 * Entries of other routes just outside the window, of the rows' amounts: a movement that stands on the 30th here may
 * stand on the 31st there, and would be taken for a second one where a window begins between them.
 */
export async function neighboursOf(
  tx: Tx,
  { accountId, route, from, to }: Edges,
  rows: readonly ObservedRow[],
): Promise<string[]> {
  const booked = rows.filter((row) => row.status === 'booked')
  if (booked.length === 0) return []
  const found = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and account_id = $2 and route <> $3 and state in ('booked', 'reversed')
        and ((booking_date >= $4 and booking_date < $5) or (booking_date > $6 and booking_date <= $7))
        and amount_minor = any ($8::int8[]) order by booking_date, id`,
    [
      tx.clientId,
      accountId,
      route,
      addDays(from, -routeDaysMax),
      from,
      to,
      addDays(to, routeDaysMax),
      [...new Set(booked.map(({ content }) => content.amountMinor.toString()))],
    ],
  )
  return found.rows.map(({ id }) => id)
}
