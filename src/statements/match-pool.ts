import type { Confidence, Reason, ReconcileOptions, StoredEntry } from './identity.ts'
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

/** Groups in which every entry is weighed against every row; above it they are paired in order. */
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
  weigh: Weigh,
): [StoredEntry, ObservedRow, number][] {
  return rows.slice(0, entries.length).flatMap((row, i) => {
    const entry = entries[i]
    const score = entry ? weigh(entry, row) : null
    return entry && score !== null ? [[entry, row, score] as [StoredEntry, ObservedRow, number]] : []
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
  const partners = new Map<StoredEntry, { row: ObservedRow; confidence: Confidence }[]>()
  const suitors = new Map<ObservedRow, number>()
  for (const row of rows) {
    for (const entry of (byAmount.get(amount(row)) ?? []).slice(0, mostOfAmount)) {
      const confidence = judge(entry, row)
      if (confidence === null) continue
      partners.set(entry, [...(partners.get(entry) ?? []), { row, confidence }])
      suitors.set(row, (suitors.get(row) ?? 0) + 1)
    }
  }
  for (const [entry, [found, another]] of partners) {
    if (found && !another && suitors.get(found.row) === 1) {
      take(pool, entry, found.row, reason, found.confidence)
    }
  }
}
