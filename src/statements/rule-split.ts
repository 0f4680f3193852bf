import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { addEntries, type Source } from './apply.ts'
import type { StoredEntry } from './identity.ts'
import { noEffects, noteAdded, noteRevised } from './ingest-effects.ts'
import { routeDaysMax } from './neighbours.ts'
import { fromJson, type ObservedRow, type Route, toObserved } from './normal.ts'
import { type RevisionRow, tookRow, type Was, wasOf } from './revisions.ts'
import {
  type AccountRow,
  entryOf,
  lockAccountOf,
  newRulingId,
  type Ruler,
  type RulingRow,
  refused,
  refuseMerged,
  settleRuling,
  writeRuling,
} from './rule.ts'
import { setEntry } from './set-back.ts'

/** The revision that took the row, or the other route whose row is taken for the transaction. */
export type SplitOff = { readonly revision: number } | { readonly route: string }

type Taken = {
  readonly row: ObservedRow
  /** Where the row came from, and in whose words it is. */
  readonly source: Source
  /** What the transaction is without it. */
  readonly was: Omit<Was, 'row'>
}

/**
 * Undoes that a row was taken for a transaction: it is again what it was before, and the row becomes a transaction of
 * its own. No later read or file takes one for the other again.
 * @throws Problem `not_found`, `ruling_refused`
 */
export async function splitTransaction(
  tx: Tx,
  by: Ruler,
  asked: { readonly transactionId: string; readonly off: SplitOff },
): Promise<{ readonly ruling: RulingRow; readonly otherId: string }> {
  const account = await lockAccountOf(tx, asked.transactionId)
  const entry = await entryOf(tx, asked.transactionId)
  if (entry.state === 'removed') throw refused(`${entry.id} is removed: no row is taken for it now.`)
  await refuseMerged(tx, entry)
  const { row, source, was } =
    'route' in asked.off
      ? await toldRow(tx, account, entry, asked.off.route)
      : await revisedRow(tx, account, entry, await revisionOf(tx, entry, asked.off.revision))
  const id = newRulingId(tx)
  const effects = noEffects()
  noteRevised(effects, [await setEntry(tx, account, id, entry, was, 'split')])
  const otherId = await addOther(tx, account, source, entry, row)
  noteAdded(effects, [row], [otherId])
  const ruling = await writeRuling(tx, account, by, {
    ...{ id, kind: 'different', entryId: entry.id, otherId, identityHash: row.identityHash },
  })
  await settleRuling(tx, account, id, effects)
  return { ruling, otherId }
}

async function revisedRow(
  tx: Tx,
  account: AccountRow,
  entry: StoredEntry,
  revision: RevisionRow,
): Promise<Taken> {
  const was = wasOf(revision)
  if (!was.row) throw refused(`Revision ${revision.revision} took no row for the transaction.`)
  await refuseTwice(tx, entry, was.row.identityHash)
  const { row, route } = await takenRow(tx, account, entry, revision, was)
  return { row, source: { id: revision.sourceId, route }, was }
}

/** A row of another route that added nothing has left no revision, but it is remembered by which row that was. */
async function toldRow(tx: Tx, account: AccountRow, entry: StoredEntry, route: string): Promise<Taken> {
  const told = entry.aliases.find(({ kind }) => kind === `told:${route}`)?.value
  if (!told) throw refused(`No row of ${route} is taken for ${entry.id}.`)
  const revisions = await tx.prisma.entryRevision.findMany({
    where: { clientId: tx.clientId, entryId: entry.id },
    orderBy: { revision: 'desc' },
    take: 100,
  })
  const made = revisions.find((one) => tookRow(one) && wasOf(one).row?.identityHash === told)
  if (made) return revisedRow(tx, account, entry, made)
  const day = entry.content.bookingDate ?? ''
  const { rows } = await tx.sql.query<{ source: string; row: unknown; hash: string }>(
    `select distinct on (hash) source_id as source, row, hash from observation
      where client_id = $1 and account_id = $2 and booking_date between $3 and $4 and status = 'booked'
      order by hash, observed_at desc limit 10000`,
    [tx.clientId, account.id, addDays(day, -routeDaysMax), addDays(day, routeDaysMax)],
  )
  for (const { source: id, row: stated, hash } of rows) {
    const row = toObserved(fromJson(stated), hash)
    if (row?.identityHash !== told) continue
    const aliases = entry.aliases.filter(({ kind }) => kind !== `told:${route}`)
    return { row, source: { id, route: route as Route }, was: { ...entry, aliases } }
  }
  throw refused(`The row of ${route} is not kept any more.`)
}

