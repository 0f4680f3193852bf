import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { type Hand, isWhole, placesAtHand } from './hand.ts'
import { routeDaysMax } from './neighbours.ts'
import { isBankRoute, type ObservedRow, type Route } from './normal.ts'
import { ofSource, type Place } from './observations.ts'
import { shownAgain } from './page-repeats.ts'

type Asked = {
  readonly accountId: string
  readonly companyId: string
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

/** What there is in an account that a window may meet: most windows meet little, and each question costs a query. */
export type Standing = {
  /** Booked entries of these days. */
  readonly booked: boolean
  readonly pending: boolean
  readonly removed: boolean
  /** Booked entries of other routes a day or two outside: see `neighboursOf`. */
  readonly near: boolean
}

/**
 * PostgreSQL knows nothing of a new account, and takes any index that begins with one: it is the order that names the
 * right one. `exists` would drop it.
 */
const isThere = (condition: string, order: string) =>
  `coalesce((select true from entry where ${condition} order by ${order} limit 1), false)`

/** Pending entries have never been booked, so the few of them are found without reading all of an account's. */
const isPending = `client_id = $1 and company_id = $3 and booked_at is null and account_id = $2 and state = 'pending'`

export async function standingIn(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  window: Pick<Asked, 'route' | 'from' | 'to'>,
): Promise<Standing> {
  const own = `client_id = $1 and account_id = $2 and state in ('booked', 'reversed')`
  const { rows } = await tx.sql.query<Standing>(
    `select ${isThere(`${own} and booking_date between $4 and $5`, 'booking_date, id')}
         or ${isThere(`${own} and booking_date is null`, 'booking_date, id')} as booked,
        ${isThere(isPending, 'booked_at')} as pending,
        ${isThere(
          `client_id = $1 and company_id = $3 and removed_at is not null and account_id = $2 and state = 'removed'`,
          'removed_at',
        )} as removed,
        ${isThere(`${own} and booking_date >= $6 and booking_date < $4 and route <> $8`, 'booking_date, id')}
         or ${isThere(`${own} and booking_date > $5 and booking_date <= $7 and route <> $8`, 'booking_date, id')} as near`,
    [
      ...[tx.clientId, account.id, account.companyId, window.from, window.to],
      ...[addDays(window.from, -routeDaysMax), addDays(window.to, routeDaysMax), window.route],
    ],
  )
  return rows[0] ?? { booked: true, pending: true, removed: true, near: true }
}

/**
 * Pairs equal rows and entries inside the database, each as often as it is there: where a hundred thousand rows are
 * read again, only the changed ones ever leave it. A row that a page shows again counts once.
 */
export async function unmatched(
  tx: Tx,
  asked: Asked,
  standing: Standing,
  hand: Hand | undefined,
): Promise<Open> {
  const onePage = isWhole(hand) && hand.pages.size < 2
  const again = isBankRoute(asked.route) && !onePage ? await shownAgain(tx, asked) : []
  const { places, entryIds } =
    isWhole(hand) && !standing.booked
      ? { places: bookedAtHand(hand, asked, again), entryIds: [] }
      : await unpaired(tx, asked, again)
  const replace = asked.pending === 'replace'
  const pendingPlaces = replace ? await pendingIn(tx, asked.sourceId, hand) : []
  const wanted = standing.pending && (replace || places.length > 0)
  const pendingIds = wanted ? await pendingOf(tx, asked) : []
  return { places, entryIds, pendingPlaces, pendingIds }
}

/** The same as `unpaired` where no entry stands against the rows. */
function bookedAtHand(hand: Hand, { from, to }: Asked, again: readonly Place[]): Place[] {
  const repeated = new Set(again.map(({ page, ordinal }) => `${page} ${ordinal}`))
  return placesAtHand(hand, ({ status, bookingDate }) => {
    return status === 'booked' && (!bookingDate || (bookingDate >= from && bookingDate <= to))
  }).filter(({ page, ordinal }) => repeated.size === 0 || !repeated.has(`${page} ${ordinal}`))
}

async function unpaired(
  tx: Tx,
  asked: Asked,
  again: readonly Place[],
): Promise<Pick<Open, 'places' | 'entryIds'>> {
  const { rows } = await tx.sql.query<{ page: number | null; ordinal: number | null; id: string | null }>(
    `with o as (
       select page, ordinal, hash, row_number() over (partition by hash order by page, ordinal) as n
         from observation
        where ${ofSource} and status = 'booked'
          and (booking_date between $4 and $5 or booking_date is null)
          and (page, ordinal) not in (select * from unnest($6::int4[], $7::int4[]))
     ), e as (
       select id, hash, row_number() over (partition by hash order by id) as n from (
         select id, hash from entry where client_id = $1 and account_id = $3 and state in ('booked', 'reversed')
            and booking_date between $4 and $5
         union all
         select id, hash from entry where client_id = $1 and account_id = $3 and state in ('booked', 'reversed')
            and booking_date is null) standing
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
  return { places, entryIds: rows.flatMap(({ id }) => id ?? []) }
}

async function pendingIn(tx: Tx, sourceId: string, hand: Hand | undefined): Promise<readonly Place[]> {
  if (isWhole(hand)) return placesAtHand(hand, ({ status }) => status === 'pending')
  const { rows } = await tx.sql.query<Place>(
    `select page, ordinal from observation where ${ofSource} and status = 'pending' order by page, ordinal`,
    [tx.clientId, sourceId],
  )
  return rows
}

export async function pendingOf(
  tx: Tx,
  account: { readonly accountId: string; readonly companyId: string },
): Promise<string[]> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select id from (select id from entry where ${isPending} order by booked_at) e order by id`,
    [tx.clientId, account.accountId, account.companyId],
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
  window: Pick<Asked, 'accountId' | 'from' | 'to'>,
  rows: readonly ObservedRow[],
): Promise<string[]> {
  const aliases = rows.flatMap((row) => row.aliases)
  const found = await tx.sql.query<{ id: string }>(
    `select distinct e.id from unnest($3::text[], $4::text[]) as u (kind, value)
       cross join lateral (
         select entry_id from entry_alias
          where client_id = $1 and account_id = $2 and kind = u.kind and value = u.value offset 0) a
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
