import type { Prisma, Tx } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'
import type { GapCause } from './gap-causes.ts'
import { missingStatements, type StatementHole } from './sequence-holes.ts'

/** `cause`: why the day is not proven; null where it is. */
export type AccountDayRow = Prisma.AccountDayGetPayload<object>

/** Days that are proven, or do not add up, only together. */
export type Span = { readonly from: string; readonly to: string; readonly currency: string }
export type GapFacts = Span & {
  readonly id: string
  /** What the bank's balances say is missing, minor units: negative where debits are. */
  readonly differenceMinor: bigint
  readonly cause: GapCause
  /** Transactions that may be the cause. */
  readonly suspects: readonly string[]
  readonly openedAt: Date
  readonly closedAt: Date | null
  /** Reads that were made to fill it. */
  readonly backfills: number
}
export type ProofCounts = Readonly<Record<'open' | 'proven' | 'gap' | 'unprovable', number>>

export type Completeness = {
  /** At most `mostDays` calendar days, from the first of the period on. */
  readonly days: readonly AccountDayRow[]
  /** The first day behind them; null where they are all of the period. */
  readonly nextFrom: string | null
  /** Gaps that touch the period, oldest first, at most `mostGaps`. */
  readonly gaps: readonly GapFacts[]
  readonly gapCount: number
  readonly spans: readonly Span[]
  /** Holes in the numbers of the statements that touch the period, oldest first, at most `mostGaps`. */
  readonly missingStatements: readonly StatementHole[]
  /** Days of the whole period, in each currency. */
  readonly counts: ProofCounts
  /** First day that was judged, and the last day up to which everything is proven from there on, in all currencies. */
  readonly firstDay: string | null
  readonly provenThrough: string | null
}

/** Calendar days in one answer: three years. */
export const mostDays = 1100
/** Gaps in one answer; the others are counted. */
export const mostGaps = 500

type Period = { readonly from?: string; readonly to?: string }
/** Which gaps are told of; `open` unless it is said. */
export type GapChoice = 'open' | 'closed' | 'all'

/**
 * Proof of an account day by day within some dates (both included; without them from its first day on), oldest first;
 * every gap by its amount.
 */
export async function completeness(
  tx: Tx,
  accountId: string,
  { gaps: choice = 'open', ...period }: Period & { readonly gaps?: GapChoice } = {},
): Promise<Completeness> {
  const { firstDay, lastDay, ...whole } = await summary(tx, accountId, period)
  if (firstDay === null || lastDay === null) {
    const nothing = { days: [], nextFrom: null, spans: [], gaps: [], gapCount: 0, missingStatements: [] }
    return { ...whole, firstDay, ...nothing }
  }
  const end = addDays(firstDay, mostDays - 1)
  const rows = await tx.prisma.accountDay.findMany({
    where: { clientId: tx.clientId, accountId, date: { gte: firstDay, lte: end < lastDay ? end : lastDay } },
    orderBy: [{ date: 'asc' }, { currency: 'asc' }],
  })
  const today = osloDate(tx.now)
  const days = rows.map((row) => (row.cause === 'today' && row.date < today ? awaitingRead(row) : row))
  const nextFrom = end < lastDay ? addDays(end, 1) : null
  const gaps = await gapsIn(tx, accountId, period, choice)
  const missing = await holesOf(tx, accountId, period)
  return { ...whole, firstDay, days, nextFrom, spans: spansIn(days), ...gaps, missingStatements: missing }
}

/** The day is over by now, and has not been judged since. */
const awaitingRead = (row: AccountDayRow): AccountDayRow => ({ ...row, cause: 'awaiting_read' })

type Summary = Pick<Completeness, 'counts' | 'firstDay' | 'provenThrough'> & { lastDay: string | null }
type SummaryRow = ProofCounts & { first: string; last: string; through: string | null }

/** Days before the first stated balance cannot be proven and are no break. */
async function summary(tx: Tx, accountId: string, { from, to }: Period): Promise<Summary> {
  const { rows } = await tx.sql.query<SummaryRow>(
    `with d as (
       select currency, date, proof, min(date) filter (where proof = 'proven') over (partition by currency) as start
         from account_day where client_id = $1 and account_id = $2 and date between $3 and $4
     ), b as (
       select *, min(date) filter (where proof = 'gap' or (proof <> 'proven' and date > start))
                over (partition by currency) as break
         from d
     )
     select min(date) as first, max(date) as last, max(date) filter (where proof = 'proven' and (break is null or date < break)) as through,
        count(*) filter (where proof = 'open')::int4 as open, count(*) filter (where proof = 'proven')::int4 as proven,
        count(*) filter (where proof = 'gap')::int4 as gap, count(*) filter (where proof = 'unprovable')::int4 as unprovable
       from b group by currency`,
    [tx.clientId, accountId, from ?? '0000-01-01', to ?? '9999-12-31'],
  )
  const counts = { open: 0, proven: 0, gap: 0, unprovable: 0 }
  for (const row of rows) for (const proof of proofs) counts[proof] += row[proof]
  const through = rows.map((row) => row.through)
  return {
    counts,
    firstDay: rows.map((row) => row.first).sort()[0] ?? null,
    lastDay:
      rows
        .map((row) => row.last)
        .sort()
        .at(-1) ?? null,
    provenThrough: through.includes(null) ? null : (through.sort()[0] ?? null),
  }
}
const proofs = ['open', 'proven', 'gap', 'unprovable'] as const

async function gapsIn(
  tx: Tx,
  accountId: string,
  { from, to }: Period,
  choice: GapChoice,
): Promise<Pick<Completeness, 'gaps' | 'gapCount'>> {
  const where: Prisma.AccountGapWhereInput = {
    clientId: tx.clientId,
    accountId,
    ...(choice === 'open' ? { closedAt: null } : choice === 'closed' ? { closedAt: { not: null } } : {}),
    ...(from ? { toDate: { gte: from } } : {}),
    ...(to ? { fromDate: { lte: to } } : {}),
  }
  const rows = await tx.prisma.accountGap.findMany({
    where,
    orderBy: [{ toDate: 'asc' }, { currency: 'asc' }, { id: 'asc' }],
    take: mostGaps,
  })
  const gaps = rows.map((row) => ({
    id: row.id,
    currency: row.currency,
    from: row.fromDate,
    to: row.toDate,
    differenceMinor: row.differenceMinor,
    cause: row.cause as GapCause,
    suspects: row.suspects,
    openedAt: row.openedAt,
    closedAt: row.closedAt,
    backfills: row.backfills,
  }))
  const gapCount = rows.length < mostGaps ? rows.length : await tx.prisma.accountGap.count({ where })
  return { gaps, gapCount }
}

async function holesOf(tx: Tx, accountId: string, { from, to }: Period): Promise<StatementHole[]> {
  const holes = await missingStatements(tx, accountId)
  return holes
    .filter((hole) => (from === undefined || hole.to >= from) && (to === undefined || hole.from <= to))
    .slice(0, mostGaps)
}

function spansIn(days: readonly AccountDayRow[]): Span[] {
  const spans = new Map<string, { from: string; to: string; currency: string }>()
  for (const { date, proof, spanFrom, currency } of days) {
    if (proof !== 'proven' || spanFrom === null) continue
    const known = spans.get(`${spanFrom} ${currency}`)
    if (known) known.to = date
    else spans.set(`${spanFrom} ${currency}`, { from: spanFrom, to: date, currency })
  }
  return [...spans.values()]
}
