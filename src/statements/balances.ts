import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { StatedBalance } from '../domain/statement.ts'
import { type Column, unnest } from './bulk.ts'
import { isBankRoute, type Route } from './normal.ts'

/** `steady`: the interim booked balance was equal before and after the rows were read. */
export type ReadBalance = StatedBalance & { readonly steady?: boolean }

type Reading = {
  readonly sourceId: string
  readonly route: Route
  /** First day of the rows that were read with them. */
  readonly from: string
  readonly balances: readonly ReadBalance[]
  /** First day whose rows have changed behind an earlier reading; null when none. */
  readonly reopenedFrom: string | null
}

const final: ReadonlySet<string> = new Set(['closingBooked', 'openingBooked', 'previouslyClosedBooked'])

/**
 * Keeps balances as the bank stated them. A dated closing balance that every read repeats is kept once, and again when
 * the bank states it differently; where rows came in behind it, or its day was not over, its repetition counts as a new word.
 */
export async function writeBalances(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  reading: Reading,
): Promise<void> {
  if (reading.balances.length === 0) return
  const fresh = isBankRoute(reading.route) ? await unrepeated(tx, account.id, reading) : reading.balances
  if (fresh.length === 0) return
  const rows = firstOfEach(fresh).map((balance) => [
    newId('balance', tx.now),
    balance.type,
    balance.code,
    balance.date ?? null,
    balance.amount.minor,
    balance.amount.currency,
    balance.type === 'interimBooked' && balance.steady === true,
  ])
  const { text, values } = unnest(columns, rows)
  const n = columns.length
  const names = columns.map(([name]) => name)
  await tx.sql.query(
    `insert into balance (client_id, company_id, account_id, source_id, read_at, booked_sum_minor, from_date, ${names.join(', ')})
     select $${n + 1}, $${n + 2}, $${n + 3}, $${n + 4}, $${n + 5}::timestamptz,
        case when u.steady then (
          select coalesce(sum(amount_minor), 0) from entry e where e.client_id = $${n + 1} and e.account_id = $${n + 3}
             and e.state in ('booked', 'reversed') and e.currency = u.currency and e.booking_date is not null) end,
        case when u.steady then $${n + 6} end, ${names.map((name) => `u.${name}`).join(', ')}
       from ${text} as u (${names.join(', ')})
      where not exists (select from balance b where b.client_id = $${n + 1} and b.account_id = $${n + 3}
         and b.source_id = $${n + 4} and b.code = u.code and b.date is not distinct from u.date and b.currency = u.currency)`,
    [...values, tx.clientId, account.companyId, account.id, reading.sourceId, tx.now, reading.from],
  )
}

/** A bank that states a balance twice in one answer: its first word stands. */
function firstOfEach(balances: readonly ReadBalance[]): readonly ReadBalance[] {
  const groups = Map.groupBy(balances, ({ code, date, amount }) => `${code} ${date ?? ''} ${amount.currency}`)
  return [...groups.values()].flatMap(([first]) => first ?? [])
}

const columns: readonly Column[] = [
  ['id', 'text'],
  ['type', 'text'],
  ['code', 'text'],
  ['date', 'text'],
  ['amount_minor', 'int8'],
  ['currency', 'text'],
  ['steady', 'bool'],
]

type Known = {
  id: string
  code: string
  date: string
  currency: string
  amount_minor: string
  read_at: Date
}

async function unrepeated(tx: Tx, accountId: string, reading: Reading): Promise<readonly ReadBalance[]> {
  const dates = reading.balances.flatMap(({ type, date }) => (final.has(type) && date ? date : []))
  const { rows } = await tx.sql.query<Known>(
    `select distinct on (code, date, currency) id, code, date, currency, amount_minor, read_at from balance
      where client_id = $1 and account_id = $2 and date = any ($3::text[]) and source_id like 'job\\_%'
        and type in ('closingBooked', 'openingBooked', 'previouslyClosedBooked')
      order by code, date, currency, read_at desc, id desc`,
    [tx.clientId, accountId, dates],
  )
  const known = new Map(rows.map((row) => [`${row.code} ${row.date} ${row.currency}`, row]))
  const repeated: Known[] = []
  const fresh = reading.balances.filter((balance) => {
    const same = known.get(`${balance.code} ${balance.date} ${balance.amount.currency}`)
    if (!final.has(balance.type) || !same || BigInt(same.amount_minor) !== balance.amount.minor) return true
    repeated.push(same)
    return false
  })
  const { reopenedFrom } = reading
  const restated = repeated
    .filter((row) => (reopenedFrom !== null && row.date >= reopenedFrom) || row.date >= osloDate(row.read_at))
    .map((row) => row.id)
  if (restated.length > 0) {
    await tx.sql.query('update balance set read_at = $3 where client_id = $1 and id = any ($2::text[])', [
      tx.clientId,
      restated,
      tx.now,
    ])
  }
  return fresh
}

/**
 * Older history that comes in later was part of every balance read since: the sums that those are held against grow by
 * it. Rows of days that a read did cover are not: that it missed them is what the proof is to show.
 */
export async function addHistory(
  tx: Tx,
  accountId: string,
  deltas: ReadonlyMap<string, bigint>,
): Promise<void> {
  if (deltas.size === 0) return
  const keys = [...deltas.keys()]
  await tx.sql.query(
    `update balance b set booked_sum_minor = b.booked_sum_minor + d.total
       from (select b.id, sum(u.minor) as total
               from balance b join unnest($3::text[], $4::text[], $5::int8[]) as u (day, currency, minor)
                 on u.day < b.from_date and u.currency = b.currency
              where b.client_id = $1 and b.account_id = $2 and b.steady group by b.id) d
      where b.client_id = $1 and b.id = d.id`,
    [
      tx.clientId,
      accountId,
      keys.map((key) => key.slice(0, 10)),
      keys.map((key) => key.slice(11)),
      [...deltas.values()].map(String),
    ],
  )
}
