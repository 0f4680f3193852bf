import { setImmediate as breathe } from 'node:timers/promises'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { type Column, type Insert, insertRows, prepareInsert, unnest } from './bulk.ts'
import { newAliases, newDetails, replaceAliases, writeDetails } from './detail-rows.ts'
import { type EntryOwner, entryColumns, entryValues } from './entry-rows.ts'
import type { Change, Reason, StoredEntry } from './identity.ts'
import { sameAliases, sameDetails } from './merge.ts'
import type { ObservedRow, Route } from './normal.ts'

/** What a change comes from, and the place in the account's list of changes that was taken last. */
export type Source = { readonly id: string; readonly route: Route }

/**
 * Takes places in the account's list of changes. Its row is locked, so places are given in the order of the commits:
 * who reads on from one misses nothing.
 */
export async function takePlaces(tx: Tx, accountId: string, count: number): Promise<bigint> {
  const { rows } = await tx.sql.query<{ first: string }>(
    `update account set change_seq = change_seq + $3 where client_id = $1 and id = $2
     returning change_seq - $3 + 1 as first`,
    [tx.clientId, accountId, count],
  )
  return BigInt(rows[0]?.first ?? 1)
}

/** Writes new entries; answers their ids in the order of the rows. */
export async function addEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  rows: readonly ObservedRow[],
): Promise<readonly string[]> {
  if (rows.length === 0) return []
  const first = await takePlaces(tx, account.id, rows.length)
  const { ids, insert } = await prepareEntries(tx, account, source, rows, first)
  await insert(tx.sql)
  return ids
}

/**
 * Makes new entries ready to be written. Lets the process breathe between its parts, so that what is being written
 * meanwhile goes on.
 * @param first the place of the first one in the account's list of changes.
 * @param at when they came in: ids of a later moment stand behind those of an earlier one.
 */
export async function prepareEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  rows: readonly ObservedRow[],
  first: bigint,
  at = tx.now,
): Promise<{ readonly ids: readonly string[]; readonly insert: Insert }> {
  // Ids of one moment are in no order by themselves; lists show the rows of a day as they were booked.
  const ids = rows.map(() => newId('transaction', at)).sort()
  const made = rows.map((row, i) => ({ row, entryId: ids[i] ?? '', place: first + BigInt(i) }))
  const inserts = [
    () => prepareInsert('entry', newEntryColumns, made.map(valuesOf(tx, account, source))),
    () =>
      newDetails(
        tx,
        account,
        made.map(({ row, entryId }) => ({ entryId, details: row.content.details })),
      ),
    () =>
      newAliases(
        tx,
        account,
        made.map(({ row, entryId }) => ({ entryId, aliases: row.aliases })),
      ),
  ]
  const ready: Insert[] = []
  for (const prepare of inserts) {
    await breathe()
    ready.push(prepare())
  }
  return {
    ids,
    async insert(sql) {
      for (const insert of ready) await insert(sql)
    },
  }
}

const newEntryColumns: readonly Column[] = [
  ['id', 'text'],
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['revision', 'int4'],
  ['added_seq', 'int8'],
  ['change_seq', 'int8'],
  ['booked_at', 'timestamptz'],
  ['first_seen_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
  ...entryColumns,
]

const valuesOf =
  (tx: Tx, account: EntryOwner, source: Source) =>
  ({ row, entryId, place }: { row: ObservedRow; entryId: string; place: bigint }) => [
    entryId,
    tx.clientId,
    account.companyId,
    account.id,
    0,
    place,
    place,
    row.status === 'booked' ? tx.now : null,
    tx.now,
    tx.now,
    ...entryValues(row.content, { ...row, sourceId: source.id, route: source.route, state: row.status }),
  ]

/** Writes what changed of entries, and what they were before and why they were taken to be the same. */
export async function reviseEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  changes: readonly Change[],
): Promise<void> {
  await insertRevisions(tx, account, source, changes)
  await updateEntries(tx, account, source, changes, true)
  await writeTrimmings(tx, account, changes)
}

/** Notes new ids, hashes and balances of entries that have not changed: no revision. */
export async function touchEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  changes: readonly Change[],
): Promise<void> {
  await updateEntries(tx, account, source, changes, false)
  await writeTrimmings(tx, account, changes)
}

