import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { readPeriods } from './coverage.ts'
import type { Anchor } from './proof.ts'

export type AnchorRange = { readonly accountId: string; readonly currency: string; readonly from: string }

type BalanceRecord = {
  type: string
  date: string
  source_id: string
  amount_minor: string
  read_at: Date
  booked_sum_minor: string | null
}

/** The day was over when the bank said how it ended: some banks date the balance of the moment as today's closing one. */
const isFinal = `type in ('closingBooked', 'openingBooked', 'previouslyClosedBooked') and source_id like 'job\\_%'
   and to_char(read_at at time zone 'Europe/Oslo', 'YYYY-MM-DD') > case type when 'openingBooked'
     then to_char(date::date - 1, 'YYYY-MM-DD') else date end`

/**
 * Booked balances that reads of the bank stated: of each day the last word, and interim ones that held still while the
 * rows were read. Those of files stand in their statements, which know their days better than a balance's date does.
 */
export async function loadAnchors(tx: Tx, range: AnchorRange): Promise<Anchor[]> {
  const { rows } = await tx.sql.query<BalanceRecord>(
    `(select distinct on (type, date) type, date, source_id, amount_minor, read_at, null as booked_sum_minor
        from balance where client_id = $1 and account_id = $2 and currency = $3 and date >= $4
         and ${isFinal}
       order by type, date, read_at desc, id desc)
     union all
     (select type, to_char(read_at at time zone 'Europe/Oslo', 'YYYY-MM-DD'), source_id, amount_minor,
        read_at, booked_sum_minor
        from balance where client_id = $1 and account_id = $2 and currency = $3 and steady
         and read_at >= ($4::date - 1)::timestamptz)`,
    [tx.clientId, range.accountId, range.currency, addDays(range.from, -1)],
  )
  const evenings = Map.groupBy(
    rows.filter(({ type }) => type === 'closingBooked'),
    (row) => row.source_id,
  )
  return rows.map((row) => {
    const { type, date, source_id: source, read_at: readAt } = row
    return {
      kind: type === 'interimBooked' ? 'interim' : 'close',
      date: type === 'openingBooked' ? addDays(date, -1) : date,
      amountMinor: BigInt(row.amount_minor),
      sources: [
        type === 'interimBooked' ? source : `${source} ${statementDay(row, evenings.get(source) ?? [])}`,
      ],
      readAt,
      ...(row.booked_sum_minor === null ? {} : { bookedSumMinor: BigInt(row.booked_sum_minor) }),
    }
  })
}

/**
 * The bank's end-of-day statement that a balance of an answer belongs to. The evenings that one answer lists are
 * statements of their own, each of the ledger as it was closed. Where a day begins and where it ends is one statement.
 */
function statementDay({ type, date }: BalanceRecord, evenings: readonly BalanceRecord[]): string {
  if (type !== 'previouslyClosedBooked') return date
  const later = evenings.map((one) => one.date).filter((evening) => evening > date)
  return later.sort()[0] ?? date
}

/** The last day before `range.from` at whose end, or in which, a booked balance stood; null when there is none. */
export async function lastAnchorBefore(tx: Tx, range: AnchorRange): Promise<string | null> {
  const { rows } = await tx.sql.query<{ day: string | null }>(
    `select max(day) as day from (
       select case type when 'openingBooked' then to_char(date::date - 1, 'YYYY-MM-DD') else date end as day
         from balance where client_id = $1 and account_id = $2 and currency = $3 and date <= $4
          and ${isFinal}
       union all
       select to_char(read_at at time zone 'Europe/Oslo', 'YYYY-MM-DD')
         from balance where client_id = $1 and account_id = $2 and currency = $3 and steady
          and read_at < ($4::date + 1)::timestamptz
       union all
       select to_date from statement where client_id = $1 and account_id = $2 and currency = $3
          and closing_minor is not null and from_date is not null and to_date < $4
       union all
       select to_char(from_date::date - 1, 'YYYY-MM-DD') from statement where client_id = $1 and account_id = $2
          and currency = $3 and opening_minor is not null and from_date <= $4
     ) stated where day < $4`,
    [tx.clientId, range.accountId, range.currency, range.from],
  )
  return rows[0]?.day ?? null
}

type StatementRecord = {
  bank_statement_id: string
  from_date: string
  to_date: string
  opening_minor: string | null
  closing_minor: string | null
  created_at: Date
}
type Period = { readonly from: string; readonly to: string }
/** `at`: when it was handed in. */
type StatementPeriod = Period & { readonly at: Date }

/**
 * Opening and closing balances of statements in files, and the days that these cover. Notices and reports of the day state
 * none, and do not tell of whole days.
 */
