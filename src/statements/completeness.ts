import type { Tx } from '../db.ts'
import { addDays, daysBetween, osloDate } from '../domain/clock.ts'
import { type AnchorRange, lastAnchorBefore, loadAnchors, loadCovered, statementAnchors } from './anchors.ts'
import { withChains } from './balance-chain.ts'
import { tellOfDays } from './day-events.ts'
import { type DayRow, loadDays, writeDays } from './day-rows.ts'
import type { GapCause, Named } from './gap-causes.ts'
import { nameCauses } from './gap-evidence.ts'
import { keepGaps } from './gaps.ts'
import { type Anchor, type DayProof, type DayTotal, type Judgement, judgeDays } from './proof.ts'

export type ProofAccount = { readonly id: string; readonly companyId: string; readonly currency: string }

/** What was read is judged from this long before it, and from the last balance before that: proof up to there stands. */
const lookBackDays = 400
/** Where that balance turns out to be of another ledger, so many times as far back. */
const furtherBack = 4
/** Days in one judgement: rows that are older than this (54 years) are not judged. */
const mostDays = 20_000

const oldestDay = (tx: Tx) => addDays(osloDate(tx.now), -mostDays)

type Change = { readonly from: string; readonly reopened: readonly string[] }

/**
 * Judges the account's days anew, from some time before `from` (the first day that was read or has changed) until
 * today, and tells what has become of them: days proven, gaps opened and closed, proven days that rows came in behind.
 * @param change.reopened days that had been read before and whose booked rows have changed.
 */
export async function updateCompleteness(
  tx: Tx,
  account: ProofAccount,
  change: Change,
): Promise<{ proven: number }> {
  const totals = await loadTotals(tx, account.id, change.from)
  let proven = 0
  for (const currency of await currenciesOf(tx, account, [...totals.keys()])) {
    proven += await updateCurrency(tx, account, currency, {
      ...change,
      totals: totals.get(currency) ?? new Map(),
    })
  }
  return { proven }
}

type DaySums = ReadonlyMap<string, { readonly sumMinor: bigint; readonly entries: number }>
/** `totals`: sums of the booked rows of each day from `from` on. Those before have not changed since they were last written. */
type CurrencyChange = Change & { readonly totals: DaySums }

/** The account's own currency, and others that its rows are, or were, in (accounts of several currencies). */
async function currenciesOf(tx: Tx, account: ProofAccount, found: readonly string[]): Promise<string[]> {
  const { rows } = await tx.sql.query<{ currency: string }>(
    'select distinct currency from account_day where client_id = $1 and account_id = $2',
    [tx.clientId, account.id],
  )
  return [...new Set([account.currency, ...found, ...rows.map((row) => row.currency)])]
    .filter((one) => one !== 'XXX')
    .sort()
}

/** By currency, then by day. */
async function loadTotals(tx: Tx, accountId: string, from: string): Promise<ReadonlyMap<string, DaySums>> {
  const { rows } = await tx.sql.query<{ currency: string; date: string; sum: string; entries: number }>(
    `select currency, booking_date as date, sum(amount_minor) as sum, count(*)::int4 as entries from entry
      where client_id = $1 and account_id = $2 and booking_date >= $3
        and state in ('booked', 'reversed') group by currency, booking_date`,
    [tx.clientId, accountId, from],
  )
  const byCurrency = Map.groupBy(rows, (row) => row.currency)
  return new Map(
    [...byCurrency].map(([currency, days]) => [
      currency,
      new Map(days.map((day) => [day.date, { sumMinor: BigInt(day.sum), entries: day.entries }])),
    ]),
  )
}

async function updateCurrency(
  tx: Tx,
  account: ProofAccount,
  currency: string,
  change: CurrencyChange,
): Promise<number> {
  let back = lookBackDays
  let found = await judgeFrom(tx, account, currency, change, back)
  while (found.judgement.unsure && found.base !== null && back < mostDays) {
    back *= furtherBack
    found = await judgeFrom(tx, account, currency, change, back)
  }
  const { judgement, known, standing, days } = found
  const judged = standing ? judgement.days.filter((day) => day.date > standing.date) : judgement.days
  const gaps = await nameCauses(
    tx,
    account,
    currency,
    judgement.gaps.filter((gap) => !standing || gap.to > standing.date),
  )
  const named = withCauses(judged, gaps)
  await writeDays(tx, account, currency, named, known, new Map(days.map((day) => [day.date, day.reopenedAt])))
  const [first] = named
  if (!first) return 0
  const changes = await keepGaps(tx, account, currency, { from: first.date, gaps })
  return tellOfDays(tx, account, currency, { judged: named, known, reopened: change.reopened, gaps: changes })
}

/** The days of a gap have its likely cause; where two meet, the later one's. */
function withCauses(days: readonly DayProof[], gaps: readonly Named[]): DayProof[] {
  const causes = new Map<string, GapCause>()
  for (const { from, to, cause } of gaps) {
    for (let date = from; date <= to; date = addDays(date, 1)) causes.set(date, cause)
  }
  return days.map((day) => (day.proof === 'gap' ? { ...day, cause: causes.get(day.date) ?? day.cause } : day))
}

