import type { Prisma, Tx } from '../db.ts'

export type AccountDayRow = Prisma.AccountDayGetPayload<object>

/** Days that are proven, or do not add up, only together. */
export type Span = { readonly from: string; readonly to: string; readonly currency: string }
export type Gap = Span & {
  /** What the bank's balances say is missing, minor units: negative where debits are. */
  readonly differenceMinor: bigint
  readonly cause: string
}

export type Completeness = {
  readonly days: readonly AccountDayRow[]
  readonly gaps: readonly Gap[]
  readonly spans: readonly Span[]
  readonly counts: Readonly<Record<'open' | 'proven' | 'gap' | 'unprovable', number>>
  /** First day that was judged, and the last day up to which everything is proven from there on. */
  readonly firstDay: string | null
  readonly provenThrough: string | null
}

/** A year and some days at a time. */
const mostDays = 1100

/** Proof of an account day by day within some dates (both included), oldest first; every gap by its amount. */
export async function completeness(
  tx: Tx,
  accountId: string,
  period: { readonly from?: string; readonly to?: string } = {},
): Promise<Completeness> {
  const days = await tx.prisma.accountDay.findMany({
    where: {
      accountId,
      date: { ...(period.from ? { gte: period.from } : {}), ...(period.to ? { lte: period.to } : {}) },
    },
    orderBy: [{ date: 'desc' }, { currency: 'desc' }],
    take: mostDays,
  })
  days.reverse()
  const counts = { open: 0, proven: 0, gap: 0, unprovable: 0 }
  for (const day of days) counts[day.proof as keyof typeof counts]++
  return { days, gaps: gapsIn(days), spans: spansIn(days), counts, ...reach(days) }
}

function gapsIn(days: readonly AccountDayRow[]): Gap[] {
  return days.flatMap(({ date, spanFrom, currency, differenceMinor, cause }) =>
    differenceMinor === null
      ? []
      : [{ from: spanFrom ?? date, to: date, currency, differenceMinor, cause: cause ?? 'unknown' }],
  )
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

/** Days before the first stated balance cannot be proven and are no break. */
function reach(days: readonly AccountDayRow[]): Pick<Completeness, 'firstDay' | 'provenThrough'> {
  let provenThrough: string | null = null
  for (const { date, proof } of days) {
    if (proof === 'proven') provenThrough = date
    else if (provenThrough !== null || proof === 'gap') break
  }
  return { firstDay: days[0]?.date ?? null, provenThrough }
}
