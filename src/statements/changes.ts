import type { Tx } from '../db.ts'
import { type TransactionRow, wholeTransaction } from './read.ts'

/**
 * Where a reader stands in an account's list of changes. `at`: the last place that was read. `since`: the place up to
 * which everything had been read when the list was last read to its end; what was added behind it may be new.
 */
export type ChangesCursor = { readonly at: bigint; readonly since: bigint }

export type Change = {
  /** `added` may come again where a row changed while the list was being read: take it as what is now. */
  readonly change: 'added' | 'revised' | 'removed'
  readonly transaction: TransactionRow
}

export type Changes = {
  readonly changes: readonly Change[]
  readonly next: ChangesCursor
  /** Whether more stands behind `next` already. */
  readonly more: boolean
}

/**
 * What became of an account's transactions behind a place, in the order of the last change of each: a transaction that
 * changed twice is told once, as it is now. Places are taken under the lock of the account's row, so they become
 * visible in their order, and a reader that goes on from `next` skips nothing, however many write.
 * @param query.takenOver whether rows that the client had from elsewhere are told too.
 */
export async function readChanges(
  tx: Tx,
  accountId: string,
  query: { readonly after: ChangesCursor; readonly limit: number; readonly takenOver: boolean },
): Promise<Changes> {
  const { after, limit, takenOver } = query
  // Before the rows: whatever is committed up to here is among them.
  const account = await tx.prisma.account.findUnique({
    where: { id: accountId },
    select: { changeSeq: true },
  })
  const head = account?.changeSeq ?? 0n
  const { clientId } = tx
  const rows = await tx.prisma.entry.findMany({
    where: { clientId, accountId, changeSeq: { gt: after.at }, ...(takenOver ? {} : { takenOver: false }) },
    orderBy: { changeSeq: 'asc' },
    include: wholeTransaction,
    take: limit + 1,
  })
  const more = rows.length > limit
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)?.changeSeq ?? after.at
  const end = last > head ? last : head
  return {
    changes: shown.map((transaction) => ({ change: changeOf(transaction, after.since), transaction })),
    next: more ? { at: last, since: after.since } : { at: end, since: end },
    more,
  }
}

function changeOf(row: TransactionRow, since: bigint): Change['change'] {
  if (row.state === 'removed') return 'removed'
  return row.addedSeq > since ? 'added' : 'revised'
}
