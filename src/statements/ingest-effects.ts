import type { Tx } from '../db.ts'
import type { EventType } from '../domain/events.ts'
import { appendEvent } from '../events/append.ts'
import type { Change, EntryState, StoredEntry } from './identity.ts'
import type { EntryContent, ObservedRow } from './normal.ts'

/** Ids in an event: more are read from the transactions themselves. */
const idsShown = 100

type Tally = { count: number; readonly ids: string[]; from: string | null; to: string | null }

/** What an ingest has done, for its events and for the proof. */
export type Effects = {
  readonly added: Tally
  readonly revised: Tally
  readonly removed: Tally
  /** By how much the booked sum of each day and currency has changed, `YYYY-MM-DD NOK`: minor units. */
  readonly deltas: Map<string, bigint>
}

const newTally = (): Tally => ({ count: 0, ids: [], from: null, to: null })
export const noEffects = (): Effects => ({
  added: newTally(),
  revised: newTally(),
  removed: newTally(),
  deltas: new Map(),
})

/** Days whose booked rows have changed, oldest first. */
export function changedDays(effects: Effects): string[] {
  return [...new Set([...effects.deltas.keys()].map((key) => key.slice(0, 10)))].sort()
}

export function noteAdded(effects: Effects, rows: readonly ObservedRow[], ids: readonly string[]): void {
  for (const [i, row] of rows.entries()) {
    note(effects.added, ids[i] ?? '', row.content.bookingDate)
    move(effects, row.content, row.status, 1n)
  }
}

export function noteRevised(effects: Effects, changes: readonly Change[]): void {
  for (const { entry, content, state } of changes) {
    note(effects.revised, entry.id, content.bookingDate)
    const stays =
      isBooked(entry.state) === isBooked(state) &&
      content.amountMinor === entry.content.amountMinor &&
      content.bookingDate === entry.content.bookingDate
    if (stays) continue
    move(effects, entry.content, entry.state, -1n)
    move(effects, content, state, 1n)
  }
}

export function noteRemoved(effects: Effects, entries: readonly StoredEntry[]): void {
  for (const entry of entries) {
    note(effects.removed, entry.id, entry.content.bookingDate)
    move(effects, entry.content, entry.state, -1n)
  }
}

const isBooked = (state: EntryState) => state === 'booked' || state === 'reversed'

function note(tally: Tally, id: string, day: string | null): void {
  tally.count++
  if (tally.ids.length < idsShown) tally.ids.push(id)
  if (day === null) return
  if (tally.from === null || day < tally.from) tally.from = day
  if (tally.to === null || day > tally.to) tally.to = day
}

function move({ deltas }: Effects, content: EntryContent, state: EntryState, sign: 1n | -1n): void {
  if (!isBooked(state) || content.bookingDate === null) return
  const key = `${content.bookingDate} ${content.currency}`
  deltas.set(key, (deltas.get(key) ?? 0n) + sign * content.amountMinor)
}

/** One event for each kind of change: the feed tells of an ingest, not of every row. */
export async function announce(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  sourceId: string,
  effects: Effects,
): Promise<void> {
  const kinds: [EventType, Tally][] = [
    ['transaction.added', effects.added],
    ['transaction.revised', effects.revised],
    ['transaction.removed', effects.removed],
  ]
  for (const [type, { count, ids, from, to }] of kinds) {
    if (count === 0) continue
    await appendEvent(tx, {
      type,
      resourceType: 'account',
      resourceId: account.id,
      companyId: account.companyId,
      data: { accountId: account.id, sourceId, count, transactionIds: ids, from, to },
    })
  }
}
