import type { Tx } from '../db.ts'
import { removeEntries, reviseEntries, touchEntries } from './apply.ts'
import { type EntryOwner, loadEntries } from './entry-rows.ts'
import type { Change, StoredEntry } from './identity.ts'
import { type Effects, noteRemoved, noteRevised } from './ingest-effects.ts'
import { mergeAliases, mergeContent, sameContent } from './merge.ts'
import type { ObservedRow, Route } from './normal.ts'
import { type Place, readObservations } from './observations.ts'

type Readings = {
  /** Sources of the reading before, and of this one. */
  readonly before: string
  readonly now: string
  readonly route: Route
}

/**
 * A better reader has read a statement again: rows that it reads in other words are the same rows, since the bytes are
 * the same, and keep their entries. What the reading before had misread into an entry that nothing else states is taken
 * back. The rest (rows that could not be read before) is for the ingest that follows. The caller holds the account's
 * lock.
 */
export async function carryOver(
  tx: Tx,
  account: EntryOwner,
  readings: Readings,
  effects: Effects,
): Promise<void> {
  const differing = await differingPlaces(tx, readings)
  if (differing.before.length === 0) return
  const before = await readObservations(tx, readings.before, differing.before)
  const now = await readObservations(tx, readings.now, differing.now)
  const owners = await ownersOf(tx, account.id, readings.route, before)
  const take = (row: ObservedRow) => owners.get(row.hash)?.pop()
  const { pairs, gone } = pairRows(before, now)
  const changes = pairs.flatMap(({ old, row }) => {
    const entry = take(old)
    return entry ? changeOf(entry, row) : []
  })
  const revised = changes.filter(({ entry, content }) => !sameContent(content, entry.content))
  const touched = changes.filter((change) => !revised.includes(change))
  const misread = await statedNowhere(
    tx,
    account.id,
    readings,
    gone.flatMap((row) => take(row) ?? []),
  )
  const source = { id: readings.now, route: readings.route }
  await reviseEntries(tx, account, source, revised)
  await touchEntries(tx, account, source, touched)
  await removeEntries(tx, account, source, misread)
  noteRevised(effects, revised)
  noteRemoved(effects, misread)
}

/** Places of booked rows that the two readings do not state alike, each as often as it is there. */
async function differingPlaces(tx: Tx, { before, now }: Readings) {
  const { rows } = await tx.sql.query<Place & { old: boolean }>(
    `with o as (
       select source_id, page, ordinal, hash,
              row_number() over (partition by source_id, hash order by page, ordinal) as n
         from observation where client_id = $1 and source_id = any (array[$2, $3]) and status = 'booked')
     select o.page, o.ordinal, o.source_id = $2 as old from o
      where not exists (select from o as p where p.source_id <> o.source_id and p.hash = o.hash and p.n = o.n)
      order by o.page, o.ordinal`,
    [tx.clientId, before, now],
  )
  return { before: rows.filter(({ old }) => old), now: rows.filter(({ old }) => !old) }
}

/** Rows of one day and amount are the same rows in the same order. Pure. */
function pairRows(before: readonly ObservedRow[], now: readonly ObservedRow[]) {
  const key = ({ content }: ObservedRow) =>
    `${content.bookingDate} ${content.amountMinor} ${content.currency}`
  const open = Map.groupBy(now, key)
  const pairs: { old: ObservedRow; row: ObservedRow }[] = []
  const gone: ObservedRow[] = []
  for (const old of before) {
    const row = open.get(key(old))?.shift()
    if (row) pairs.push({ old, row })
    else gone.push(old)
  }
  return { pairs, gone }
}

/** Entries that are known by the words of the reading before. */
async function ownersOf(
  tx: Tx,
  accountId: string,
  route: Route,
  rows: readonly ObservedRow[],
): Promise<Map<string, StoredEntry[]>> {
  const { rows: found } = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and account_id = $2 and route = $3
        and state in ('booked', 'reversed') and booking_date = any ($4::text[]) and hash = any ($5::text[])`,
    [
      ...[tx.clientId, accountId, route],
      [...new Set(rows.map(({ content }) => content.bookingDate))],
      rows.map(({ hash }) => hash),
    ],
  )
  const entries = await loadEntries(
    tx,
    found.map(({ id }) => id),
  )
  return Map.groupBy(
    entries.sort((a, b) => (a.id < b.id ? 1 : -1)),
    ({ hash }) => hash,
  )
}

function changeOf(entry: StoredEntry, row: ObservedRow): Change {
  return {
    ...{ entry, row, state: entry.state, hash: row.hash, identityHash: row.identityHash },
    content: mergeContent(entry.content, row.content, true),
    aliases: mergeAliases(entry.aliases, row.aliases, { owner: true, permanent: false }),
    reason: 'reread',
    confidence: 'certain',
  }
}

/** Of entries that a statement no longer states: those that come from it alone. */
async function statedNowhere(
  tx: Tx,
  accountId: string,
  { before, now }: Readings,
  entries: readonly StoredEntry[],
): Promise<StoredEntry[]> {
  if (entries.length === 0) return []
  const { rows } = await tx.sql.query<{ id: string }>(
    `select e.id from entry e
      where e.client_id = $1 and e.account_id = $2 and e.id = any ($3::text[]) and e.source_id = $4
        and not exists (
          select from observation o where o.client_id = $1 and o.account_id = $2
             and o.booking_date = e.booking_date and o.hash = e.hash and o.source_id not in ($4, $5))`,
    [tx.clientId, accountId, entries.map(({ id }) => id), before, now],
  )
  const ids = new Set(rows.map(({ id }) => id))
  return entries.filter(({ id }) => ids.has(id))
}
