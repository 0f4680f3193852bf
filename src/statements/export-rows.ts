import type { Db } from '../db.ts'
import { behind, cursorOf, type TransactionCursor, type TransactionRow, wholeTransaction } from './read.ts'

/** The account's rows changed while they were being written: what was written so far is not what is there. */
export class ExportOvertaken extends Error {
  override readonly name = 'ExportOvertaken'
  constructor(accountId: string) {
    super(`the transactions of ${accountId} changed while they were exported`)
  }
}

export type ExportedRows = {
  readonly accountId: string
  /** Place of the account's last change when the export began. */
  readonly changeSeq: bigint
  readonly currency?: string
  /** Booking dates, both included. */
  readonly from?: string
  readonly to?: string
}

const rowsAtOnce = 200

/**
 * Booked transactions in order of booking date and id, page by page. Each page is a short transaction of its own, so that a
 * slow reader holds none open; that all of them show one and the same state is seen by the account's last change.
 * @throws ExportOvertaken where it is another than at the beginning.
 */
export async function* exportedRows(
  db: Db,
  clientId: string,
  asked: ExportedRows,
): AsyncGenerator<readonly TransactionRow[]> {
  let after: TransactionCursor | undefined
  for (;;) {
    const rows = await db.forClient(clientId, async (tx) => {
      const found = await tx.prisma.entry.findMany({
        where: {
          clientId,
          accountId: asked.accountId,
          state: { in: ['booked', 'reversed'] },
          ...(asked.currency ? { currency: asked.currency } : {}),
          AND: [
            { bookingDate: { gte: asked.from ?? '0000-01-01', lte: asked.to ?? '9999-12-31' } },
            ...(after ? [behind(after)] : []),
          ],
        },
        orderBy: [{ bookingDate: 'asc' }, { id: 'asc' }],
        include: wholeTransaction,
        take: rowsAtOnce,
      })
      const account = await tx.prisma.account.findUnique({
        where: { id: asked.accountId },
        select: { changeSeq: true },
      })
      if (account?.changeSeq !== asked.changeSeq) throw new ExportOvertaken(asked.accountId)
      return found
    })
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (!last || rows.length < rowsAtOnce) return
    after = cursorOf(last)
  }
}