async function revisionOf(tx: Tx, entry: StoredEntry, revision: number): Promise<RevisionRow> {
  const row = await tx.prisma.entryRevision.findUnique({
    where: { clientId_entryId_revision: { clientId: tx.clientId, entryId: entry.id, revision } },
  })
  if (!row) throw refused(`${entry.id} has no revision ${revision}.`)
  if (!tookRow(row)) throw refused(`Revision ${revision} took no row for the transaction: ${row.reason}.`)
  return row
}

async function refuseTwice(tx: Tx, entry: StoredEntry, identityHash: string): Promise<void> {
  const where = { clientId: tx.clientId, entryId: entry.id, kind: 'different', identityHash, undoneAt: null }
  const known = await tx.prisma.entryRuling.findFirst({ where })
  if (known) throw refused(`${entry.id} was split from ${known.otherId} already.`)
}

async function addOther(
  tx: Tx,
  account: AccountRow,
  source: Source,
  entry: StoredEntry,
  row: ObservedRow,
): Promise<string> {
  const [otherId] = await addEntries(tx, account, source, [row])
  if (!otherId) throw new Error('nothing was added')
  // What the client had from elsewhere stays so, whichever of the two it was.
  await tx.sql.query(
    `update entry o set taken_over = e.taken_over from entry e
      where o.client_id = $1 and o.id = $2 and e.client_id = $1 and e.id = $3`,
    [tx.clientId, otherId, entry.id],
  )
  return otherId
}

/**
 * The row that was taken for the entry, as it was stated last. Where the entry took over its words, later ones of the
 * same kind of source have become the entry's own too.
 */
async function takenRow(
  tx: Tx,
  account: AccountRow,
  entry: StoredEntry,
  revision: RevisionRow,
  was: Was,
): Promise<{ row: ObservedRow; route: Route }> {
  if (was.row && !(await tookWords(tx, revision, was, entry))) {
    const row = await observation(tx, 'source_id = $2 and hash = $3', [revision.sourceId, was.row.hash])
    const route = await routeOf(tx, revision.sourceId)
    if (!row || !route) throw refused(`The row that revision ${revision.revision} took is not kept any more.`)
    return { row, route }
  }
  const day = entry.content.bookingDate
  const dated = day === null ? 'booking_date is null' : 'booking_date = $4'
  const stated = await observation(tx, `account_id = $2 and hash = $3 and ${dated}`, [
    ...[account.id, entry.hash],
    ...(day === null ? [] : [day]),
  ])
  const { content, aliases, hash, identityHash, route } = entry
  const status = entry.state === 'pending' ? 'pending' : 'booked'
  return { row: stated ?? { status, content, aliases, hash, identityHash }, route }
}

/** Did the entry become what the row said, or did the row only add to it? */
async function tookWords(tx: Tx, revision: RevisionRow, was: Was, entry: StoredEntry): Promise<boolean> {
  const next = await tx.prisma.entryRevision.findFirst({
    where: { clientId: tx.clientId, entryId: entry.id, revision: { gt: revision.revision } },
    orderBy: { revision: 'asc' },
  })
  const then = next ? wasOf(next).identityHash : entry.identityHash
  return then !== was.identityHash || was.identityHash === was.row?.identityHash
}

async function observation(tx: Tx, where: string, values: readonly unknown[]): Promise<ObservedRow | null> {
  const { rows } = await tx.sql.query<{ row: unknown; hash: string }>(
    `select row, hash from observation where client_id = $1 and ${where} order by observed_at desc limit 1`,
    [tx.clientId, ...values],
  )
  const [found] = rows
  return found ? toObserved(fromJson(found.row), found.hash) : null
}

/** Whose words a source speaks. */
async function routeOf(tx: Tx, sourceId: string): Promise<Route | null> {
  const where = { id: sourceId.split('.')[0] ?? sourceId, clientId: tx.clientId }
  const job = await tx.prisma.syncJob.findFirst({ where, select: { route: true } })
  if (job) return `bank:${job.route}`
  const statement = await tx.prisma.statement.findFirst({ where, select: { route: true } })
  return statement ? (statement.route as Route) : null
}
