import { addDays } from '../domain/clock.ts'
import type { Anchor, DayTotal } from './proof.ts'

/**
 * A balance less the entries it contains: the same at every true balance of an account whose entries are all there.
 * Two anchors with equal offsets prove what lies between them; unequal ones name what is missing (DESIGN 5.3).
 * `stale`: rows have come in behind it since it was stated, so that it may be of another ledger.
 */
export type Placed = Anchor & { readonly offset: bigint; readonly stale: boolean }
type Verdict = 'proven' | 'gap' | 'unknown'
export type Segment = {
  readonly from: Placed
  readonly to: Placed
  readonly verdict: Verdict
  /** Where the days begin that are proven only together; null: those between the two anchors are by themselves. */
  readonly since: Placed | null
}
export type Walk = {
  readonly segments: readonly Segment[]
  /** The anchors that were not passed over, in the order of time. */
  readonly anchors: readonly Placed[]
}
type Ledger = {
  readonly days: readonly DayTotal[]
  readonly beforeMinor: bigint
  readonly reopenedBefore?: Date | null
}

export function inTime(a: Anchor, b: Anchor): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  if (a.kind !== b.kind) return a.kind === 'interim' ? -1 : 1
  return a.readAt.getTime() - b.readAt.getTime()
}

/** Gives each anchor its offset; anchors outside the days cannot be placed and fall away. */
export function place(ledger: Ledger, anchors: readonly Anchor[]): Placed[] {
  const first = ledger.days[0]?.date
  if (first === undefined) return []
  const before = addDays(first, -1)
  const sums = new Map([[before, ledger.beforeMinor]])
  let latest = ledger.reopenedBefore?.getTime() ?? Number.NEGATIVE_INFINITY
  const reopened = new Map([[before, latest]])
  let sum = ledger.beforeMinor
  for (const day of ledger.days) {
    sum += day.sumMinor
    latest = Math.max(latest, day.reopenedAt?.getTime() ?? latest)
    sums.set(day.date, sum)
    reopened.set(day.date, latest)
  }
  const placed = anchors.flatMap((anchor) => {
    const contained = anchor.bookedSumMinor ?? sums.get(anchor.date)
    const changed = reopened.get(anchor.date)
    if (contained === undefined || changed === undefined) return []
    const stale = anchor.strayed === true || changed > anchor.readAt.getTime()
    return [{ ...anchor, offset: anchor.amountMinor - contained, stale }]
  })
  return unite(placed.sort(inTime))
}

/** Several sources that state the same balance are one anchor, better supported. */
function unite(anchors: readonly Placed[]): Placed[] {
  const united: Placed[] = []
  const places = new Map<string, number>()
  for (const anchor of anchors) {
    const key = `${anchor.date} ${anchor.amountMinor}`
    const i = anchor.kind === 'close' ? places.get(key) : undefined
    const twin = i === undefined ? undefined : united[i]
    if (i === undefined || !twin) {
      if (anchor.kind === 'close') places.set(key, united.length)
      united.push(anchor)
    } else {
      const sources = [...new Set([...twin.sources, ...anchor.sources])]
      united[i] = { ...twin, sources, stale: twin.stale && anchor.stale }
    }
  }
  return united
}

/**
 * From anchor to anchor. One that contradicts its forerunner, and was stated before rows came in behind it, is passed
 * over: the bank said it of another ledger. Where all so far were such, a later one that contradicts them shows no gap.
 */
export function walk(placed: readonly Placed[]): Walk {
  const segments: Segment[] = []
  const runs: Placed[][] = []
  let last: Placed | undefined
  let sound = false
  for (const anchor of placed) {
    const equal = anchor.offset === last?.offset
    if (last && !equal && anchor.stale) continue
    if (last && !equal)
      segments.push({ from: last, to: anchor, verdict: sound ? 'gap' : 'unknown', since: null })
    if (equal) runs.at(-1)?.push(anchor)
    else runs.push([anchor])
    sound = (sound && equal) || !anchor.stale
    last = anchor
  }
  const proven = runs.flatMap(proveRun)
  const anchors = runs.flat()
  const order = new Map(anchors.map((anchor, i) => [anchor, i]))
  const all = [...segments, ...proven].sort((a, b) => (order.get(a.from) ?? 0) - (order.get(b.from) ?? 0))
  return { segments: all, anchors }
}

/**
 * Anchors that agree, one after another: proven where two sources stand behind them. Those of one statement prove what
 * lies between them together with the days up to another's, and nothing where there is none.
 */
function proveRun(run: readonly Placed[]): Segment[] {
  const backed = support(run)
  const names = backed.map((sources) => (sources.size === 1 ? [...sources][0] : undefined))
  return run.slice(1).map((to, i) => {
    const from = run[i] ?? to
    const only = names[i]
    if (only === undefined || only !== names[i + 1]) return { from, to, verdict: 'proven', since: null }
    const before = names.slice(0, i).findLastIndex((name) => name !== only)
    const other = before >= 0 || names.slice(i + 2).some((name) => name !== only)
    return { from, to, verdict: other ? 'proven' : 'unknown', since: other ? (run[before] ?? from) : null }
  })
}

/** Who says of each balance that it is so: those that state it, also on other days between which nothing has moved. */
function support(run: readonly Placed[]): ReadonlySet<string>[] {
  const backed: Set<string>[] = []
  for (const [i, anchor] of run.entries()) {
    const still = i > 0 && run[i - 1]?.amountMinor === anchor.amountMinor
    const sources = (still && backed[i - 1]) || new Set<string>()
    for (const source of anchor.sources) sources.add(source)
    backed.push(sources)
  }
  return backed
}

/** Balances after rows as anchors: the end of each day with a chain, and of the days without rows behind it. */
export function chainAnchors(days: readonly DayTotal[]): Anchor[] {
  const anchors: Anchor[] = []
  let standing: bigint | undefined
  for (const day of days) {
    if (day.chain) standing = day.chain.closingMinor
    else if (day.entries > 0) standing = undefined
    if (standing !== undefined) {
      anchors.push({
        kind: 'close',
        date: day.date,
        amountMinor: standing,
        sources: [`rows of ${day.date}`],
        readAt: new Date(8.64e15),
      })
    }
  }
  return anchors
}

/**
 * Balances after rows between two anchors, where they say what these say: all of them in a span that adds up; in one
 * that does not, at first what the one said and from some day on what the other said. Anything else tells nothing.
 * @param within in the order of time.
 */
export function refine({ from, to, verdict }: Segment, within: readonly Placed[]): readonly Placed[] {
  if (verdict === 'unknown') return []
  const behind = from.kind === 'close' ? addDays(from.date, 1) : from.date
  const inside = within.slice(firstFrom(within, behind), firstFrom(within, to.date))
  if (verdict === 'proven') return inside.filter((one) => one.offset === from.offset)
  const change = inside.findIndex((one) => one.offset !== from.offset)
  const settled = change < 0 || inside.slice(change).every((one) => one.offset === to.offset)
  return settled ? inside : []
}

/** The place of the first anchor of a day or later. */
function firstFrom(anchors: readonly Placed[], date: string): number {
  let low = 0
  let high = anchors.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((anchors[middle]?.date ?? '') < date) low = middle + 1
    else high = middle
  }
  return low
}
