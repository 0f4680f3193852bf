import type { Tx } from '../db.ts'
import { addDays, daysBetween, osloDate } from '../domain/clock.ts'
import { appendEvent } from '../events/append.ts'
import { type AnchorRange, loadAnchors, loadCovered, statementAnchors } from './anchors.ts'
import { chainOf, type RowBalance } from './balance-chain.ts'
import { insertRows } from './bulk.ts'
import { type Anchor, type DayProof, type DayTotal, type Proof, proveDays } from './proof.ts'

type Account = { readonly id: string; readonly companyId: string; readonly currency: string }

/** Proof of days further back than this from what was read stands as it is. */
const lookBackDays = 400
/** Days in one judgement: a longer history is judged from its latest days. */
const mostDays = 4000
const daysShown = 100

type DayRow = {
  date: string
  proof: Proof
  openingMinor: bigint | null
  closingMinor: bigint | null
  sumMinor: bigint
  entries: number
  differenceMinor: bigint | null
  cause: string | null
  spanFrom: string | null
  reopenedAt: Date | null
}

/**
 * Judges the account's days anew, from some time before `from` (the first day that was read or has changed) until
 * today, and tells what has become of them: days proven, gaps opened and closed, proven days that rows came in behind.
 * @param change.reopened days that had been read before and whose booked rows have changed.
 */
export async function updateCompleteness(
  tx: Tx,
  account: Account,
  change: { readonly from: string; readonly reopened: readonly string[] },
): Promise<{ proven: number }> {
  let proven = 0
  for (const currency of await currenciesOf(tx, account, change.from)) {
    proven += await updateCurrency(tx, account, currency, change)
  }
  return { proven }
}

/** The account's own currency, and others that its rows are in (accounts of several currencies). */
async function currenciesOf(tx: Tx, account: Account, from: string): Promise<string[]> {
  const { rows } = await tx.sql.query<{ currency: string }>(
    `select distinct currency from entry where client_id = $1 and account_id = $2 and booking_date >= $3
        and state in ('booked', 'reversed')`,
    [tx.clientId, account.id, from],
  )
  return [...new Set([account.currency, ...rows.map((row) => row.currency)])]
    .filter((one) => one !== 'XXX')
    .sort()
}

async function updateCurrency(
  tx: Tx,
  account: Account,
  currency: string,
  change: { readonly from: string; readonly reopened: readonly string[] },
): Promise<number> {
  const today = osloDate(tx.now)
  const back = addDays(change.from, -lookBackDays)
  const floor = addDays(today, -mostDays)
  const range = { accountId: account.id, currency, from: back > floor ? back : floor }
  const known = await loadDays(tx, range)
  const totals = await loadTotals(tx, range, change.from)
  const anchors = await loadAnchors(tx, range)
  const statements = await statementAnchors(tx, range)
  const first = firstDay(range.from, change.from, [...known.keys()], totals, statements.anchors)
  const days = listDays(tx, { first, today, from: change.from, reopened: change.reopened, known, totals })
  const input = {
    days,
    beforeMinor: await sumBefore(tx, range, first),
    anchors: [...anchors, ...statements.anchors],
    covered: await loadCovered(tx, range, statements.periods),
    today,
  }
  const rough = proveDays(input)
  const judged = rough.some((day) => day.spanFrom !== null)
    ? proveDays({ ...input, days: await withChains(tx, range, days, rough) })
    : rough
  await writeDays(
    tx,
    account,
    currency,
    judged,
    known,
    new Map(days.map((day) => [day.date, day.reopenedAt])),
  )
  return tellOfDays(tx, account, currency, { judged, known, reopened: change.reopened })
}

async function loadDays(tx: Tx, range: AnchorRange): Promise<Map<string, DayRow>> {
  const rows = await tx.prisma.accountDay.findMany({
    where: { accountId: range.accountId, currency: range.currency, date: { gte: range.from } },
    orderBy: { date: 'asc' },
  })
  return new Map(rows.map((row) => [row.date, { ...row, proof: row.proof as Proof }]))
}

/** Sums of booked rows by day. Days before `from` have not changed since they were last written. */
async function loadTotals(
  tx: Tx,
  range: AnchorRange,
  from: string,
): Promise<Map<string, { sumMinor: bigint; entries: number }>> {
  const { rows } = await tx.sql.query<{ date: string; sum: string; entries: number }>(
    `select booking_date as date, sum(amount_minor) as sum, count(*)::int4 as entries from entry
      where client_id = $1 and account_id = $2 and currency = $3 and booking_date >= $4
        and state in ('booked', 'reversed') group by booking_date`,
    [tx.clientId, range.accountId, range.currency, from],
  )
  return new Map(rows.map((row) => [row.date, { sumMinor: BigInt(row.sum), entries: row.entries }]))
}

