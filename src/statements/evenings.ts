import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import type { WrittenTotal } from '../protocols/written-statement.ts'

/** Booked rows of one day in one currency. */
export type DayMovement = {
  readonly date: string
  readonly credits: WrittenTotal
  readonly debits: WrittenTotal
}

/** What is known of an account's evenings in one currency. */
export type Evenings = {
  readonly currency: string
  /** Balances at the end of days as the bank stated them, minor units. */
  readonly stated: ReadonlyMap<string, bigint>
  /** Days that are proven, oldest first. */
  readonly proven: readonly string[]
  /** Days with booked rows, oldest first. */
  readonly movements: readonly DayMovement[]
  /** Current balances that held still while the rows were read, less the rows they contain, by the day of the reading. */
  readonly offsets: ReadonlyMap<string, bigint>
}

type DayRecord = {
  date: string
  currency: string
  proof: string
  opening: string | null
  closing: string | null
}
type MovementRecord = {
  date: string
  currency: string
  credits: number
  credit_sum: string
  debits: number
  debit_sum: string
}
type ReadingRecord = { date: string; currency: string; offset: string }

/** Evenings of an account by currency; its own one is always among them. */
export async function loadEvenings(tx: Tx, accountId: string, own: string): Promise<Evenings[]> {
  const values = [tx.clientId, accountId]
  const days = await tx.sql.query<DayRecord>(
    `select date, currency, proof, opening_minor as opening, closing_minor as closing from account_day
      where client_id = $1 and account_id = $2 order by date`,
    values,
  )
  const movements = await tx.sql.query<MovementRecord>(
    `select booking_date as date, currency, (count(*) filter (where amount_minor >= 0))::int4 as credits,
        coalesce(sum(amount_minor) filter (where amount_minor >= 0), 0) as credit_sum,
        (count(*) filter (where amount_minor < 0))::int4 as debits,
        coalesce(sum(amount_minor) filter (where amount_minor < 0), 0) as debit_sum
       from entry where client_id = $1 and account_id = $2 and state in ('booked', 'reversed') and booking_date is not null
      group by booking_date, currency order by booking_date`,
    values,
  )
  const readings = await tx.sql.query<ReadingRecord>(
    `select to_char(read_at at time zone 'Europe/Oslo', 'YYYY-MM-DD') as date, currency,
        amount_minor - booked_sum_minor as offset
       from balance where client_id = $1 and account_id = $2 and steady and booked_sum_minor is not null order by read_at`,
    values,
  )
  const currencies = new Set([
    own,
    ...days.rows.map((row) => row.currency),
    ...movements.rows.map((row) => row.currency),
  ])
  return [...currencies].map((currency) => {
    const of = <Row extends { currency: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.currency === currency)
    return {
      currency,
      stated: statedOf(of(days.rows)),
      proven: of(days.rows).flatMap((row) => (row.proof === 'proven' ? row.date : [])),
      movements: of(movements.rows).map((row) => movementOf(row, currency)),
      offsets: new Map(of(readings.rows).map((row) => [row.date, BigInt(row.offset)])),
    }
  })
}

function statedOf(days: readonly DayRecord[]): Map<string, bigint> {
  const stated = new Map<string, bigint>()
  for (const { date, opening, closing } of days) {
    if (opening !== null) stated.set(addDays(date, -1), BigInt(opening))
    if (closing !== null) stated.set(date, BigInt(closing))
  }
  return stated
}

function movementOf(row: MovementRecord, currency: string): DayMovement {
  return {
    date: row.date,
    credits: { entries: row.credits, sum: { minor: BigInt(row.credit_sum), currency } },
    debits: { entries: row.debits, sum: { minor: BigInt(row.debit_sum), currency } },
  }
}