type Found = {
  readonly judgement: Judgement
  readonly days: readonly DayTotal[]
  readonly known: ReadonlyMap<string, DayRow>
  /** The balance that these days are held against; null: there is none before them. */
  readonly base: string | null
  /** Its day, which stands as it was judged. */
  readonly standing: DayRow | undefined
}

async function judgeFrom(
  tx: Tx,
  account: ProofAccount,
  currency: string,
  change: CurrencyChange,
  lookBack: number,
): Promise<Found> {
  const today = osloDate(tx.now)
  const back = addDays(change.from, -lookBack)
  const floor = oldestDay(tx)
  const asked = { accountId: account.id, currency, from: back > floor ? back : floor }
  const base = await lastAnchorBefore(tx, asked)
  const range = { ...asked, from: base !== null && base > floor ? base : asked.from }
  const known = await loadDays(tx, range)
  const anchors = await loadAnchors(tx, range)
  const statements = await statementAnchors(tx, range)
  const first = firstDay(range.from, change.from, [...known.keys()], change.totals, statements.anchors)
  const { covered, before } = await loadCovered(tx, range, statements.periods)
  const late = lateDays(change, known, before)
  const days = listDays(tx, { ...change, reopened: [...change.reopened, ...late], first, today, known })
  const standing = base === null ? undefined : known.get(base)
  const input = {
    days,
    ...(await judgedBefore(tx, range, first)),
    anchors: [...anchors, ...statements.anchors],
    covered,
    today,
    ...(standing?.proof === 'proven' ? { proven: standing.date } : {}),
  }
  const rough = judgeDays(input)
  const judgement = rough.days.some((day) => day.spanFrom !== null)
    ? judgeDays({ ...input, days: await withChains(tx, range, days, rough.days) })
    : rough
  return { judgement, days, known, base, standing }
}

/**
 * Sum of the booked rows before a day: those of the days as they were last written, and when rows last came in behind one
 * of these. Rows are older than the first of them only where that one is the oldest that was ever judged.
 */
async function judgedBefore(
  tx: Tx,
  range: AnchorRange,
  first: string,
): Promise<{ beforeMinor: bigint; reopenedBefore: Date | null }> {
  const of = [tx.clientId, range.accountId, range.currency]
  const days = await tx.sql.query<{ sum: string; start: string | null; at: Date | null }>(
    `select coalesce(sum(sum_minor), 0) as sum, min(date) as start, max(reopened_at) as at from account_day
      where client_id = $1 and account_id = $2 and currency = $3 and date < $4`,
    [...of, first],
  )
  const { sum = '0', start, at: reopenedBefore = null } = days.rows[0] ?? {}
  if ((start ?? first) > oldestDay(tx)) return { beforeMinor: BigInt(sum), reopenedBefore }
  const earlier = await tx.sql.query<{ sum: string }>(
    `select coalesce(sum(amount_minor), 0) as sum from entry
      where client_id = $1 and account_id = $2 and currency = $3 and state in ('booked', 'reversed')
        and booking_date < $4`,
    [...of, start ?? first],
  )
  return { beforeMinor: BigInt(sum) + BigInt(earlier.rows[0]?.sum ?? 0), reopenedBefore }
}

/** Nothing is said of days before the first that was read, though a bank may list balances of them. */
function firstDay(
  floor: string,
  from: string,
  known: readonly string[],
  totals: ReadonlyMap<string, unknown>,
  anchors: readonly Anchor[],
): string {
  const candidates = [
    from,
    ...known.slice(0, 1),
    ...totals.keys(),
    ...anchors.map((one) => addDays(one.date, 1)),
  ]
  const first = candidates.reduce((least, date) => (date < least ? date : least))
  return first < floor ? floor : first
}

/**
 * Days that a read or a statement had told before, and whose rows are now others, whoever told these: what was stated
 * of them and of later evenings may be of another ledger. Rows that come into a gap were in the balances already.
 */
function lateDays(
  { from, totals }: CurrencyChange,
  known: ReadonlyMap<string, DayRow>,
  before: (date: string) => boolean,
): string[] {
  return [...known.values()]
    .filter(({ date, proof }) => date >= from && proof !== 'gap' && before(date))
    .filter(({ date, sumMinor, entries }) => {
      const now = totals.get(date)
      return (now?.sumMinor ?? 0n) !== sumMinor || (now?.entries ?? 0) !== entries
    })
    .map(({ date }) => date)
}

function listDays(
  tx: Tx,
  facts: {
    first: string
    today: string
    from: string
    reopened: readonly string[]
    known: ReadonlyMap<string, DayRow>
    totals: DaySums
  },
): DayTotal[] {
  const reopened = new Set(facts.reopened)
  const last = [facts.today, ...facts.totals.keys(), ...facts.known.keys()].reduce((most, date) =>
    date > most ? date : most,
  )
  const length = Math.min(daysBetween(facts.first, last) + 1, mostDays + lookBackDays)
  return Array.from({ length }, (_none, i) => {
    const date = addDays(facts.first, i)
    const row = facts.known.get(date)
    const total = date >= facts.from ? facts.totals.get(date) : row
    return {
      date,
      sumMinor: total?.sumMinor ?? 0n,
      entries: total?.entries ?? 0,
      reopenedAt: reopened.has(date) ? tx.now : (row?.reopenedAt ?? null),
    }
  })
}
