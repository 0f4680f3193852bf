import { addDays } from '../domain/clock.ts'
import type { GapCause } from './gap-causes.ts'
import {
  chainAnchors,
  inTime,
  type Placed,
  place,
  refine,
  type Segment,
  type Walk,
  walk,
} from './proof-offsets.ts'
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
  /** Rows that lie elsewhere by their date were already, or not yet, in it: it may say what no sum by days says. */
  readonly strayed?: boolean
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

/** What the balances and the days that were read say of a gap by themselves; what else may have caused it: `gap-causes.ts`. */
export type GapShape =
  | 'missing_credit'
  | 'missing_debit'
  /** Two statements state the same evening's balance differently. */
  | 'balances_disagree'
  /** No source ever stated the rows of some of these days. */
  | 'not_read'

/** Days between two balances that do not add up. Two gaps share the day in which a balance of the moment was read. */
export type Gap = {
  readonly from: string
  readonly to: string
  /** What the bank's balances say is missing, minor units: negative where debits are. */
  readonly differenceMinor: bigint
  readonly shape: GapShape
}

export type DayProof = {
  readonly date: string
  readonly proof: Proof
  readonly openingMinor: bigint | null
  readonly closingMinor: bigint | null
  readonly sumMinor: bigint
  readonly entries: number
  /** On the last day of a gap, or of several: what the bank's balances say is missing (negative: debits). */
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
  /** When rows before these days last changed. */
  readonly reopenedBefore?: Date | null
}

export type Judgement = {
  readonly days: readonly DayProof[]
  /** In the order of time, without those of today and later. */
  readonly gaps: readonly Gap[]
  /** The first of these days depend on what was stated before them: a balance among them is of another ledger. */
  readonly unsure: boolean
}

/** Judges every day from stated balances alone. A balance after each row only tells apart the days within a span. */
export function judgeDays(input: ProofInput): Judgement {
  const anchors = place(input, input.anchors)
  const outer = walk(anchors)
  const within = place(input, chainAnchors(input.days))
  const inner = outer.segments.flatMap((segment) => refine(segment, within))
  const stated = inner.length > 0 ? [...anchors, ...inner].sort(inTime) : anchors
  const refined = inner.length > 0 ? walk(stated) : outer
  const gaps = gapsOf(refined.segments, input)
  const unsure = outer.segments.some(
    ({ verdict, from, to }) => verdict === 'unknown' && from.offset !== to.offset,
  )
  return { days: judge(input, refined, stated, gaps), gaps, unsure }
}

/** `judgeDays`, the days alone. */
export const proveDays = (input: ProofInput) => judgeDays(input).days

function judge(
  input: ProofInput,
  { segments, anchors }: Walk,
  stated: readonly Placed[],
  gaps: readonly Gap[],
): DayProof[] {
  const evenings = Map.groupBy(
    anchors.filter((one) => one.kind === 'close'),
    (one) => one.date,
  )
  // Where an evening was stated differently, a proven day shows what proves it.
  const evening = (date: string, offset: bigint | undefined) => {
    const all = evenings.get(date) ?? []
    return (all.findLast((one) => one.offset === offset) ?? all.at(-1))?.amountMinor ?? null
  }
  const rest = restReasons(segments, stated)
  const byDay = spread(segments, gaps)
  return input.days.map((day) => {
    const { date, sumMinor, entries } = day
    const { offset, ...found } = byDay.get(date) ?? {}
    const stated = {
      openingMinor: evening(addDays(date, -1), offset),
      closingMinor: evening(date, offset),
    }
    const nothing = { differenceMinor: null, spanFrom: null }
    const facts = { date, ...stated, sumMinor, entries }
    if (date >= input.today) return { ...facts, ...nothing, proof: 'open', cause: 'today' }
    return isJudged(found)
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

/** `offset`: of the balances that prove it. */
type Judged = Pick<DayProof, 'proof' | 'differenceMinor' | 'cause' | 'spanFrom'> & {
  readonly offset?: bigint
}

const isJudged = (found: Partial<Judged>): found is Judged => found.proof !== undefined

/** What the segments say of the days they touch. A gap wins over a proof on the day that both touch. */
function spread(segments: readonly Segment[], gaps: readonly Gap[]): Map<string, Judged> {
  const days = new Map<string, Judged>()
  for (const [i, segment] of segments.entries()) {
    if (segment.verdict === 'proven') spreadProof(days, segment, spanBehind(segments, i))
  }
  for (const gap of gaps) spreadGap(days, gap)
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

function spreadProof(days: Map<string, Judged>, { from, to, since }: Segment, behind: string | null): void {
  const nothing = { proof: 'proven', differenceMinor: null, cause: null, offset: from.offset } as const
  // The evening of the same day ends it as well as what was stated later.
  const alone = behind === from.date && to.date === from.date
  if (behind !== null && (from.date < to.date || to.kind === 'close')) {
    days.set(from.date, { ...nothing, spanFrom: alone ? null : behind })
  }
  const first = addDays(from.date, 1)
  const last = to.kind === 'close' ? to.date : addDays(to.date, -1)
  const single = since === null && from.kind === 'close' && to.kind === 'close' && first === last
  const spanFrom = single ? null : firstDayAfter(since ?? from)
  for (let date = first; date <= last; date = addDays(date, 1)) days.set(date, { ...nothing, spanFrom })
}

function spreadGap(days: Map<string, Judged>, { from, to, differenceMinor, shape }: Gap): void {
  const spanFrom = from === to ? null : from
  for (let date = from; date <= to; date = addDays(date, 1)) {
    const other = days.get(date)?.differenceMinor ?? null
    const here = date === to ? differenceMinor + (other ?? 0n) : other
    days.set(date, { proof: 'gap', differenceMinor: here, cause: shape, spanFrom })
  }
}

function gapsOf(segments: readonly Segment[], input: ProofInput): Gap[] {
  const yesterday = addDays(input.today, -1)
  return segments.flatMap((segment) => {
    if (segment.verdict !== 'gap') return []
    const { from, to } = segment
    const differenceMinor = to.offset - from.offset
    const first = firstDayAfter(from)
    // Two statements that disagree about one and the same evening: the day that begins with it has the gap.
    const disagree = from.kind === 'close' && to.kind === 'close' && from.date === to.date
    const last = disagree ? first : to.date < input.today ? to.date : yesterday
    if (first > last || last > yesterday) return []
    const shape = disagree ? 'balances_disagree' : shapeOf(differenceMinor, first, last, input)
    return [{ from: first, to: last, differenceMinor, shape }]
  })
}

function shapeOf(differenceMinor: bigint, first: string, last: string, { covered }: ProofInput): GapShape {
  for (let date = first; covered && date <= last; date = addDays(date, 1)) {
    if (!covered(date)) return 'not_read'
  }
  return differenceMinor > 0n ? 'missing_credit' : 'missing_debit'
}
