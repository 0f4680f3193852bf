import type { Db } from '../db.ts'
import { cursorOf, type TransactionCursor, type TransactionRow } from './read.ts'
import { bookedTransactions } from './transaction-rows.ts'

/** The account's rows changed while they were being written: what was written so far is not what is there. */
class ExportOvertaken extends Error {
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

const rowsAtOnce = 500

/**
 * Booked transactions in order of booking date and id, page by page. Each page is a short transaction of its own, so that a
 * slow reader holds none open; that all of them show one and the same state is seen by the account's last change.
 * @throws ExportOvertaken where it is another than at the beginning.
 */
export async function* exportedRows(
  db: Db,
  clientId: string,
  { changeSeq, ...asked }: ExportedRows,
): AsyncGenerator<readonly TransactionRow[]> {
  let after: TransactionCursor | undefined
  for (;;) {
    const from = after
    const rows = await db.forClient(clientId, async (tx) => {
      const found = await bookedTransactions(tx, {
        ...asked,
        limit: rowsAtOnce,
        ...(from ? { after: from } : {}),
      })
      const account = await tx.sql.query<{ change_seq: string }>(
        'select change_seq from account where client_id = $1 and id = $2',
        [clientId, asked.accountId],
      )
      if (account.rows[0]?.change_seq !== String(changeSeq)) throw new ExportOvertaken(asked.accountId)
      return found
    })
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (!last || rows.length < rowsAtOnce) return
    after = cursorOf(last)
  }
}
