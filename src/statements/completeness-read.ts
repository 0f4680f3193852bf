import type { Prisma, Tx } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'

/** `cause`: why the day is not proven; null where it is. */
export type AccountDayRow = Prisma.AccountDayGetPayload<object>

/** Days that are proven, or do not add up, only together. */
export type Span = { readonly from: string; readonly to: string; readonly currency: string }
export type Gap = Span & {
  /** What the bank's balances say is missing, minor units: negative where debits are. */
  readonly differenceMinor: bigint
  readonly cause: string
}
export type ProofCounts = Readonly<Record<'open' | 'proven' | 'gap' | 'unprovable', number>>

export type Completeness = {
  /** At most `mostDays` calendar days, from the first of the period on. */
  readonly days: readonly AccountDayRow[]
  /** The first day behind them; null where they are all of the period. */
  readonly nextFrom: string | null
  /** Gaps that touch the period, oldest first, at most `mostGaps`. */
  readonly gaps: readonly Gap[]
  readonly gapCount: number
  readonly spans: readonly Span[]
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

/**
 * Proof of an account day by day within some dates (both included; without them from its first day on), oldest first;
 * every gap by its amount.
 */
export async function completeness(tx: Tx, accountId: string, period: Period = {}): Promise<Completeness> {
  const { firstDay, lastDay, ...whole } = await summary(tx, accountId, period)
  if (firstDay === null || lastDay === null) {
    return { ...whole, firstDay, days: [], nextFrom: null, spans: [], gaps: [], gapCount: 0 }
  }
  const end = addDays(firstDay, mostDays - 1)
  const rows = await tx.prisma.accountDay.findMany({
    where: { clientId: tx.clientId, accountId, date: { gte: firstDay, lte: end < lastDay ? end : lastDay } },
    orderBy: [{ date: 'asc' }, { currency: 'asc' }],
  })
  const today = osloDate(tx.now)
  const days = rows.map((row) => (row.cause === 'today' && row.date < today ? awaitingRead(row) : row))
  const nextFrom = end < lastDay ? addDays(end, 1) : null
  const gaps = await gapsIn(tx, accountId, period)
  return { ...whole, firstDay, days, nextFrom, spans: spansIn(days), ...gaps }
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

/** The last day of a gap names its amount; the gap may have begun long before. */
async function gapsIn(
  tx: Tx,
  accountId: string,
  { from, to }: Period,
): Promise<Pick<Completeness, 'gaps' | 'gapCount'>> {
  const { rows } = await tx.sql.query<{
    from: string
    to: string
    currency: string
    difference: string
    cause: string | null
    total: number
  }>(
    `select coalesce(span_from, date) as "from", date as "to", currency, difference_minor as difference, cause,
        count(*) over ()::int4 as total
       from account_day
      where client_id = $1 and account_id = $2 and proof = 'gap' and difference_minor is not null
        and date >= $3 and coalesce(span_from, date) <= $4
      order by date, currency limit $5`,
    [tx.clientId, accountId, from ?? '0000-01-01', to ?? '9999-12-31', mostGaps],
  )
  const gaps = rows.map(({ difference, total: _total, cause, ...span }) => ({
    ...span,
    differenceMinor: BigInt(difference),
    cause: cause ?? 'unknown',
  }))
  return { gaps, gapCount: rows[0]?.total ?? 0 }
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
