import type { AccountRow } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { BalanceType, StatedBalance, StatementEntry, StatementHead } from '../domain/statement.ts'
import { type IngestResult, ingestWindow } from './ingest.ts'
import type { Route } from './normal.ts'
import { writeObservations } from './observations.ts'

const batchRows = 1000

/** A statement of a file while its rows come in. */
export type OpenStatement = {
  readonly id: string
  readonly fileId: string
  readonly account: AccountRow | null
  readonly format: string
  readonly route: Route
  readonly rows: StatementEntry[]
  page: number
  entries: number
  /** Pending rows: kept as observations, and no transactions. */
  pending: number
  /** Booked rows by currency, minor units. */
  readonly booked: Map<string, bigint>
  firstDay: string | null
  lastDay: string | null
}

/** Formats of one family tell the same movement in the same words. */
const routeOf = (format: string): Route => `file:${format.replace(/[.\d].*$/, '')}`

export function newStatement(
  tx: Tx,
  file: { readonly id: string; readonly format: string },
  account: AccountRow | null,
): OpenStatement {
  return {
    id: newId('statement', tx.now),
    fileId: file.id,
    account,
    format: file.format,
    route: routeOf(file.format),
    rows: [],
    page: 0,
    entries: 0,
    pending: 0,
    booked: new Map(),
    firstDay: null,
    lastDay: null,
  }
}

export async function takeEntry(tx: Tx, open: OpenStatement, entry: StatementEntry): Promise<void> {
  open.entries++
  if (entry.status === 'pending') open.pending++
  if (entry.status === 'booked') {
    const { minor, currency } = entry.amount
    open.booked.set(currency, (open.booked.get(currency) ?? 0n) + minor)
    const day = entry.bookingDate
    if (day && (open.firstDay === null || day < open.firstDay)) open.firstDay = day
    if (day && (open.lastDay === null || day > open.lastDay)) open.lastDay = day
  }
  if (!open.account) return
  open.rows.push(entry)
  if (open.rows.length >= batchRows) await flush(tx, open, open.account)
}

async function flush(tx: Tx, open: OpenStatement, account: AccountRow): Promise<void> {
  const rows = open.rows.splice(0)
  if (rows.length > 0) await writeObservations(tx, account, { id: open.id, page: open.page++ }, rows)
}

/**
 * The statement is whole: its head is kept, its rows are ingested. Rows of the same days that are not in it stay: a
 * file shows what was booked, never that something was not (banks issue several statements of one day).
 */
export async function endStatement(
  tx: Tx,
  open: OpenStatement,
  account: AccountRow,
  head: StatementHead,
): Promise<IngestResult> {
  await flush(tx, open, account)
  const facts = headFacts(head, account.currency, open)
  await tx.prisma.statement.create({
    data: {
      id: open.id,
      clientId: tx.clientId,
      companyId: account.companyId,
      accountId: account.id,
      sourceId: open.fileId,
      bankStatementId: head.id,
      sequence: head.sequence ?? null,
      route: open.route,
      format: open.format,
      fromDate: facts.from,
      toDate: facts.to,
      openingMinor: facts.opening?.amount.minor ?? null,
      closingMinor: facts.closing?.amount.minor ?? null,
      currency: account.currency,
      entries: open.entries,
      proven: provenByItself(open, facts),
      createdAt: tx.now,
    },
  })
  const today = osloDate(tx.now)
  const from = least(facts.from, open.firstDay) ?? today
  return ingestWindow(tx, {
    accountId: account.id,
    sourceId: open.id,
    route: open.route,
    from,
    to: most(facts.to, open.lastDay) ?? from,
    idStability: 'unstable',
    complete: false,
    pending: 'ignore',
    balances: head.balances,
  })
}

const least = (one: string | null, other: string | null) =>
  one && other ? (one < other ? one : other) : (one ?? other)
const most = (one: string | null, other: string | null) =>
  one && other ? (one > other ? one : other) : (one ?? other)

type HeadFacts = {
  /** First and last day whose rows lie between the two balances. */
  readonly from: string | null
  readonly to: string | null
  readonly opening: StatedBalance | undefined
  readonly closing: StatedBalance | undefined
}

/**
 * The days of a statement. Its period may end at the midnight after the last day, so an earlier closing balance counts;
 * an opening balance may carry the date of the evening before.
 */
function headFacts(
  head: StatementHead,
  currency: string,
  rows: { readonly firstDay: string | null; readonly lastDay: string | null },
): HeadFacts {
  const own = head.balances.filter((balance) => balance.amount.currency === currency)
  const opening = firstOf(own, ['openingBooked', 'previouslyClosedBooked'])
  const closing = own.findLast((balance) => balance.type === 'closingBooked')
  const to = least(head.to ?? null, closing?.date ?? null) ?? rows.lastDay
  const from = head.from ?? openingDay(opening?.date ?? null, to, rows.firstDay) ?? rows.firstDay
  return { from: from && to && from > to ? to : from, to, opening, closing }
}

function openingDay(date: string | null, to: string | null, firstDay: string | null): string | null {
  if (date === null || date === to) return date
  return firstDay !== null && firstDay <= date ? date : addDays(date, 1)
}

/** The first balance of the first type that is there: a statement in pages repeats its later ones. */
function firstOf(
  balances: readonly StatedBalance[],
  types: readonly BalanceType[],
): StatedBalance | undefined {
  return types.map((type) => balances.find((balance) => balance.type === type)).find(Boolean)
}

/** Does the statement add up in itself? Null where it does not state both booked balances. */
function provenByItself(open: OpenStatement, { opening, closing }: HeadFacts): boolean | null {
  if (!opening || !closing) return null
  const { currency } = opening.amount
  const elsewhere = [...open.booked.keys()].some((one) => one !== currency)
  return !elsewhere && opening.amount.minor + (open.booked.get(currency) ?? 0n) === closing.amount.minor
}
