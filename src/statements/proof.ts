import { addDays } from '../domain/clock.ts'
import { firstDayAfter, type RestReason, restReasons } from './proof-reasons.ts'

/**
 * A booked balance that a bank stated. `close`: at the end of `date` (an opening balance closes the day before).
 * `interim`: at some time of `date`, equal before and after the transactions were read.
 */
export type Anchor = {
  readonly kind: 'close' | 'interim'
  readonly date: string
  readonly amountMinor: bigint
  /** The statements and reads that stated it. */
  readonly sources: readonly string[]
  readonly readAt: Date
  /** Interim: the sum of all booked entries known once that read was in. */
  readonly bookedSumMinor?: bigint
}

/** One calendar day of an account in one currency. */
export type DayTotal = {
  readonly date: string
  /** Sum of the booked entries, minor units. */
  readonly sumMinor: bigint
  readonly entries: number
  /** When rows of this day last changed although it had been read before. */
  readonly reopenedAt: Date | null
  /** Balances at the start and end, where the bank stated one after each row and they form one chain. */
  readonly chain?: { readonly openingMinor: bigint; readonly closingMinor: bigint }
}

export type Proof = 'open' | 'proven' | 'gap' | 'unprovable'

export type GapCause =
  | 'missing_credit'
  | 'missing_debit'
  /** Two statements state the same evening's balance differently. */
  | 'balances_disagree'
  /** No source ever stated the rows of some of these days. */
  | 'not_read'

export type DayProof = {
  readonly date: string
  readonly proof: Proof
  readonly openingMinor: bigint | null
  readonly closingMinor: bigint | null
  readonly sumMinor: bigint
  readonly entries: number
  /** On the last day of a gap: what the bank's balances say is missing (negative: debits). */
  readonly differenceMinor: bigint | null
  /** Why it is not proven; null where it is. */
  readonly cause: GapCause | RestReason | null
  /** First day of the days that are proven, or do not add up, only together. */
  readonly spanFrom: string | null
}

export type ProofInput = {
  /** Every calendar day without a hole, oldest first. */
  readonly days: readonly DayTotal[]
  /** Sum of the booked entries before the first of `days`. */
  readonly beforeMinor: bigint
  readonly anchors: readonly Anchor[]
  /** Was the day part of a read or a statement? Without it, all were. */
  readonly covered?: (date: string) => boolean
  /** The current day and those after it are open: rows may still come. */
  readonly today: string
  /** A day that is known to be proven, though what proves it lies before these days. */
  readonly proven?: string
}

/**
 * A balance less the entries it contains: the same at every true balance of an account whose entries are all there.
 * Two anchors with equal offsets prove what lies between them; unequal ones name what is missing (DESIGN 5.3).
 */
export type Placed = Anchor & { readonly offset: bigint; readonly stale: boolean }
type Verdict = 'proven' | 'gap' | 'unknown'
export type Segment = { readonly from: Placed; readonly to: Placed; readonly verdict: Verdict }

/** Judges every day from stated balances alone. A balance after each row only tells apart the days within a span. */
export function proveDays(input: ProofInput): DayProof[] {
  const anchors = place(input, input.anchors)
  const outer = walk(anchors)
  const within = place(input, chainAnchors(input.days))
  const refined = [...anchors, ...outer.flatMap((segment) => refine(segment, within))].sort(inTime)
  return judge(input, walk(refined), refined)
}

function inTime(a: Anchor, b: Anchor): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  if (a.kind !== b.kind) return a.kind === 'interim' ? -1 : 1
  return a.readAt.getTime() - b.readAt.getTime()
}

