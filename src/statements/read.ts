import type { Prisma, Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { notFound } from '../domain/problems.ts'
import { type BalanceRow, chooseBalance, dayOf, isClosed } from './balance-choice.ts'

export type TransactionRow = Prisma.EntryGetPayload<{
  include: { entryDetailEntryId: true; entryAliasEntryId: true }
}>

/** Place in a list of transactions: `bookingDate` is `''` for rows that have none yet. */
export type TransactionCursor = { readonly bookingDate: string; readonly id: string }

export type TransactionFilter = {
  readonly limit: number
  readonly after?: TransactionCursor | null
  /** Booking dates, both included; rows without one are then left out. */
  readonly from?: string
  readonly to?: string
  /** Default: all but removed ones. */
  readonly state?: 'pending' | 'booked' | 'reversed' | 'removed'
  readonly takenOver?: boolean
}

/** All that belongs to a transaction. */
export const wholeTransaction = {
  entryDetailEntryId: { orderBy: { position: 'asc' } },
  entryAliasEntryId: {
    where: { kind: { not: { startsWith: 'told:' } } },
    orderBy: [{ kind: 'asc' }, { value: 'asc' }],
  },
} as const satisfies Prisma.EntryInclude

/** The sort values of a transaction, for the next page's cursor. */
export function cursorOf(row: {
  readonly bookingDate: string | null
  readonly id: string
}): TransactionCursor {
  return { bookingDate: row.bookingDate ?? '', id: row.id }
}

/**
 * Transactions of an account, oldest booking date first, then by id (the order in which they came in); pending rows
 * without a date stand last. Answers one more than `limit` where there are more. New rows never push others to
 * another place, so a reader who goes on from a cursor misses none that stood behind it; what is added or revised before
 * it is told by the events.
 */
export async function listTransactions(
  tx: Tx,
  accountId: string,
  filter: TransactionFilter,
): Promise<TransactionRow[]> {
  const { after, from, to, limit } = filter
  const common: Prisma.EntryWhereInput = {
    accountId,
    state: filter.state ?? { not: 'removed' },
    ...(filter.takenOver === undefined ? {} : { takenOver: filter.takenOver }),
  }
  const take = limit + 1
  const period = { ...(from ? { gte: from } : {}), ...(to ? { lte: to } : {}) }
  const dated =
    after?.bookingDate === ''
      ? []
      : await tx.prisma.entry.findMany({
          where: {
            ...common,
            bookingDate: { not: null, ...period },
            ...(after ? { AND: [behind(after)] } : {}),
          },
          orderBy: [{ bookingDate: 'asc' }, { id: 'asc' }],
          include: wholeTransaction,
          take,
        })
  if (dated.length === take || from || to) return dated
  const undated = await tx.prisma.entry.findMany({
    where: { ...common, bookingDate: null, ...(after?.bookingDate === '' ? { id: { gt: after.id } } : {}) },
    orderBy: { id: 'asc' },
    include: wholeTransaction,
    take: take - dated.length,
  })
  return [...dated, ...undated]
}

/** The first condition bounds the index; the second is the exact place. */
function behind({ bookingDate, id }: TransactionCursor): Prisma.EntryWhereInput {
  return {
    bookingDate: { gte: bookingDate },
    OR: [{ bookingDate: { gt: bookingDate } }, { bookingDate, id: { gt: id } }],
  }
}

/** @throws Problem `not_found`. */
export async function getTransaction(tx: Tx, id: string): Promise<TransactionRow> {
  const row = await tx.prisma.entry.findUnique({ where: { id }, include: wholeTransaction })
  if (!row) throw notFound('transaction', id)
  return row
}

export type Balances = {
  /** The latest of each type and currency, as stated. */
  readonly balances: readonly BalanceRow[]
  /** The one to show where there is room for one; null when the bank has stated none. */
  readonly balance: BalanceRow | null
  /** Transactions were read, or are booked, after `balance` was stated. */
  readonly olderThanTransactions: boolean
}

/** Balances that were stated so long before the last ones are history. */
const remembered = '400 days'

/** Balances that a bank stated last; nothing is computed. Of those of days to come, the nearest. */
export async function listBalances(tx: Tx, accountId: string): Promise<Balances> {
  const latest = await tx.sql.query<{ id: string }>(
    `with newest as (
       select max(read_at) as at from balance where client_id = $1 and account_id = $2
     ), b as (
       select *, to_char(read_at at time zone 'Europe/Oslo', 'YYYY-MM-DD') as read_on from balance
        where client_id = $1 and account_id = $2 and read_at >= (select at from newest) - $3::interval
     )
     select distinct on (type, code, currency) id from b
      order by type, code, currency, least(coalesce(date, read_on), read_on) desc, read_at desc, date, id desc`,
    [tx.clientId, accountId, remembered],
  )
  const balances = await tx.prisma.balance.findMany({
    where: { clientId: tx.clientId, id: { in: latest.rows.map((row) => row.id) } },
    orderBy: [{ type: 'asc' }, { code: 'asc' }, { currency: 'asc' }],
  })
  const account = await tx.prisma.account.findUnique({ where: { id: accountId } })
  const balance = chooseBalance(balances, account?.currency ?? null)
  const olderThanTransactions =
    balance !== null && (await isOutdated(tx, balance, account?.lastSyncAt ?? null))
  return { balances, balance, olderThanTransactions }
}

/** A balance of a day's end or beginning stands until rows of a later day are booked, any other one until rows are read again. */
async function isOutdated(tx: Tx, balance: BalanceRow, lastSyncAt: Date | null): Promise<boolean> {
  const { clientId } = tx
  const { accountId, currency, sourceId, readAt } = balance
  const opens = balance.type === 'openingBooked'
  if (isClosed(balance) || opens) {
    const evening = opens ? addDays(dayOf(balance), -1) : dayOf(balance)
    const later = { bookingDate: { gt: evening }, state: { in: ['booked', 'reversed'] } }
    const found = await tx.prisma.entry.findFirst({
      where: { clientId, accountId, currency, ...later },
      select: { id: true },
    })
    return found !== null
  }
  if (lastSyncAt !== null && lastSyncAt > readAt) return true
  // Read before the rows, and not again after them.
  const early = { clientId, accountId, id: sourceId, balancesRead: false }
  return (await tx.prisma.syncJob.count({ where: early })) > 0
}

type Page<Cursor> = { readonly limit: number; readonly after?: Cursor | null }

/** Statements of files, newest first. Answers one more than `limit` where there are more. */
export function listStatements(tx: Tx, accountId: string, { limit, after }: Page<{ id: string }>) {
  return tx.prisma.statement.findMany({
    where: { accountId, ...(after ? { id: { lt: after.id } } : {}) },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
}

/** Reads of an account, newest first. Answers one more than `limit` where there are more. */
export function listSyncJobs(tx: Tx, accountId: string, { limit, after }: Page<{ id: string }>) {
  return tx.prisma.syncJob.findMany({
    where: { accountId, ...(after ? { id: { lt: after.id } } : {}) },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
}
