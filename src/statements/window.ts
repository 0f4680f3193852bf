import type { Tx } from '../db.ts'
import { isBankRoute, type ObservedRow, type Route } from './normal.ts'
import type { Place } from './observations.ts'
import { shownAgain } from './page-repeats.ts'

type Asked = {
  readonly accountId: string
  readonly sourceId: string
  readonly route: Route
  readonly from: string
  readonly to: string
  readonly pending: 'replace' | 'ignore'
  /** The bank never changes its ids and never gives one twice. */
  readonly permanentIds: boolean
}

/** What is left once rows and entries that are equal in everything have been paired. */
export type Open = {
  readonly places: readonly Place[]
  readonly entryIds: readonly string[]
  readonly pendingPlaces: readonly Place[]
  readonly pendingIds: readonly string[]
}

export async function countObservations(tx: Tx, sourceId: string): Promise<number> {
  const { rows } = await tx.sql.query<{ count: number }>(
    'select count(*)::int4 as count from observation where client_id = $1 and source_id = $2',
    [tx.clientId, sourceId],
  )
  return rows[0]?.count ?? 0
}

/**
 * Pairs equal rows and entries inside the database, each as often as it is there: where a hundred thousand rows are
 * read again, only the changed ones ever leave it. A row that a page shows again counts once.
 */
export async function unmatched(tx: Tx, asked: Asked): Promise<Open> {
  const again = isBankRoute(asked.route) ? await shownAgain(tx, asked) : []
  const { rows } = await tx.sql.query<{ page: number | null; ordinal: number | null; id: string | null }>(
    `with o as (
       select page, ordinal, hash, row_number() over (partition by hash order by page, ordinal) as n
         from observation
        where client_id = $1 and source_id = $2 and status = 'booked'
          and (booking_date between $4 and $5 or booking_date is null)
          and (page, ordinal) not in (select * from unnest($6::int4[], $7::int4[]))
     ), e as (
       select id, hash, row_number() over (partition by hash order by id) as n
         from entry
        where client_id = $1 and account_id = $3 and state in ('booked', 'reversed')
          and (booking_date between $4 and $5 or booking_date is null)
     )
     select o.page, o.ordinal, e.id from o full join e using (hash, n) where o.page is null or e.id is null
      order by o.page, o.ordinal, e.id`,
    [
      tx.clientId,
      asked.sourceId,
      asked.accountId,
      asked.from,
      asked.to,
      again.map(({ page }) => page),
      again.map(({ ordinal }) => ordinal),
    ],
  )
  const places = rows.flatMap(({ page, ordinal }) =>
    page === null || ordinal === null ? [] : { page, ordinal },
  )
  const entryIds = rows.flatMap(({ id }) => id ?? [])
  const replace = asked.pending === 'replace'
  const pendingPlaces = replace ? await pendingIn(tx, asked.sourceId) : []
  const pendingIds = replace || places.length > 0 ? await pendingOf(tx, asked.accountId) : []
  return { places, entryIds, pendingPlaces, pendingIds }
}

async function pendingIn(tx: Tx, sourceId: string): Promise<Place[]> {
  const { rows } = await tx.sql.query<Place>(
    `select page, ordinal from observation
      where client_id = $1 and source_id = $2 and status = 'pending' order by page, ordinal`,
    [tx.clientId, sourceId],
  )
  return rows
}

export async function pendingOf(tx: Tx, accountId: string): Promise<string[]> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and account_id = $2 and state = 'pending' order by id`,
    [tx.clientId, accountId],
  )
  return rows.map(({ id }) => id)
}

/** Removed entries that say the same as one of the rows: they may be coming back. */
export async function removedLike(
  tx: Tx,
  accountId: string,
  rows: readonly ObservedRow[],
): Promise<string[]> {
  const hashes = [...new Set(rows.filter((row) => row.status === 'booked').map((row) => row.identityHash))]
  const found = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and account_id = $2 and state = 'removed'
        and identity_hash = any ($3::text[]) order by id`,
    [tx.clientId, accountId, hashes],
  )
  return found.rows.map(({ id }) => id)
}

/**
 * Entries that own one of the rows' ids, other than booked ones of the window itself: those are either equal to a row
 * already or left open.
 */
export async function ownersOfIds(
  tx: Tx,
  window: Omit<Asked, 'permanentIds'>,
  rows: readonly ObservedRow[],
): Promise<string[]> {
  const aliases = rows.flatMap((row) => row.aliases)
  const found = await tx.sql.query<{ id: string }>(
    `select distinct e.id from unnest($3::text[], $4::text[]) as u (kind, value)
       join entry_alias a on a.client_id = $1 and a.account_id = $2 and a.kind = u.kind and a.value = u.value
       join entry e on e.client_id = $1 and e.id = a.entry_id
      where not (e.state in ('booked', 'reversed') and e.booking_date between $5 and $6)
      order by e.id`,
    [
      tx.clientId,
      window.accountId,
      aliases.map(({ kind }) => kind),
      aliases.map(({ value }) => value),
      window.from,
      window.to,
    ],
  )
  return found.rows.map(({ id }) => id)
}
