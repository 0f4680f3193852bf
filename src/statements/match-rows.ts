import { daysBetween } from '../domain/clock.ts'
import type { Confidence, Reason, ReconcileOptions, StoredEntry } from './identity.ts'
import { hasEvidence, likeness, mayBeBookingOf, scoreOf } from './likeness.ts'
import type { ObservedRow } from './normal.ts'

export type Pair = {
  readonly entry: StoredEntry
  readonly row: ObservedRow
  readonly reason: Reason
  readonly confidence: Confidence
}

/** What is not yet paired. Matchers take from it, the surest first. */
type Pool = {
  readonly entries: Set<StoredEntry>
  readonly rows: Set<ObservedRow>
  readonly pairs: Pair[]
}

/** Groups in which every entry is weighed against every row; above it they are paired in order. */
const mostCandidates = 40_000
/** Days by which a bank moves a booking. */
const movedDaysMax = 5

/** Pairs entries and rows, each at most once, from the surest evidence to the weakest. */
export function matchAll(
  stored: readonly StoredEntry[],
  observed: readonly ObservedRow[],
  options: ReconcileOptions,
): { pairs: readonly Pair[]; entriesLeft: readonly StoredEntry[]; rowsLeft: readonly ObservedRow[] } {
  const live = stored.filter((entry) => entry.state !== 'removed')
  const pool: Pool = { entries: new Set(live), rows: new Set(observed), pairs: [] }
  matchExactly(pool)
  if (options.permanentIds) matchByPermanentId(pool)
  matchByContent(pool, 'content')
  matchWithinDay(pool, options)
  if (options.complete) matchMoved(pool)
  matchPending(pool)
  if (pool.rows.size > 0) {
    for (const entry of stored) if (entry.state === 'removed') pool.entries.add(entry)
    if (options.permanentIds) matchByPermanentId(pool)
    matchByContent(pool, 'restated')
  }
  return { pairs: pool.pairs, entriesLeft: [...pool.entries], rowsLeft: [...pool.rows] }
}

function take(
  pool: Pool,
  entry: StoredEntry,
  row: ObservedRow,
  reason: Reason,
  confidence: Confidence,
): void {
  pool.entries.delete(entry)
  pool.rows.delete(row)
  pool.pairs.push({ entry, row, reason, confidence })
}