export async function statementAnchors(
  tx: Tx,
  range: AnchorRange,
): Promise<{ anchors: Anchor[]; periods: StatementPeriod[] }> {
  const { rows } = await tx.sql.query<StatementRecord>(
    `select bank_statement_id, from_date, to_date, opening_minor, closing_minor, created_at from statement
      where client_id = $1 and account_id = $2 and currency = $3 and to_date >= $4 and from_date is not null
        and not details_only and format not in ('camt.052', 'mt942')
      order by from_date, to_date, id`,
    [tx.clientId, range.accountId, range.currency, range.from],
  )
  const byPeriod = Map.groupBy(rows, (row) => `${row.from_date} ${row.to_date}`)
  const strayed = rows.length > 0 ? await strayedEvenings(tx, range) : new Set<string>()
  const anchors = [...byPeriod.values()].flatMap((group) => joinParts(group).flatMap(anchorsOf))
  return {
    anchors: anchors.map((anchor) => (strayed.has(anchor.date) ? { ...anchor, strayed: true } : anchor)),
    periods: rows.map((row) => ({ from: row.from_date, to: row.to_date, at: row.created_at })),
  }
}

/**
 * Evenings whose balance, as statements state it, may not be that of the rows up to then: a statement that names a row
 * of a day before its own (booked backwards, or at a weekend) had it in its balances from its first day on, and one that
 * names a row of a later day had it already.
 */
async function strayedEvenings(tx: Tx, range: AnchorRange): Promise<ReadonlySet<string>> {
  // Whether a statement has such rows is told by its first and last one: nearly all have none.
  const { rows } = await tx.sql.query<{ day: string; from: string; to: string }>(
    `with spoken as (
       select source_id, split_part(source_id, '.', 1) as statement_id, min(booking_date) as first, max(booking_date) as last
         from entry where client_id = $1 and account_id = $2 and currency = $3 and booking_date >= $4
          and state in ('booked', 'reversed') group by source_id
     ), odd as materialized (
       select p.source_id, s.from_date, s.to_date from spoken p
         join statement s on s.client_id = $1 and s.account_id = $2 and s.id = p.statement_id
        where p.first < s.from_date or p.last > s.to_date
     )
     select distinct e.booking_date as day, o.from_date as "from", o.to_date as "to" from odd o
       join entry e on e.client_id = $1 and e.account_id = $2 and e.currency = $3 and e.booking_date >= $4
        and e.source_id = o.source_id and e.state in ('booked', 'reversed')
      where e.booking_date < o.from_date or e.booking_date > o.to_date`,
    [tx.clientId, range.accountId, range.currency, range.from],
  )
  const evenings = rows.map(({ day, from, to }) =>
    day < from ? { from: day, to: addDays(from, -1) } : { from: to, to: addDays(day, -1) },
  )
  return daysIn(evenings, range.from)
}

type Part = { row: StatementRecord; opening: string | null; closing: string | null }

/**
 * Statements of the same days are the same one again, or parts that follow each other: where one ends as another
 * begins, only the outer balances are those of the evening before and of the last day.
 */
function joinParts(group: readonly StatementRecord[]): Part[] {
  const parts = group.map((row) => ({ row, opening: row.opening_minor, closing: row.closing_minor }))
  const distinct = new Set(parts.map((part) => `${part.opening} ${part.closing}`))
  if (distinct.size < 2) return parts
  return parts.map((part) => ({
    row: part.row,
    opening: parts.some((other) => other !== part && other.closing === part.opening) ? null : part.opening,
    closing: parts.some((other) => other !== part && other.opening === part.closing) ? null : part.closing,
  }))
}

function anchorsOf({ row, opening, closing }: Part): Anchor[] {
  const source = `${row.bank_statement_id} ${row.from_date} ${row.to_date}`
  const anchor = (date: string, minor: string | null): Anchor[] =>
    minor === null
      ? []
      : [{ kind: 'close', date, amountMinor: BigInt(minor), sources: [source], readAt: row.created_at }]
  return [...anchor(addDays(row.from_date, -1), opening), ...anchor(row.to_date, closing)]
}

/** Was a day part of a read, or of a statement? `before`: of one that was there already when this work began. */
export async function loadCovered(
  tx: Tx,
  range: AnchorRange,
  periods: readonly StatementPeriod[],
): Promise<{ covered: (date: string) => boolean; before: (date: string) => boolean }> {
  const { all, ended } = await readPeriods(tx, range.accountId)
  const days = daysIn([...periods, ...all], range.from)
  const known = daysIn([...periods.filter(({ at }) => at < tx.now), ...ended], range.from)
  return { covered: (date) => days.has(date), before: (date) => known.has(date) }
}

/** Days that are looked at, at most: more than are ever judged at once. */
const mostDays = 21_000

/** The days of some periods, from the first that is judged on. */
function daysIn(periods: readonly Period[], first: string): ReadonlySet<string> {
  const days = new Set<string>()
  const last = addDays(first, mostDays)
  for (const { from, to } of periods) {
    const end = to < last ? to : last
    for (let date = from > first ? from : first; date <= end; date = addDays(date, 1)) days.add(date)
  }
  return days
}
