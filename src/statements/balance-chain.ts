import type { Tx } from '../db.ts'
import type { AnchorRange } from './anchors.ts'
import type { DayProof, DayTotal } from './proof.ts'

/** A booked row with the balance that the bank stated after it, minor units. */
type RowBalance = { readonly amountMinor: bigint; readonly balanceAfterMinor: bigint | null }

/**
 * Opening and closing balance of one day from the balances after its rows, in whatever order they are listed: every
 * row begins where another one ends, but for the first, and only the last one's end is no other's beginning.
 * Undefined when a row has no balance or when they do not form one chain.
 */
export function chainOf(
  rows: readonly RowBalance[],
): { readonly openingMinor: bigint; readonly closingMinor: bigint } | undefined {
  const open = new Map<bigint, number>()
  for (const { amountMinor, balanceAfterMinor } of rows) {
    if (balanceAfterMinor === null) return undefined
    count(open, balanceAfterMinor, 1)
    count(open, balanceAfterMinor - amountMinor, -1)
  }
  const ends = [...open].filter(([, left]) => left !== 0)
  if (rows.length > 0 && ends.length === 0) {
    // A day that ends where it began: every balance is both, so it is not told which one.
    const [only] = rows.length === 1 ? rows : []
    const balance = only?.balanceAfterMinor
    return balance == null ? undefined : { openingMinor: balance, closingMinor: balance }
  }
  const closing = ends.find(([, left]) => left === 1)
  const opening = ends.find(([, left]) => left === -1)
  if (ends.length !== 2 || !closing || !opening) return undefined
  return { openingMinor: opening[0], closingMinor: closing[0] }
}

function count(open: Map<bigint, number>, balance: bigint, by: number): void {
  open.set(balance, (open.get(balance) ?? 0) + by)
}

/** Adds the balances after each row, for days that could be judged only together. */
export async function withChains(
  tx: Tx,
  range: AnchorRange,
  days: readonly DayTotal[],
  rough: readonly DayProof[],
): Promise<DayTotal[]> {
  const unsure = rough.filter((day) => day.spanFrom !== null && day.entries > 0).map((day) => day.date)
  if (unsure.length === 0) return [...days]
  const { rows } = await tx.sql.query<{ date: string; amount: string; after: string }>(
    `with rows as materialized (
       select booking_date, amount_minor, balance_after_minor from entry
        where client_id = $1 and account_id = $2 and currency = $3 and booking_date between $4 and $5
          and state in ('booked', 'reversed')
     ), told as (
       select booking_date from rows where booking_date = any ($6::text[])
        group by booking_date having count(*) = count(balance_after_minor)
     )
     select booking_date as date, amount_minor as amount, balance_after_minor as after from told join rows using (booking_date)`,
    [tx.clientId, range.accountId, range.currency, unsure[0], unsure.at(-1), unsure],
  )
  const byDay = Map.groupBy(rows, (row) => row.date)
  return days.map((day) => {
    const told = byDay.get(day.date) ?? []
    const chain = chainOf(
      told.map(({ amount, after }) => ({ amountMinor: BigInt(amount), balanceAfterMinor: BigInt(after) })),
    )
    return chain ? { ...day, chain } : day
  })
}
