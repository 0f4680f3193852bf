import { daysBetween } from '../domain/clock.ts'
import type { ReconcileOptions, StoredEntry } from './identity.ts'
import { differ, hasEvidence, type Likeness, likeness, mayBeBookingOf, scoreOf } from './likeness.ts'
import { best, groupBy, isStatedWhole, matchUnambiguous, type Pair, type Pool, take } from './match-pool.ts'
import { routeDaysMax } from './neighbours.ts'
import { type EntryContent, type ObservedRow, ownWords } from './normal.ts'
import { contained } from './words.ts'

/** Days by which a bank moves a booking. */
const movedDaysMax = 5
/** A score that takes more than date and amount. */
const certainScore = 8

/** Pairs entries and rows, each at most once, from the surest evidence to the weakest. */
export function matchAll(
  stored: readonly StoredEntry[],
  observed: readonly ObservedRow[],
  options: ReconcileOptions,
): { pairs: readonly Pair[]; entriesLeft: readonly StoredEntry[]; rowsLeft: readonly ObservedRow[] } {
  const merged = options.rulings?.merged
  const known = stored.filter((entry) => !merged?.has(entry.id))
  const live = known.filter((entry) => entry.state !== 'removed')
  const pool: Pool = { entries: new Set(live), rows: new Set(observed), pairs: [] }
  matchExactly(pool)
  if (options.permanentIds) matchByPermanentId(pool, options)
  matchByContent(pool, options, 'content')
  matchTold(pool, options, true)
  if (merged) followMergers(pool, stored, options)
  matchWithinDay(pool, options)
  matchTold(pool, options, false)
  matchOtherDay(pool, options)
  matchMoved(pool, options)
  matchPending(pool, options)
  if (pool.rows.size > 0) {
    for (const entry of known) if (entry.state === 'removed') pool.entries.add(entry)
    if (options.permanentIds) matchByPermanentId(pool, options)
    matchByContent(pool, options, 'restated')
  }
  return { pairs: pool.pairs, entriesLeft: [...pool.entries], rowsLeft: [...pool.rows] }
}

/** Somebody has said that this row is another transaction's. */
const isRuledOut = (entry: StoredEntry, row: ObservedRow, { rulings }: ReconcileOptions) =>
  rulings?.different.get(entry.id)?.has(row.identityHash) === true

const spoken = new WeakMap<StoredEntry, StoredEntry>()

/** The entry as the route itself has told it, where it is in that route's words: what others added proves nothing. */
function asTold(entry: StoredEntry, { route }: ReconcileOptions): StoredEntry {
  if (entry.route !== route || entry.state === 'pending') return entry
  const known = spoken.get(entry)
  if (known) return known
  const told = { ...entry, content: ownWords(entry.content, entry.identityHash) }
  spoken.set(entry, told)
  return told
}

/** What speaks for the pair; null where they contradict each other, or somebody has said that they are two. */
function liken(entry: StoredEntry, row: ObservedRow, options: ReconcileOptions): Likeness | null {
  return isRuledOut(entry, row, options) ? null : likeness(asTold(entry, options), row)
}

/** May this entry become what the row says? What was booked is never pending again: that is another row. */
function mayBe(entry: StoredEntry, row: ObservedRow): boolean {
  if (entry.content.currency !== row.content.currency) return false
  return row.status === 'booked' || entry.state === 'pending'
}

const sameStatus = (entry: StoredEntry, row: ObservedRow) =>
  (entry.state === 'pending') === (row.status === 'pending')

/** Everything equal, ids included. Which of several equal ones is which cannot matter. */
function matchExactly(pool: Pool): void {
  const byHash = groupBy(pool.entries, (entry) => entry.hash)
  for (const row of [...pool.rows]) {
    const group = byHash.get(row.hash)
    const entry = group?.at(-1)
    if (!entry || !sameStatus(entry, row)) continue
    group?.pop()
    take(pool, entry, row, 'content', 'certain')
  }
}

/** Ids are a route's own: two routes may give one id to different movements. */
function matchByPermanentId(pool: Pool, options: ReconcileOptions): void {
  for (const kind of ['transactionId', 'entryReference'] as const) {
    const idOf = (one: ObservedRow) => one.aliases.find((alias) => alias.kind === kind)?.value ?? null
    const own = [...pool.entries].filter((entry) => entry.route === options.route)
    const entries = groupBy(
      own.flatMap((entry) =>
        entry.aliases.filter((alias) => alias.kind === kind).map(({ value }) => ({ entry, value })),
      ),
      (one) => one.value,
    )
    for (const [value, rows] of groupBy(pool.rows, idOf)) {
      const [row, another] = rows
      const [owner, rival] = entries.get(value) ?? []
      if (!row || another || !owner || rival || !pool.entries.has(owner.entry)) continue
      if (!mayBe(owner.entry, row) || isRuledOut(owner.entry, row, options)) continue
      take(pool, owner.entry, row, 'permanent_id', 'certain')
    }
  }
}

