import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { formatAmount } from '../domain/money.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { Reconciliation } from './identity.ts'
import type { ObservedRow, Route } from './normal.ts'
import { type Place, readObservations } from './observations.ts'
import { type Link, siblingsOf } from './statement-chain.ts'

type Part = {
  readonly accountId: string
  readonly sourceId: string
  readonly route: Route
  readonly from: string
  readonly to: string
  readonly balances?: readonly StatedBalance[]
}

/** Days around a statement in which those before and after it are looked for. */
const reachDays = 31

export type Together = {
  /** Rows of the neighbours and of the statement itself, without those that have an equal entry. */
  readonly rows: readonly ObservedRow[]
  /** Booked entries without an equal row. */
  readonly entryIds: readonly string[]
  /** What of a comparison is the statement's own to change. */
  readonly settle: (result: Reconciliation) => Promise<Reconciliation>
}

/**
 * A statement that follows others of its days by balance shares no row with them: equal rows in two parts are two.
 * So it is compared together with what they state, and only what is more than the entries there are is new. Null where
 * no such part has rows in these days, which is how it nearly always is.
 */
export async function readTogether(tx: Tx, part: Part): Promise<Together | null> {
  const siblings = await siblingSources(tx, part)
  if (siblings.length === 0) return null
  const { places, entryIds } = await unmatchedTogether(tx, part, siblings)
  const rows = await readSourced(tx, places)
  const own = rows.get(part.sourceId) ?? []
  const theirs = new Set(siblings.flatMap((id) => rows.get(id) ?? []))
  const settle = async (result: Reconciliation): Promise<Reconciliation> => {
    const left = result.added.filter((row) => theirs.has(row))
    const more = await surplus(tx, part, siblings, left)
    return {
      ...result,
      // What a neighbour states was taken in when it came; here it only shows which entries are its own.
      touched: result.touched.filter(({ row }) => !theirs.has(row)),
      revised: result.revised.filter(({ row }) => !theirs.has(row)),
      added: result.added.filter((row) => !theirs.has(row) || more.has(row)),
    }
  }
  return { rows: [...theirs, ...own], entryIds, settle }
}

type LinkRecord = {
  source: string
  sequence: string | null
  opening: string | null
  closing: string | null
  from_date: string
  to_date: string
}

/** Neighbours by balance that have rows in these days. */
async function siblingSources(tx: Tx, part: Part): Promise<string[]> {
  const links = await linksAround(tx, part)
  const own = links.find(({ sourceId }) => sourceId === part.sourceId)
  if (!own || links.length < 2) return []
  const others = links.filter((link) => link !== own)
  const siblings = siblingsOf(own, others).map(({ sourceId }) => sourceId)
  if (siblings.length === 0) return []
  const { rows } = await tx.sql.query<{ id: string }>(
    `select u.id from unnest($2::text[]) as u (id) where exists (
       select from observation o where o.client_id = $1 and o.source_id = u.id and o.status = 'booked'
          and o.booking_date between $3 and $4)`,
    [tx.clientId, siblings, part.from, part.to],
  )
  return rows.map(({ id }) => id)
}

/** Statements of these days with what they begin and end with; pages of one state an interim balance in between. */
async function linksAround(tx: Tx, part: Part): Promise<Link[]> {
  const { rows } = await tx.sql.query<LinkRecord>(
    `select s.*, coalesce(s.opening_minor, b.opening) as opening, coalesce(s.closing_minor, b.closing) as closing
       from (select case when coalesce(f.readings, 1) = 1 then s.id else s.id || '.' || f.readings end as source,
                    s.sequence, s.from_date, s.to_date, s.opening_minor, s.closing_minor
               from statement s left join file_import f on f.client_id = s.client_id and f.id = s.source_id
              where s.client_id = $1 and s.account_id = $2 and s.route = $3 and not s.details_only
                and s.from_date <= $5 and s.to_date >= $4) s
       left join lateral (
         select max(amount_minor) filter (where code = '60M') as opening,
                max(amount_minor) filter (where code = '62M') as closing
           from balance where client_id = $1 and account_id = $2 and source_id = s.source
            and code in ('60M', '62M')) b on s.opening_minor is null or s.closing_minor is null`,
    [
      ...[tx.clientId, part.accountId, part.route],
      addDays(part.from, -reachDays),
      addDays(part.to, reachDays),
    ],
  )
  const stated = (code: string) =>
    part.balances?.find((balance) => balance.code === code)?.amount.minor ?? null
  const links = rows.map((row) => {
    const own = row.source === part.sourceId
    const minor = (text: string | null, page: string) =>
      text === null ? (own ? stated(page) : null) : BigInt(text)
    return {
      ...{ sourceId: row.source, sequence: row.sequence, from: row.from_date, to: row.to_date },
      openingMinor: minor(row.opening, '60M'),
      closingMinor: minor(row.closing, '62M'),
    }
  })
  return withDigests(tx, links)
}