async function sumBefore(tx: Tx, range: AnchorRange, first: string): Promise<bigint> {
  const { rows } = await tx.sql.query<{ sum: string }>(
    `select coalesce(sum(amount_minor), 0) as sum from entry
      where client_id = $1 and account_id = $2 and currency = $3 and state in ('booked', 'reversed')
        and (booking_date < $4 or booking_date is null)`,
    [tx.clientId, range.accountId, range.currency, first],
  )
  return BigInt(rows[0]?.sum ?? 0)
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

function listDays(
  tx: Tx,
  facts: {
    first: string
    today: string
    from: string
    reopened: readonly string[]
    known: ReadonlyMap<string, DayRow>
    totals: ReadonlyMap<string, { sumMinor: bigint; entries: number }>
  },
): DayTotal[] {
  const reopened = new Set(facts.reopened)
  const last = [facts.today, ...facts.totals.keys()].reduce((most, date) => (date > most ? date : most))
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

/** Adds the balances after each row, for days that could be judged only together. */
async function withChains(
  tx: Tx,
  range: AnchorRange,
  days: readonly DayTotal[],
  rough: readonly DayProof[],
): Promise<DayTotal[]> {
  const unsure = rough.filter((day) => day.spanFrom !== null && day.entries > 0).map((day) => day.date)
  const { rows } = await tx.sql.query<{ date: string; amount: string; after: string | null }>(
    `select booking_date as date, amount_minor as amount, balance_after_minor as after from entry
      where client_id = $1 and account_id = $2 and currency = $3 and booking_date = any ($4::text[])
        and state in ('booked', 'reversed')`,
    [tx.clientId, range.accountId, range.currency, unsure],
  )
  const byDay = new Map<string, RowBalance[]>()
  for (const { date, amount, after } of rows) {
    const row = { amountMinor: BigInt(amount), balanceAfterMinor: after === null ? null : BigInt(after) }
    const list = byDay.get(date)
    if (list) list.push(row)
    else byDay.set(date, [row])
  }
  return days.map((day) => {
    const chain = chainOf(byDay.get(day.date) ?? [])
    return chain ? { ...day, chain } : day
  })
}

const dayColumns = [
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['date', 'text'],
  ['currency', 'text'],
  ['proof', 'text'],
  ['opening_minor', 'int8'],
  ['closing_minor', 'int8'],
  ['sum_minor', 'int8'],
  ['entries', 'int4'],
  ['difference_minor', 'int8'],
  ['cause', 'text'],
  ['span_from', 'text'],
  ['reopened_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const

async function writeDays(
  tx: Tx,
  account: Account,
  currency: string,
  judged: readonly DayProof[],
  known: ReadonlyMap<string, DayRow>,
  reopenedAt: ReadonlyMap<string, Date | null>,
): Promise<void> {
  const rows = judged.flatMap((day) => {
    const reopened = reopenedAt.get(day.date) ?? null
    if (isWritten(day, reopened, known.get(day.date))) return []
    return [
      [
        tx.clientId,
        account.companyId,
        account.id,
        day.date,
        currency,
        day.proof,
        day.openingMinor,
        day.closingMinor,
        day.sumMinor,
        day.entries,
        day.differenceMinor,
        day.cause,
        day.spanFrom,
        reopened,
        tx.now,
      ],
    ]
  })
  const changing = dayColumns.slice(5).map(([name]) => `${name} = excluded.${name}`)
  const replace = `on conflict (client_id, account_id, date, currency) do update set ${changing.join(', ')}`
  await insertRows(tx.sql, 'account_day', dayColumns, rows, replace)
}

function isWritten(day: DayProof, reopened: Date | null, row: DayRow | undefined): boolean {
  if (!row || reopened?.getTime() !== row.reopenedAt?.getTime()) return false
  return (Object.keys(day) as (keyof DayProof)[]).every((key) => day[key] === row[key])
}

type Told = {
  readonly judged: readonly DayProof[]
  readonly known: ReadonlyMap<string, DayRow>
  readonly reopened: readonly string[]
}

/** Events for what has changed; answers how many days are newly proven. */
async function tellOfDays(tx: Tx, account: Account, currency: string, told: Told): Promise<number> {
  const { judged, known } = told
  const about = { resourceType: 'account', resourceId: account.id, companyId: account.companyId }
  const facts = { accountId: account.id, currency }
  const reopened = told.reopened.filter((date) => known.get(date)?.proof === 'proven')
  if (reopened.length > 0) {
    const data = {
      ...facts,
      from: reopened[0] ?? null,
      days: reopened.slice(0, daysShown),
      count: reopened.length,
    }
    await appendEvent(tx, { type: 'account.day_reopened', ...about, data })
  }
  const gaps = judged.filter((day) => day.differenceMinor !== null)
  const now = new Map(judged.map((day) => [day.date, day]))
  for (const old of known.values()) {
    if (old.differenceMinor === null || now.get(old.date)?.differenceMinor === old.differenceMinor) continue
    await appendEvent(tx, { type: 'account.gap_closed', ...about, data: { ...facts, ...gapData(old) } })
  }
  for (const gap of gaps) {
    if (known.get(gap.date)?.differenceMinor === gap.differenceMinor) continue
    await appendEvent(tx, { type: 'account.gap_opened', ...about, data: { ...facts, ...gapData(gap) } })
  }
  const proven = judged
    .filter((day) => {
      const old = known.get(day.date)
      return day.proof === 'proven' && (old?.proof !== 'proven' || old.sumMinor !== day.sumMinor)
    })
    .map((day) => day.date)
  if (proven.length > 0) {
    const data = { ...facts, days: proven.slice(-daysShown), count: proven.length }
    await appendEvent(tx, { type: 'account.day_proven', ...about, data })
  }
  return proven.length
}

/** The amount is what the bank's balances say is missing here: negative where debits are. */
function gapData(day: Pick<DayRow, 'date' | 'spanFrom' | 'differenceMinor' | 'cause'>) {
  return {
    from: day.spanFrom ?? day.date,
    to: day.date,
    differenceMinor: String(day.differenceMinor),
    cause: day.cause,
  }
}
