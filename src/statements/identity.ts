import { isStatedWhole, type Pair } from './match-pool.ts'
import { matchAll } from './match-rows.ts'
import { mergeAliases, mergeContent, sameAliases, sameContent, tellBy } from './merge.ts'
import type { Alias, EntryContent, ObservedRow, Route } from './normal.ts'

export type EntryState = 'pending' | 'booked' | 'reversed' | 'removed'

/** An entry as it is stored. */
export type StoredEntry = {
  readonly id: string
  readonly state: EntryState
  readonly revision: number
  /** Which source made it, or told it last in the words of its route. */
  readonly sourceId: string
  /** By which kind of source it came in. */
  readonly route: Route
  readonly hash: string
  readonly identityHash: string
  readonly content: EntryContent
  readonly aliases: readonly Alias[]
}

export type Reason =
  /** A bank id that the bank never changes. */
  | 'permanent_id'
  /** Same day, amount and content. */
  | 'content'
  /** Same day and amount, and a reference or words besides. */
  | 'reference'
  /** Same day and amount, nothing else to go by. */
  | 'same_day_amount'
  /** Same day and amount as several others, in another route's words: which of them it is cannot be told. */
  | 'one_of_several'
  /** Same amount and reference; the bank moved the booking date. */
  | 'moved'
  /** A pending row was booked. */
  | 'booked'
  /** The bank states a row again that it had taken back. */
  | 'restated'
  /** The bank no longer states it. */
  | 'not_stated'
  /** A notice told its details. */
  | 'attached'
  /** A better reader has read the same file again. */
  | 'reread'
  /** Another source tells the row again that was taken for it before. */
  | 'told'
  /** Somebody has said that the two are one: it went into another one. */
  | 'merged'
  /** Somebody has said that the two are one: this row is known to be of it. */
  | 'ruled'
  /** Somebody has said that the two are two. */
  | 'split'
  /** What somebody had said was taken back. */
  | 'undone'
export type Confidence = 'certain' | 'high' | 'medium' | 'low'

export type Change = {
  readonly entry: StoredEntry
  readonly row: ObservedRow
  readonly state: EntryState
  /** What is known now: the row, and what other sources had said besides. */
  readonly content: EntryContent
  readonly aliases: readonly Alias[]
  /** Of what the entry's own route stated last, so that it is known again whatever others added. */
  readonly hash: string
  readonly identityHash: string
  readonly reason: Reason
  readonly confidence: Confidence
}

export type Reconciliation = {
  /** Nothing that is shown has changed; `touched` of them have another id, hash or balance to be noted. */
  readonly same: number
  readonly touched: readonly Change[]
  readonly revised: readonly Change[]
  readonly added: readonly ObservedRow[]
  readonly removed: readonly StoredEntry[]
}

/** What people have said over the API: stronger than any likeness. */
export type Rulings = {
  /** By entry: identity hashes of rows that are another transaction's. */
  readonly different: ReadonlyMap<string, ReadonlySet<string>>
  /** Entries that were merged away, each with the one that it went into. */
  readonly merged: ReadonlyMap<string, string>
}

/** `whole`: the same rows. `so far`: those that were there by then, and words may have come since. */
export type Restated = ReadonlyMap<string, 'whole' | 'so far'>

export type ReconcileOptions = {
  readonly route: Route
  /** The manifest says `idStability: permanent`: ids alone tell rows apart. */
  readonly permanentIds: boolean
  /** Days (both included) of which every booked row was stated: what is missing there was taken back. Null: none. */
  readonly complete: { readonly from: string; readonly to: string } | null
  /** Sources whose rows are told again, maybe in other words: those of the same statement, or of a report of its day. */
  readonly restates?: Restated
  /** `replace`: the stated pending rows are all there are. `ignore`: the source is not about now. */
  readonly pending: 'replace' | 'ignore'
  readonly rulings?: Rulings
}

/**
 * Compares what a source states with what is stored, as multisets: equal rows of one day stay as many as they are
 * (DESIGN 5.1). Pure: the same input gives the same answer, and applying the answer makes the next one all `same`.
 * `stored` may hold removed entries: they come back when they are stated again.
 */
export function reconcileDay(
  stored: readonly StoredEntry[],
  observed: readonly ObservedRow[],
  options: ReconcileOptions,
): Reconciliation {
  const rows = options.pending === 'replace' ? observed : observed.filter((row) => row.status === 'booked')
  const { pairs, entriesLeft, rowsLeft } = matchAll(stored, rows, options)
  const changes = pairs.map((pair) => changeOf(pair, options))
  const isRevised = (change: Change) =>
    change.state !== change.entry.state || !sameContent(change.content, change.entry.content)
  const unrevised = changes.filter((change) => !isRevised(change))
  return {
    same: unrevised.length,
    touched: unrevised.filter(needsTouch),
    revised: changes.filter(isRevised),
    added: rowsLeft,
    removed: entriesLeft.filter((entry) => isGone(entry, options)),
  }
}

function changeOf(pair: Pair, options: ReconcileOptions): Change {
  const { entry, row, reason, confidence } = pair
  const owner = entry.route === options.route || entry.state === 'pending' || entry.state === 'removed'
  const { state, content, aliases, hash, identityHash } = entry
  if (reason === 'ruled' || reason === 'told') {
    const now = state === 'removed' ? row.status : state
    return { entry, row, state: now, content, aliases, hash, identityHash, reason, confidence }
  }
  if (!owner) {
    // Which of several it is was not to be told: that it is there is all that the row has said.
    const clear = reason !== 'one_of_several'
    const more = clear ? mergeAliases(aliases, row.aliases, { owner, permanent: false }) : aliases
    return {
      ...{ entry, row, state, hash, identityHash, reason, confidence },
      content: clear ? mergeContent(content, row.content, owner) : content,
      aliases: tellBy(more, options.route, row.identityHash),
    }
  }
  const reversed = state === 'reversed' && row.status === 'booked'
  return {
    entry,
    row,
    state: reversed ? 'reversed' : row.status,
    content: mergeContent(content, row.content, owner),
    aliases: mergeAliases(aliases, row.aliases, { owner, permanent: options.permanentIds }),
    hash: row.hash,
    identityHash: row.identityHash,
    reason,
    confidence,
  }
}

function needsTouch(change: Change): boolean {
  const { entry } = change
  return (
    change.hash !== entry.hash ||
    change.content.balanceAfterMinor !== entry.content.balanceAfterMinor ||
    !sameAliases(change.aliases, entry.aliases)
  )
}

function isGone(entry: StoredEntry, options: ReconcileOptions): boolean {
  if (entry.state === 'removed') return false
  if (entry.state === 'pending') return options.pending === 'replace'
  return isStatedWhole(entry.content.bookingDate, options)
}