/** Only statements between the same two balances can be the same: for the others nothing is read. */
async function withDigests(tx: Tx, links: readonly Omit<Link, 'digest'>[]): Promise<Link[]> {
  const alike = [...Map.groupBy(links, (link) => `${link.openingMinor} ${link.closingMinor}`).values()]
  const ids = alike.flatMap((group) => (group.length > 1 ? group.map(({ sourceId }) => sourceId) : []))
  if (ids.length === 0) return links.map((link) => ({ ...link, digest: link.sourceId }))
  const { rows } = await tx.sql.query<{ source_id: string; digest: string }>(
    `select source_id, md5(string_agg(hash, ' ' order by hash)) as digest from observation
      where client_id = $1 and source_id = any ($2::text[]) and status = 'booked' group by source_id`,
    [tx.clientId, ids],
  )
  const digests = new Map(rows.map((row) => [row.source_id, row.digest]))
  return links.map((link) => ({ ...link, digest: digests.get(link.sourceId) ?? '' }))
}

/** Rows of all of them and entries, without those that are equal in everything; the neighbours' rows are served first. */
async function unmatchedTogether(tx: Tx, part: Part, siblings: readonly string[]) {
  const { rows } = await tx.sql.query<{
    source_id: string
    page: number
    ordinal: number
    id: string | null
  }>(
    `with o as (
       select source_id, page, ordinal, hash,
              row_number() over (partition by hash order by source_id = $3, source_id, page, ordinal) as n
         from observation where client_id = $1 and source_id = any ($6::text[]) and status = 'booked'
          and booking_date between $4 and $5
     ), e as (
       select id, hash, row_number() over (partition by hash order by id) as n from entry
        where client_id = $1 and account_id = $2 and state in ('booked', 'reversed')
          and booking_date between $4 and $5
     )
     select o.source_id, o.page, o.ordinal, e.id from o full join e using (hash, n)
      where o.page is null or e.id is null order by o.source_id, o.page, o.ordinal, e.id`,
    [tx.clientId, part.accountId, part.sourceId, part.from, part.to, [part.sourceId, ...siblings]],
  )
  return { places: rows.filter(({ id }) => id === null), entryIds: rows.flatMap(({ id }) => id ?? []) }
}

async function readSourced(tx: Tx, places: readonly (Place & { source_id: string })[]) {
  const rows = new Map<string, ObservedRow[]>()
  for (const [source, own] of Map.groupBy(places, ({ source_id }) => source_id)) {
    rows.set(source, await readObservations(tx, source, own))
  }
  return rows
}

/**
 * Neighbours' rows that were taken for each other as long as a part between them was missing: equal rows of a day of
 * which only one went in.
 */
async function surplus(
  tx: Tx,
  part: Part,
  siblings: readonly string[],
  rows: readonly ObservedRow[],
): Promise<ReadonlySet<ObservedRow>> {
  if (rows.length === 0) return new Set()
  const day = ({ content }: ObservedRow) =>
    `${content.bookingDate} ${formatAmount({ minor: content.amountMinor, currency: content.currency })}`
  const { rows: counted } = await tx.sql.query<{ day: string }>(
    `select day from (
       select booking_date || ' ' || (row -> 'amount' ->> 'amount') as day from observation
        where client_id = $1 and source_id = any ($2::text[]) and status = 'booked'
          and booking_date = any ($3::text[])) o
      where day = any ($4::text[]) group by day having count(*) > 1`,
    [
      tx.clientId,
      [part.sourceId, ...siblings],
      [...new Set(rows.map(({ content }) => content.bookingDate))],
      [...new Set(rows.map(day))],
    ],
  )
  const several = new Set(counted.map((row) => row.day))
  return new Set(rows.filter((row) => several.has(day(row))))
}