/** Gives each anchor its offset; anchors outside the days cannot be placed and fall away. */
function place(input: ProofInput, anchors: readonly Anchor[]): Placed[] {
  const first = input.days[0]?.date
  if (first === undefined) return []
  const sums = new Map([[addDays(first, -1), input.beforeMinor]])
  const reopened = new Map<string, number>()
  let sum = input.beforeMinor
  let latest = Number.NEGATIVE_INFINITY
  for (const day of input.days) {
    sum += day.sumMinor
    latest = Math.max(latest, day.reopenedAt?.getTime() ?? latest)
    sums.set(day.date, sum)
    reopened.set(day.date, latest)
  }
  const placed = anchors.flatMap((anchor) => {
    const contained = anchor.bookedSumMinor ?? sums.get(anchor.date)
    if (contained === undefined) return []
    const stale = (reopened.get(anchor.date) ?? latest) > anchor.readAt.getTime()
    return [{ ...anchor, offset: anchor.amountMinor - contained, stale: reopened.has(anchor.date) && stale }]
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

const separate = (one: Anchor, other: Anchor) =>
  one.sources.some((source) => other.sources.some((another) => another !== source))

/**
 * From anchor to anchor. One that contradicts its forerunner, and was stated before rows came in behind it, is passed
 * over: the bank said it of another ledger.
 */
function walk(anchors: readonly Placed[]): Segment[] {
  const segments: Segment[] = []
  let last: Placed | undefined
  let supported = false
  for (const anchor of anchors) {
    if (!last) {
      last = anchor
      continue
    }
    const equal = anchor.offset === last.offset
    if (!equal && anchor.stale) continue
    const unsupported: boolean = last.stale && !supported
    const verdict = equal ? (separate(last, anchor) ? 'proven' : 'unknown') : unsupported ? 'unknown' : 'gap'
    segments.push({ from: last, to: anchor, verdict })
    supported = equal
    last = anchor
  }
  return segments
}

/** Balances after rows as anchors: the end of each day with a chain, and of the days without rows behind it. */
function chainAnchors(days: readonly DayTotal[]): Anchor[] {
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
 */
function refine({ from, to, verdict }: Segment, within: readonly Placed[]): readonly Placed[] {
  if (verdict === 'unknown') return []
  const inside = within.filter(
    (one) => inTime(from, one) < 0 && one.date < to.date && !isClose(from, one.date),
  )
  if (verdict === 'proven') return inside.filter((one) => one.offset === from.offset)
  const change = inside.findIndex((one) => one.offset !== from.offset)
  const settled = change < 0 || inside.slice(change).every((one) => one.offset === to.offset)
  return settled ? inside : []
}

const isClose = (anchor: Placed, date: string) => anchor.kind === 'close' && anchor.date === date

function judge(input: ProofInput, segments: readonly Segment[], anchors: readonly Placed[]): DayProof[] {
  const closes = new Map(
    anchors.filter((one) => one.kind === 'close').map((one) => [one.date, one.amountMinor]),
  )
  const rest = restReasons(segments, anchors)
  const byDay = spread(segments, input)
  return input.days.map((day) => {
    const { date, sumMinor, entries } = day
    const stated = {
      openingMinor: closes.get(addDays(date, -1)) ?? null,
      closingMinor: closes.get(date) ?? null,
    }
    const nothing = { differenceMinor: null, spanFrom: null }
    const facts = { date, ...stated, sumMinor, entries }
    if (date >= input.today) return { ...facts, ...nothing, proof: 'open', cause: 'today' }
    const found = byDay.get(date)
    return found
      ? { ...facts, ...found, spanFrom: firstProven(byDay, date, found, input.proven) }
      : { ...facts, ...nothing, ...rest(date) }
  })
}

/** A span begins with its first proven day: of the day of a first reading only what came after it is known. */
function firstProven(
  days: ReadonlyMap<string, Judged>,
  date: string,
  found: Judged,
  proven?: string,
): string | null {
  if (found.proof !== 'proven' || found.spanFrom === null) return found.spanFrom
  let from = found.spanFrom
  while (from < date && from !== proven && days.get(from)?.proof !== 'proven') from = addDays(from, 1)
  return from
}

type Judged = Pick<DayProof, 'proof' | 'differenceMinor' | 'cause' | 'spanFrom'>

/** What the segments say of the days they touch. A gap wins over a proof on the day that both touch. */
function spread(segments: readonly Segment[], input: ProofInput): Map<string, Judged> {
  const days = new Map<string, Judged>()
  for (const [i, segment] of segments.entries()) {
    if (segment.verdict === 'proven') spreadProof(days, segment, spanBehind(segments, i))
  }
  for (const segment of segments) if (segment.verdict === 'gap') spreadGap(days, segment, input)
  return days
}

/**
 * The day in which a balance was read is proven when what lies on both sides of the reading is: where the proof of
 * that day begins, if it does. Several readings of one day follow each other.
 */
function spanBehind(segments: readonly Segment[], at: number): string | null {
  const day = segments[at]?.from
  if (day?.kind !== 'interim') return null
  for (let i = at - 1; i >= 0; i--) {
    const before = segments[i]
    if (before?.verdict !== 'proven' || before.to !== segments[i + 1]?.from) return null
    if (before.from.date < day.date) return firstDayAfter(before.from)
  }
  return null
}

function spreadProof(days: Map<string, Judged>, { from, to }: Segment, behind: string | null): void {
  const nothing = { proof: 'proven', differenceMinor: null, cause: null } as const
  if (behind !== null && from.date < to.date) days.set(from.date, { ...nothing, spanFrom: behind })
  const first = addDays(from.date, 1)
  const last = to.kind === 'close' ? to.date : addDays(to.date, -1)
  const single = from.kind === 'close' && to.kind === 'close' && first === last
  const spanFrom = single ? null : firstDayAfter(from)
  for (let date = first; date <= last; date = addDays(date, 1)) days.set(date, { ...nothing, spanFrom })
}

function spreadGap(days: Map<string, Judged>, { from, to }: Segment, input: ProofInput): void {
  const { today } = input
  const differenceMinor = to.offset - from.offset
  const first = firstDayAfter(from)
  // Two statements that disagree about one and the same evening: the day that begins with it has the gap.
  const disagree = from.kind === 'close' && to.kind === 'close' && from.date === to.date
  const yesterday = addDays(today, -1)
  const last = disagree ? first : to.date < today ? to.date : yesterday
  const cause = disagree ? 'balances_disagree' : causeOf(differenceMinor, first, last, input)
  const spanFrom = first === last ? null : first
  for (let date = first; date <= last; date = addDays(date, 1)) {
    const end = date === last
    days.set(date, { proof: 'gap', differenceMinor: end ? differenceMinor : null, cause, spanFrom })
  }
}

function causeOf(differenceMinor: bigint, first: string, last: string, { covered }: ProofInput): GapCause {
  for (let date = first; covered && date <= last; date = addDays(date, 1)) {
    if (!covered(date)) return 'not_read'
  }
  return differenceMinor > 0n ? 'missing_credit' : 'missing_debit'
}