/** Entries that the bank took back. They stay, as removed, and come back if they are stated again. */
export async function removeEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  entries: readonly StoredEntry[],
  reason: Reason = 'not_stated',
): Promise<void> {
  if (entries.length === 0) return
  await insertRevisions(
    tx,
    account,
    source,
    entries.map((entry) => ({ entry, reason, confidence: 'certain' })),
  )
  await tx.sql.query(
    `update entry e set state = 'removed', revision = revision + 1, updated_at = $3, removed_at = $3,
        change_seq = $4 + n.ordinality - 1
       from unnest($2::text[]) with ordinality as n (id, ordinality)
      where e.client_id = $1 and e.id = n.id`,
    [tx.clientId, entries.map(({ id }) => id), tx.now, await takePlaces(tx, account.id, entries.length)],
  )
}

async function updateEntries(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  changes: readonly Change[],
  revised: boolean,
): Promise<void> {
  if (changes.length === 0) return
  const columns: Column[] = [['id', 'text'], ...entryColumns]
  const rows = changes.map(({ entry, content, state, hash, identityHash, row }) => {
    // Whoever made an entry stays its owner, unless the same kind of source speaks again.
    const owns =
      hash === row.hash &&
      (source.route === entry.route || entry.state === 'pending' || entry.state === 'removed')
    const values = entryValues(content, { sourceId: '', route: source.route, state, identityHash, hash })
    return [entry.id, owns ? source.id : null, owns ? source.route : entry.route, ...values.slice(2)]
  })
  const { text, values } = unnest(columns, rows)
  const names = columns.map(([name]) => name)
  const set = names.slice(2).map((name) => `${name} = n.${name}`)
  const first = revised ? await takePlaces(tx, account.id, changes.length) : 0n
  const life = revised
    ? `, revision = e.revision + 1, updated_at = n.at, change_seq = $${columns.length + 3} + n.place - 1, removed_at = null,
         booked_at = coalesce(e.booked_at, case when n.state in ('booked', 'reversed') then n.at end)`
    : ''
  await tx.sql.query(
    `update entry e set source_id = coalesce(n.source_id, e.source_id), ${set.join(', ')}${life}
       from (select u.*, $${columns.length + 2}::timestamptz as at
               from ${text} with ordinality as u (${names.join(', ')}, place)) n
      where e.client_id = $${columns.length + 1} and e.id = n.id`,
    [...values, tx.clientId, tx.now, ...(revised ? [first] : [])],
  )
}

async function writeTrimmings(tx: Tx, account: EntryOwner, changes: readonly Change[]): Promise<void> {
  const detailed = changes.filter(
    ({ entry, content }) => !sameDetails(entry.content.details, content.details),
  )
  await writeDetails(
    tx,
    account,
    detailed.map(({ entry, content }) => ({ entryId: entry.id, details: content.details })),
  )
  const renamed = changes.filter(({ entry, aliases }) => !sameAliases(entry.aliases, aliases))
  await replaceAliases(
    tx,
    account,
    renamed.map(({ entry, aliases }) => ({ entryId: entry.id, aliases })),
  )
}

const revisionColumns = [
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['entry_id', 'text'],
  ['revision', 'int4'],
  ['before', 'jsonb'],
  ['reason', 'text'],
  ['confidence', 'text'],
  ['source_id', 'text'],
  ['at', 'timestamptz'],
] as const

/** Why an entry was revised, and the row that was taken for it, if any: so that it can be undone. */
type Revision = Pick<Change, 'entry' | 'reason' | 'confidence'> & Partial<Pick<Change, 'row'>>

async function insertRevisions(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  revisions: readonly Revision[],
): Promise<void> {
  const rows = revisions.map(({ entry, reason, confidence, row }) => [
    tx.clientId,
    account.companyId,
    entry.id,
    entry.revision,
    before(entry, row),
    reason,
    confidence,
    source.id,
    tx.now,
  ])
  await insertRows(tx.sql, 'entry_revision', revisionColumns, rows)
}

/** The entry as it was; amounts in minor units as strings, since JSON numbers lose them. */
function before(
  { state, route, hash, identityHash, content, aliases }: StoredEntry,
  row?: ObservedRow,
): string {
  const taken = row ? { row: { hash: row.hash, identityHash: row.identityHash } } : {}
  const was = { state, route, hash, identityHash, ...content, aliases, ...taken }
  return JSON.stringify(was, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
}
