import type { Confidence, Reason, ReconcileOptions, StoredEntry } from './identity.ts'
import { bareAccount, bareKid } from './likeness.ts'
import type { ObservedRow } from './normal.ts'

export type Pair = {
  readonly entry: StoredEntry
  readonly row: ObservedRow
  readonly reason: Reason
  readonly confidence: Confidence
}

/** What is not yet paired. Matchers take from it, the surest first. */
export type Pool = {
  readonly entries: Set<StoredEntry>
  readonly rows: Set<ObservedRow>
  readonly pairs: Pair[]
}

/** How much speaks for it; null where it cannot be. */
export type Weigh = (entry: StoredEntry, row: ObservedRow) => number | null

/** Groups in which every entry is weighed against every row; larger ones are told apart first. */
const mostCandidates = 40_000
/** Entries of one amount that are looked at for one row, where the day does not tell them apart. */
const mostOfAmount = 200

/** Was every booked row of the day stated? */
export function isStatedWhole(day: string | null, { complete }: ReconcileOptions): boolean {
  return complete !== null && day !== null && day >= complete.from && day <= complete.to
}

export function take(
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

export function groupBy<T>(items: Iterable<T>, key: (item: T) => string | null): Map<string, T[]> {
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

/** The best pairs by score, each side at most once. */
export function best(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  weigh: Weigh,
): readonly Weighed[] {
  return entries.length * rows.length > mostCandidates
    ? ofMany(entries, rows, weigh)
    : byScore(entries, rows, weigh)
}

type Weighed = readonly [entry: StoredEntry, row: ObservedRow, score: number]

function byScore(entries: readonly StoredEntry[], rows: readonly ObservedRow[], weigh: Weigh): Weighed[] {
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
    return [[entry, row, score] as const]
  })
}

/** What tells rows of one amount apart, the surest first: hundreds of people pay one fee on one day, each by a KID. */
const tellings: readonly ((one: StoredEntry | ObservedRow) => string | null)[] = [
  ({ content }) => bareKid(content.kid),
  ({ content }) => content.endToEndId,
  ({ content }) => bareAccount(content.counterpartyAccount),
  ({ content }) => content.text,
]

/** Those that are told by the same reference or words are weighed among themselves; the rest are paired in their order. */
function ofMany(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  weigh: Weigh,
): readonly Weighed[] {
  const open = { entries: new Set(entries), rows: new Set(rows) }
  const found: Weighed[] = []
  const pair = (some: readonly StoredEntry[], others: readonly ObservedRow[]) => {
    const isLarge = some.length * others.length > mostCandidates
    for (const one of (isLarge ? inOrder : byScore)(some, others, weigh)) {
      found.push(one)
      open.entries.delete(one[0])
      open.rows.delete(one[1])
    }
  }
  for (const tell of tellings) {
    const told = groupBy(open.entries, tell)
    for (const [value, group] of groupBy(open.rows, tell)) pair(told.get(value) ?? [], group)
  }
  pair([...open.entries], [...open.rows])
  return found
}

/** Entries that are looked at for one row of a large group. */
const mostLookedAt = 2000

function inOrder(entries: readonly StoredEntry[], rows: readonly ObservedRow[], weigh: Weigh): Weighed[] {
  const open = [...entries]
  return rows.flatMap((row) => {
    for (const [at, entry] of open.slice(0, mostLookedAt).entries()) {
      const score = weigh(entry, row)
      if (score === null) continue
      open.splice(at, 1)
      return [[entry, row, score] as const]
    }
    return []
  })
}

/** Pairs those that have exactly one possible partner, on both sides. */
export function matchUnambiguous(
  pool: Pool,
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  judge: (entry: StoredEntry, row: ObservedRow) => Confidence | null,
  reason: Reason,
): void {
  const amount = (one: StoredEntry | ObservedRow) => `${one.content.amountMinor} ${one.content.currency}`
  const byAmount = groupBy(entries, amount)
  const partners = new Map<StoredEntry, { row: ObservedRow; confidence: Confidence; rivals: number }>()
  const suitors = new Map<ObservedRow, number>()
  for (const row of rows) {
    for (const entry of (byAmount.get(amount(row)) ?? []).slice(0, mostOfAmount)) {
      const confidence = judge(entry, row)
      if (confidence === null) continue
      const first = partners.get(entry)
      if (first) first.rivals++
      else partners.set(entry, { row, confidence, rivals: 0 })
      suitors.set(row, (suitors.get(row) ?? 0) + 1)
    }
  }
  for (const [entry, { row, confidence, rivals }] of partners) {
    if (rivals === 0 && suitors.get(row) === 1) take(pool, entry, row, reason, confidence)
  }
}
