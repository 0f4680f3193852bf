import { setImmediate as breathe } from 'node:timers/promises'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { prepareEntries, type Source, takePlaces } from './apply.ts'
import type { EntryOwner } from './entry-rows.ts'
import type { Hand, KeptRow } from './hand.ts'
import { type Effects, noteAdded } from './ingest-effects.ts'
import { type ObservedRow, toObserved } from './normal.ts'
import { type Place, readKept } from './observations.ts'
import { isNewestFirst } from './source-order.ts'

const batchRows = 2000
/** Rows between two breaths. */
const atOnce = 500

/**
 * Adds booked rows that nothing stored stands against, the oldest first, in batches. While the database writes one, the next is made
 * ready: a first import is that of most rows, and either alone would take as long again.
 */
export async function addPlainly(
  tx: Tx,
  account: EntryOwner,
  source: Source,
  stated: readonly Place[],
  options: { readonly hand: Hand | undefined; readonly effects: Effects },
): Promise<void> {
  if (stated.length === 0) return
  const turned = await isNewestFirst(tx, source.id)
  const places = turned ? stated.toReversed() : stated
  let first = await takePlaces(tx, account.id, places.length)
  let writing = Promise.resolve()
  let coming = await readKept(tx, source.id, places.slice(0, batchRows), options.hand)
  for (let at = 0; at < places.length; at += batchRows) {
    const kept = turned ? coming.toReversed() : coming
    const rows = await observedOf(kept)
    const { ids, insert } = await prepareEntries(
      tx,
      account,
      source,
      rows,
      first,
      // A moment of its own for each batch: ids of one moment are in no order.
      after(tx.now, at / batchRows),
    )
    await writing
    const next = places.slice(at + batchRows, at + 2 * batchRows)
    coming = next.length > 0 ? await readKept(tx, source.id, next, options.hand) : []
    writing = insert(tx.sql)
    // Whoever waits for it hears of a failure; until then nobody does.
    writing.catch(() => {})
    noteAdded(options.effects, rows, ids)
    first += BigInt(rows.length)
  }
  await writing
}

async function observedOf(kept: readonly KeptRow[]): Promise<ObservedRow[]> {
  const rows: ObservedRow[] = []
  for (let at = 0; at < kept.length; at += atOnce) {
    for (const { entry, hash } of kept.slice(at, at + atOnce)) {
      const row = toObserved(entry, hash)
      if (row) rows.push(row)
    }
    await breathe()
  }
  return rows
}