/** May this entry become what the row says? What was booked is never pending again: that is another row. */
function mayBe(entry: StoredEntry, row: ObservedRow): boolean {
  if (entry.content.currency !== row.content.currency) return false
  return row.status === 'booked' || entry.state === 'pending'
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    if (name === null) continue
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return groups
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

function matchByPermanentId(pool: Pool): void {
  for (const kind of ['transactionId', 'entryReference'] as const) {
    const idOf = (one: StoredEntry | ObservedRow) =>
      one.aliases.find((alias) => alias.kind === kind)?.value ?? null
    const entries = groupBy(
      [...pool.entries].flatMap((entry) =>
        entry.aliases.filter((alias) => alias.kind === kind).map((alias) => ({ entry, value: alias.value })),
      ),
      (one) => one.value,
    )
    for (const [value, rows] of groupBy(pool.rows, idOf)) {
      const [row, another] = rows
      const [owner, rival] = entries.get(value) ?? []
      if (!row || another || !owner || rival || !pool.entries.has(owner.entry)) continue
      if (mayBe(owner.entry, row)) take(pool, owner.entry, row, 'permanent_id', 'certain')
    }
  }
}

/** Everything equal but ids and other trimmings; ids break ties. */
function matchByContent(pool: Pool, reason: 'content' | 'restated'): void {
  const entries = groupBy(pool.entries, (entry) => entry.identityHash)
  for (const [hash, rows] of groupBy(pool.rows, (row) => row.identityHash)) {
    const candidates = entries.get(hash) ?? []
    const fits = reason === 'restated' ? mayBe : sameStatus
    for (const [entry, row] of best(candidates, rows, (one, other) =>
      fits(one, other) ? rank(one, other) : null,
    )) {
      take(pool, entry, row, reason, 'high')
    }
  }
}

const rank = (entry: StoredEntry, row: ObservedRow): number | null => {
  const like = likeness(entry, row)
  return like && scoreOf(like)
}

/** Same day and amount: the bank has changed its words, enriched the row, or another route words it otherwise. */
function matchWithinDay(pool: Pool, options: ReconcileOptions): void {
  const key = (one: StoredEntry | ObservedRow) => {
    const { bookingDate, amountMinor, currency, reversal } = one.content
    return bookingDate === null ? null : `${bookingDate} ${amountMinor} ${currency} ${reversal}`
  }
  const booked = [...pool.entries].filter((entry) => entry.state !== 'pending')
  const entries = groupBy(booked, key)
  const rows = [...pool.rows].filter((row) => row.status === 'booked')
  for (const [day, group] of groupBy(rows, key)) {
    const candidates = entries.get(day) ?? []
    const alone = candidates.length === 1 && group.length === 1
    const weigh = (entry: StoredEntry, row: ObservedRow) =>
      isOtherRow(entry, row, options) ? null : rank(entry, row)
    for (const [entry, row, score] of best(candidates, group, weigh)) {
      const certain = score >= 8
      const confidence = certain ? 'high' : alone ? 'medium' : 'low'
      take(pool, entry, row, certain ? 'reference' : 'same_day_amount', confidence)
    }
  }
}

/**
 * Is it another row of the same kind of source? In a day stated whole: the reference of the entry is gone (words may
 * change). Where the day was not stated whole the entry may just be missing, so other words mean another row.
 */
function isOtherRow(entry: StoredEntry, row: ObservedRow, options: ReconcileOptions): boolean {
  if (entry.route !== options.route) return false
  const [one, other] = [entry.content, row.content]
  if (options.complete) {
    return (one.kid !== null && other.kid === null) || (one.endToEndId !== null && other.endToEndId === null)
  }
  return one.text !== null && other.text !== null && one.text !== other.text
}

/** The best pairs by score, each side at most once; `weigh` answers null for what cannot be. */
function best(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  weigh: (entry: StoredEntry, row: ObservedRow) => number | null,
): [StoredEntry, ObservedRow, number][] {
  if (entries.length * rows.length > mostCandidates) return inOrder(entries, rows, weigh)
  const all = entries.flatMap((entry, e) =>
    rows.flatMap((row, r) => {
      const score = weigh(entry, row)
      return score === null ? [] : [{ entry, row, score, order: e + r }]
    }),
  )
  all.sort((a, b) => b.score - a.score || a.order - b.order)
  const used = new Set<StoredEntry | ObservedRow>()
  return all.flatMap(({ entry, row, score }) => {
    if (used.has(entry) || used.has(row)) return []
    used.add(entry).add(row)
    return [[entry, row, score] as [StoredEntry, ObservedRow, number]]
  })
}

function inOrder(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  weigh: (entry: StoredEntry, row: ObservedRow) => number | null,
): [StoredEntry, ObservedRow, number][] {
  return rows.slice(0, entries.length).flatMap((row, i) => {
    const entry = entries[i]
    const score = entry ? weigh(entry, row) : null
    return entry && score !== null ? [[entry, row, score] as [StoredEntry, ObservedRow, number]] : []
  })
}

/** Pairs those that have exactly one possible partner, on both sides. */
function matchUnambiguous(
  pool: Pool,
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  could: (entry: StoredEntry, row: ObservedRow) => boolean,
  as: { reason: Reason; confidence: Confidence },
): void {
  const amount = (one: StoredEntry | ObservedRow) => `${one.content.amountMinor} ${one.content.currency}`
  const byAmount = groupBy(entries, amount)
  const partners = new Map<StoredEntry, ObservedRow[]>()
  const suitors = new Map<ObservedRow, StoredEntry[]>()
  for (const row of rows) {
    for (const entry of (byAmount.get(amount(row)) ?? []).slice(0, 200)) {
      if (!could(entry, row)) continue
      partners.set(entry, [...(partners.get(entry) ?? []), row])
      suitors.set(row, [...(suitors.get(row) ?? []), entry])
    }
  }
  for (const [entry, [row, another]] of partners) {
    if (row && !another && suitors.get(row)?.length === 1) take(pool, entry, row, as.reason, as.confidence)
  }
}

/** In days stated whole: an entry that is gone and a new row with its amount and reference, some days apart. */
function matchMoved(pool: Pool): void {
  const entries = [...pool.entries].filter((entry) => entry.state !== 'pending')
  const rows = [...pool.rows].filter((row) => row.status === 'booked')
  const could = (entry: StoredEntry, row: ObservedRow) => {
    const [from, to] = [entry.content.bookingDate, row.content.bookingDate]
    if (!from || !to || Math.abs(daysBetween(from, to)) > movedDaysMax) return false
    const like = likeness(entry, row)
    return like !== null && (like.id || like.kid || like.endToEndId)
  }
  matchUnambiguous(pool, entries, rows, could, { reason: 'moved', confidence: 'medium' })
}

/** First pending rows that are still pending, then those that were booked. Ambiguous ones get a new id instead. */
function matchPending(pool: Pool): void {
  const entries = [...pool.entries].filter((entry) => entry.state === 'pending')
  const rows = [...pool.rows].filter((row) => row.status === 'booked')
  const could = (entry: StoredEntry, row: ObservedRow) => {
    const like = likeness(entry, row)
    return like !== null && hasEvidence(like) && mayBeBookingOf(entry.content, row.content)
  }
  matchUnambiguous(pool, entries, rows, could, { reason: 'booked', confidence: 'high' })
}