/** Everything equal but ids and other trimmings; ids break ties. */
function matchByContent(pool: Pool, options: ReconcileOptions, reason: 'content' | 'restated'): void {
  const entries = groupBy(pool.entries, (entry) => entry.identityHash)
  const fits = reason === 'restated' ? mayBe : sameStatus
  for (const [hash, rows] of groupBy(pool.rows, (row) => row.identityHash)) {
    const weigh = (entry: StoredEntry, row: ObservedRow) => {
      const like = fits(entry, row) ? liken(entry, row, options) : null
      return like && scoreOf(like)
    }
    for (const [entry, row] of best(entries.get(hash) ?? [], rows, weigh)) {
      take(pool, entry, row, reason, 'high')
    }
  }
}

/** By which row the route tells the entry, where the entry is not in its words. */
const toldBy = (entry: StoredEntry, { route }: ReconcileOptions) =>
  entry.route === route ? undefined : entry.aliases.find((alias) => alias.kind === `told:${route}`)?.value

/** Rows that were taken for an entry of another route before: they are its own, however little they are like it. */
function matchTold(pool: Pool, options: ReconcileOptions, sameDay: boolean): void {
  const told = groupBy(pool.entries, (entry) => toldBy(entry, options) ?? null)
  for (const [hash, rows] of groupBy(pool.rows, (row) => row.identityHash)) {
    const weigh = (entry: StoredEntry, row: ObservedRow) => {
      if (!mayBe(entry, row) || isRuledOut(entry, row, options)) return null
      return sameDay && entry.content.bookingDate !== row.content.bookingDate ? null : 0
    }
    for (const [entry, row] of best(told.get(hash) ?? [], rows, weigh)) {
      take(pool, entry, row, 'told', 'certain')
    }
  }
}

/**
 * Rows that are known to be of a transaction that was merged into another one: they say nothing but that this one is
 * there. Only what is told in the same words (or has its permanent id): anything else may be a new movement.
 */
function followMergers(pool: Pool, stored: readonly StoredEntry[], options: ReconcileOptions): void {
  for (const ghost of stored) {
    const intoId = options.rulings?.merged.get(ghost.id)
    if (intoId === undefined) continue
    const row = [...pool.rows].find((one) => isOf(ghost, one, options))
    if (!row) continue
    const into = stored.find((entry) => entry.id === intoId)
    const waits = into && (pool.entries.has(into) || !pool.pairs.some((pair) => pair.entry === into))
    if (waits && mayBe(into, row)) take(pool, into, row, 'ruled', 'certain')
    else pool.rows.delete(row)
  }
}

function isOf(ghost: StoredEntry, row: ObservedRow, options: ReconcileOptions): boolean {
  if (ghost.identityHash === row.identityHash || toldBy(ghost, options) === row.identityHash) return true
  if (!options.permanentIds || ghost.route !== options.route) return false
  return ghost.aliases.some(
    ({ kind, value }) =>
      kind !== 'servicerReference' && row.aliases.some((one) => one.kind === kind && one.value === value),
  )
}

/** Same day and amount: the bank has changed its words, enriched the row, or another route words it otherwise. */
function matchWithinDay(pool: Pool, options: ReconcileOptions): void {
  const key = ({ content }: StoredEntry | ObservedRow) =>
    content.bookingDate === null ? null : `${content.bookingDate} ${content.amountMinor} ${content.currency}`
  const booked = [...pool.entries].filter((entry) => entry.state !== 'pending')
  const entries = groupBy(booked, key)
  const rows = [...pool.rows].filter((row) => row.status === 'booked')
  for (const [day, group] of groupBy(rows, key)) {
    matchGroup(pool, entries.get(day) ?? [], group, options)
  }
}

function matchGroup(
  pool: Pool,
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  options: ReconcileOptions,
): void {
  const weigh = (entry: StoredEntry, row: ObservedRow) => {
    const like = isOtherRow(entry, row, options) ? null : liken(entry, row, options)
    return like && scoreOf(like)
  }
  const clear = (entry: StoredEntry, row: ObservedRow) => {
    const score = weigh(entry, row)
    return score !== null && score >= certainScore ? score : null
  }
  for (const [entry, row] of best(entries, rows, clear)) take(pool, entry, row, 'reference', 'high')
  const alone = entries.length === 1 && rows.length === 1
  for (const own of [true, false]) {
    const left = entries.filter((entry) => pool.entries.has(entry) && (entry.route === options.route) === own)
    const rest = rows.filter((row) => pool.rows.has(row))
    // Whichever is taken for which, it is right: those of one side are all the same.
    const clear = alone || isAllOne(left) || (isAllOne(rest) && rest.length >= left.length)
    if (own && !clear) continue
    const reason = clear || rest.length >= left.length ? 'same_day_amount' : 'one_of_several'
    for (const [entry, row] of best(left, rest, weigh))
      take(pool, entry, row, reason, clear ? 'medium' : 'low')
  }
}

