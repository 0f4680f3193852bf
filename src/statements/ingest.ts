import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import { schedule } from '../due-work.ts'
import { lockAccount } from './account-lock.ts'
import { addPlainly } from './add-plainly.ts'
import { addEntries, removeEntries, reviseEntries, type Source, touchEntries } from './apply.ts'
import { attachWaiting } from './attach-waiting.ts'
import { addHistory, type ReadBalance, writeBalances } from './balances.ts'
import { updateCompleteness } from './completeness.ts'
import { readBefore } from './coverage.ts'
import { loadEntries } from './entry-rows.ts'
import type { Hand } from './hand.ts'
import {
  type ReconcileOptions,
  type Reconciliation,
  type Restated,
  type Rulings,
  reconcileDay,
  type StoredEntry,
} from './identity.ts'
import {
  announce,
  changedDays,
  type Effects,
  noEffects,
  noteAdded,
  noteRemoved,
  noteRevised,
} from './ingest-effects.ts'
import { neighboursOf } from './neighbours.ts'
import { isBankRoute, type ObservedRow, type Route } from './normal.ts'
import { type Place, readObservations } from './observations.ts'
import { loadRulings } from './rulings.ts'
import { isNewestFirst } from './source-order.ts'
import { readTogether, type Together } from './statement-parts.ts'
import { ownersOfIds, pendingOf, removedLike, type Standing, standingIn, unmatched } from './window.ts'

export type Window = {
  readonly accountId: string
  /** Whose observations: a sync job or a statement of a file. */
  readonly sourceId: string
  readonly route: Route
  /** First and last day that the source speaks of, both included. */
  readonly from: string
  readonly to: string
  readonly idStability: 'permanent' | 'unstable'
  /** Every row of these days was stated and could be read: what is missing was taken back by the bank. */
  readonly complete: boolean
  /** Sources whose rows are told again, maybe in other words. */
  readonly restates?: Restated
  /** `replace`: the pending rows stated are all there are now. */
  readonly pending: 'replace' | 'ignore'
  /** Stated beside the rows. */
  readonly balances?: readonly ReadBalance[]
  /** The source's rows, as far as they are in memory. */
  readonly hand?: Hand
  /** False: the days are judged by the caller, once for several windows (`judgeFrom`). */
  readonly judge?: boolean
  /** Done before the rows are compared, under the account's lock; its effects count among those of the ingest. */
  readonly first?: (effects: Effects) => Promise<void>
}

export type IngestResult = {
  readonly added: number
  readonly revised: number
  readonly removed: number
  /** Days that were proven by this ingest. */
  readonly provenDays: number
  /** First day whose proof may be another one now. */
  readonly judgeFrom: string
  readonly changed: boolean
}

type AccountRow = NonNullable<Awaited<ReturnType<Tx['prisma']['account']['findUnique']>>>

/** Rows handled at a time where nothing stored stands against them. */
const batchRows = 2000

/**
 * Brings the entries of an account in line with what a source stated of a window: entries, details, ids, revisions,
 * balances, proof, events and the cursor in the caller's transaction. The account's row is locked, so that two
 * ingests of one account follow each other. Running it twice changes nothing the second time.
 */
export async function ingestWindow(tx: Tx, window: Window): Promise<IngestResult> {
  await lockAccount(tx, window.accountId)
  const account = await tx.prisma.account.findUniqueOrThrow({ where: { id: window.accountId } })
  const effects = noEffects()
  await window.first?.(effects)
  await reconcileWindow(tx, account, window, effects)
  await attachWaiting(tx, account, effects)
  const days = changedDays(effects)
  const reread = isBankRoute(window.route)
  const through = await readBefore(tx, account.id, window.sourceId)
  const reopened = reread && through !== null ? days.filter((day) => day <= through) : []
  await addHistory(tx, account.id, effects.deltas)
  const balances = window.balances ?? []
  const reopenedFrom = reopened[0] ?? null
  await writeBalances(tx, account, { ...window, balances, reopenedFrom })
  const from = days[0] !== undefined && days[0] < window.from ? days[0] : window.from
  // A row that could not be read is asked for until it can: these days are read again.
  if (reread && window.complete) await moveReadThrough(tx, account, window.to)
  const { proven } =
    window.judge === false ? { proven: 0 } : await updateCompleteness(tx, account, { from, reopened })
  await announce(tx, account, window.sourceId, effects)
  const changed = effects.added.count + effects.revised.count + effects.removed.count > 0
  if (changed) {
    await schedule(tx, {
      kind: 'reconcile',
      subjectId: account.id,
      companyId: account.companyId,
      dueAt: tx.now,
    })
  }
  return {
    added: effects.added.count,
    revised: effects.revised.count,
    removed: effects.removed.count,
    provenDays: proven,
    judgeFrom: from,
    changed,
  }
}

