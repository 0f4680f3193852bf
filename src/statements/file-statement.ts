import type { AccountRow } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { StatementEntry, StatementHead } from '../domain/statement.ts'
import { observationSource } from './attach-waiting.ts'
import { carryOver } from './file-carry.ts'
import { horizonOf, withoutFutureDay } from './file-doubts.ts'
import { headFacts, least, most, provenByItself } from './file-head.ts'
import { type Hand, newHand } from './hand.ts'
import { type IngestResult, ingestWindow } from './ingest.ts'
import type { Route } from './normal.ts'
import { writeObservations } from './observations.ts'
import { restatedBy } from './restated.ts'

const batchRows = 1000

/** A statement of a file while its rows come in. */
export type OpenStatement = {
  readonly id: string
  /** Under which its rows are observed. */
  readonly sourceId: string
  /** The same of the reading before, where the file is read again. */
  readonly before: string | null
  readonly fileId: string
  readonly account: AccountRow | null
  readonly format: string
  readonly route: Route
  readonly rows: StatementEntry[]
  readonly hand: Hand
  page: number
  entries: number
  /** Pending rows: kept as observations, and no transactions. */
  pending: number
  bookedRows: number
  /** Booked too far ahead: kept as observations, and no transactions. */
  future: number
  readonly horizon: string
  /** Of its entries, or balances, some could not be read. */
  unread: boolean
  readonly booked: Map<string, bigint>
  firstDay: string | null
  lastDay: string | null
}

/** Formats of one family tell the same movement in the same words. */
const routeOf = (format: string): Route => `file:${format.replace(/[.\d].*$/, '')}`

/** A statement that begins; `again`: one that an earlier reading of the file had found. */
export function newStatement(
  tx: Tx,
  file: { readonly id: string; readonly format: string },
  account: AccountRow | null,
  again?: { readonly id: string; readonly reading: number },
): OpenStatement {
  const id = again?.id ?? newId('statement', tx.now)
  return {
    id,
    sourceId: observationSource(id, again?.reading ?? 1),
    before: again ? observationSource(id, again.reading - 1) : null,
    fileId: file.id,
    account,
    format: file.format,
    route: routeOf(file.format),
    rows: [],
    hand: newHand(),
    page: 0,
    entries: 0,
    pending: 0,
    bookedRows: 0,
    future: 0,
    horizon: horizonOf(tx.now),
    unread: false,
    booked: new Map(),
    firstDay: null,
    lastDay: null,
  }
}

export async function takeEntry(tx: Tx, open: OpenStatement, stated: StatementEntry): Promise<void> {
  open.entries++
  const entry = withoutFutureDay(stated, open.horizon)
  if (entry !== stated) open.future++
  if (entry.status === 'pending') open.pending++
  if (entry.status === 'booked') {
    open.bookedRows++
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
  if (rows.length > 0)
    await writeObservations(tx, account, { id: open.sourceId, page: open.page++ }, rows, open.hand)
}

/**
 * The statement is whole: its head is kept, its rows are ingested. Rows of the same days that are not in it stay: a
 * file shows what was booked, never that something was not (banks issue several statements of one day).
 * @param judge false: the caller judges the days of all statements of a file at once.
 */
export async function endStatement(
  tx: Tx,
  open: OpenStatement,
  account: AccountRow,
  head: StatementHead,
  judge = true,
): Promise<IngestResult> {
  const facts = await keepStatement(tx, open, account, head)
  const today = osloDate(tx.now)
  const from = least(facts.from, open.firstDay) ?? today
  return ingestWindow(tx, {
    accountId: account.id,
    sourceId: open.sourceId,
    route: open.route,
    from,
    to: most(facts.to, open.lastDay) ?? from,
    idStability: 'unstable',
    complete: false,
    pending: 'ignore',
    restates: facts.proven ? await restatedBy(tx, account.id, open) : new Map(),
    balances: facts.balances,
    hand: open.hand,
    judge,
    first: async (effects) => {
      const { before, sourceId: now, route } = open
      if (before !== null) await carryOver(tx, account, { before, now, route }, effects)
    },
  })
}

/** Writes the rows that are left and the statement's head. */
export async function keepStatement(tx: Tx, open: OpenStatement, account: AccountRow, head: StatementHead) {
  await flush(tx, open, account)
  const facts = headFacts(head, account.currency, open)
  const addsUp = provenByItself(open, facts)
  const proven = addsUp && !open.unread
  const told = {
    sequence: head.sequence ?? null,
    route: open.route,
    format: open.format,
    detailsOnly: head.detailsOnly ?? false,
    fromDate: facts.from,
    toDate: facts.to,
    openingMinor: facts.opening?.amount.minor ?? null,
    closingMinor: facts.closing?.amount.minor ?? null,
    currency: account.currency,
    entries: open.entries,
    proven,
  }
  const key = {
    clientId: tx.clientId,
    accountId: account.id,
    bankStatementId: head.id,
    sourceId: open.fileId,
  }
  await tx.prisma.statement.upsert({
    where: { id: open.id },
    create: {
      ...{ ...key, ...told, id: open.id },
      companyId: account.companyId,
      createdAt: tx.now,
    },
    update: told,
  })
  return { ...facts, proven }
}