/** Nothing tells them apart. */
const isAllOne = (ones: readonly (StoredEntry | ObservedRow)[]) =>
  ones.every((one) => one.identityHash === ones[0]?.identityHash)

/**
 * Is it another row of the same route? In a day stated whole: a reference that the route had stated of the entry is
 * gone (words may change). Where the day was not stated whole the entry may just be missing, so other words mean
 * another row, unless an id or reference says otherwise, or it is known that the source tells the entry again.
 */
function isOtherRow(entry: StoredEntry, row: ObservedRow, options: ReconcileOptions): boolean {
  const told = asTold(entry, options)
  const like = likeness(told, row)
  if (!like) return true
  const own = entry.route === options.route
  const [one, other] = [told.content, row.content]
  if (own && one.reversal !== other.reversal) return true
  const restated = own ? options.restates?.get(entry.sourceId) : undefined
  if (options.complete || restated === 'whole') {
    return own && (['kid', 'endToEndId'] as const).some((name) => one[name] !== null && other[name] === null)
  }
  if (like.endToEndId || ((like.id || restated) && like.text >= contained)) return false
  if (own) return !sameStated(one, other) || (one.text !== null && like.text < 1)
  const before = toldBy(entry, options)
  return before !== undefined && before !== row.identityHash
}

/** Do both know, or both not know, what tells movements apart? */
const sameStated = (one: EntryContent, other: EntryContent) =>
  (['kid', 'endToEndId', 'text'] as const).every((name) => (one[name] === null) === (other[name] === null))

const bookedOnes = (pool: Pool) => ({
  entries: [...pool.entries].filter((entry) => entry.state !== 'pending'),
  rows: [...pool.rows].filter((row) => row.status === 'booked'),
})

function daysApart(entry: StoredEntry, row: ObservedRow): number | null {
  const [from, to] = [entry.content.bookingDate, row.content.bookingDate]
  return from && to ? Math.abs(daysBetween(from, to)) : null
}

/** Two routes may date a movement a day or two apart: only where its value date or reference says that it is the same. */
function matchOtherDay(pool: Pool, options: ReconcileOptions): void {
  const { entries, rows } = bookedOnes(pool)
  const others = entries.filter((entry) => entry.route !== options.route)
  const judge = (entry: StoredEntry, row: ObservedRow) => {
    const days = daysApart(entry, row)
    if (days === null || days > routeDaysMax) return null
    if (differ(entry.content.valueDate, row.content.valueDate) || isOtherRow(entry, row, options)) return null
    const like = liken(entry, row, options)
    return like && (like.valueDate || like.kid || like.endToEndId) ? 'medium' : null
  }
  matchUnambiguous(pool, others, rows, judge, 'moved')
}

/** In days stated whole: an entry that is gone and a new row with its amount and reference, some days apart. */
function matchMoved(pool: Pool, options: ReconcileOptions): void {
  const { entries, rows } = bookedOnes(pool)
  const gone = entries.filter(
    (entry) => entry.route === options.route && isStatedWhole(entry.content.bookingDate, options),
  )
  const judge = (entry: StoredEntry, row: ObservedRow) => {
    const days = daysApart(entry, row)
    if (days === null || days > movedDaysMax) return null
    const like = liken(entry, row, options)
    const told = like && (like.kid || like.endToEndId || (like.id && like.text >= contained))
    return told ? 'medium' : null
  }
  matchUnambiguous(pool, gone, rows, judge, 'moved')
}

/** First rows that are pending still, in other words; then those that were booked. Ambiguous ones get a new id instead. */
function matchPending(pool: Pool, options: ReconcileOptions): void {
  for (const status of ['pending', 'booked'] as const) {
    const entries = [...pool.entries].filter((entry) => entry.state === 'pending')
    const rows = [...pool.rows].filter((row) => row.status === status)
    const judge = (entry: StoredEntry, row: ObservedRow) => {
      const like = liken(entry, row, options)
      if (!like || !hasEvidence(like) || !mayBeBookingOf(entry.content, row.content)) return null
      const sure = like.kid || like.endToEndId || like.account || like.text === 1 || like.id
      return sure ? 'high' : 'medium'
    }
    matchUnambiguous(pool, entries, rows, judge, status === 'booked' ? 'booked' : 'reference')
  }
}