async function reconcileWindow(tx: Tx, account: AccountRow, window: Window, effects: Effects): Promise<void> {
  const { hand, idStability } = window
  const source = { id: window.sourceId, route: window.route }
  const together = isBankRoute(window.route) ? null : await readTogether(tx, window)
  if (together) return reconcileTogether(tx, account, window, together, effects)
  const standing = await standingIn(tx, account, window)
  const asked = { ...window, companyId: account.companyId, permanentIds: idStability === 'permanent' }
  const { places, pendingPlaces, ...open } = await unmatched(tx, asked, standing, hand)
  const against = [...open.entryIds, ...open.pendingIds]
  const all = [...places, ...pendingPlaces]
  if (against.length + pendingPlaces.length > 0) {
    return reconcileRows(tx, account, window, { places: all, against, standing }, effects)
  }
  if (idStability === 'unstable' && !standing.removed && !standing.near) {
    return addPlainly(tx, account, source, all, { hand, effects })
  }
  const ordered = (await isNewestFirst(tx, source.id)) ? all.toReversed() : all
  for (let at = 0; at < all.length; at += batchRows) {
    const some = ordered.slice(at, at + batchRows)
    await reconcileRows(tx, account, window, { places: some, against, standing }, effects)
  }
}

type Meeting = {
  readonly places: readonly Place[]
  /** Entries that may be what the rows at these places state. */
  readonly against: readonly string[]
  readonly standing: Standing
}

async function reconcileRows(
  tx: Tx,
  account: AccountRow,
  window: Window,
  { places, against, standing }: Meeting,
  effects: Effects,
): Promise<void> {
  const rows = await readObservations(tx, window.sourceId, places, window.hand)
  const { stored, rulings } = await candidates(tx, window, rows, against, standing)
  const result = reconcileDay(stored, rows, { ...optionsOf(window), ...(rulings ? { rulings } : {}) })
  await apply(tx, account, { id: window.sourceId, route: window.route }, result, effects)
}

/** A statement that others of its days go before or follow: see `readTogether`. */
async function reconcileTogether(
  tx: Tx,
  account: AccountRow,
  window: Window,
  { rows, entryIds, settle }: Together,
  effects: Effects,
): Promise<void> {
  const standing = await standingIn(tx, account, window)
  const pendingIds =
    rows.length > 0 && standing.pending
      ? await pendingOf(tx, { accountId: account.id, companyId: account.companyId })
      : []
  const { stored, rulings } = await candidates(tx, window, rows, [...entryIds, ...pendingIds], standing)
  const result = reconcileDay(stored, rows, { ...optionsOf(window), ...(rulings ? { rulings } : {}) })
  await apply(tx, account, { id: window.sourceId, route: window.route }, await settle(result), effects)
}

function optionsOf(window: Window): ReconcileOptions {
  return {
    route: window.route,
    permanentIds: window.idStability === 'permanent',
    complete: window.complete ? { from: window.from, to: window.to } : null,
    pending: window.pending,
    ...(window.restates ? { restates: window.restates } : {}),
  }
}

/**
 * Besides the entries left open in the window: removed ones that may come back, owners of permanent ids, and what
 * another route dates a day or two away.
 */
async function candidates(
  tx: Tx,
  window: Window,
  rows: readonly ObservedRow[],
  open: readonly string[],
  standing: Standing,
): Promise<{ stored: StoredEntry[]; rulings: Rulings | undefined }> {
  const removed = standing.removed ? await removedLike(tx, window.accountId, rows) : []
  const owners = window.idStability === 'permanent' ? await ownersOfIds(tx, window, rows) : []
  const near = standing.near ? await neighboursOf(tx, window, rows) : []
  const ids = [...new Set([...open, ...removed, ...owners, ...near])]
  const said = await loadRulings(tx, window.accountId, ids)
  const stored = await loadEntries(tx, [...new Set([...ids, ...(said?.besides ?? [])])])
  return { stored, rulings: said?.rulings }
}

async function apply(
  tx: Tx,
  account: AccountRow,
  source: Source,
  result: Reconciliation,
  effects: Effects,
): Promise<void> {
  await removeEntries(tx, account, source, result.removed)
  await reviseEntries(tx, account, source, result.revised)
  await touchEntries(tx, account, source, result.touched)
  const { added } = result
  const rows = added.length > 1 && (await isNewestFirst(tx, source.id)) ? added.toReversed() : added
  const ids = await addEntries(tx, account, source, rows)
  noteRemoved(effects, result.removed)
  noteRevised(effects, result.revised)
  noteAdded(effects, rows, ids)
}

/** How far the account has been read. The day itself is read again: rows may still come. */
async function moveReadThrough(tx: Tx, account: AccountRow, to: string): Promise<void> {
  const today = osloDate(tx.now)
  const through = to > today ? today : to
  if (account.readThrough && account.readThrough >= through) return
  await tx.prisma.account.update({ where: { id: account.id }, data: { readThrough: through } })
}
