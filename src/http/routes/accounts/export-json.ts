import { z } from 'zod'
import type { AccountRow } from '../../../consent/accounts.ts'
import type { Db } from '../../../db.ts'
import type { StatementExport } from '../../../statements/export.ts'
import { type ExportedRows, exportedRows } from '../../../statements/export-rows.ts'
import { date, money } from '../../wire.ts'
import { transaction, transactionOf } from '../transactions/schema.ts'
import { accountOf, account as accountShape } from './schema.ts'

const balance = z.object({ amount: money, derived: z.boolean() })
const statement = z.object({
  from: date,
  to: date,
  opening: balance,
  closing: balance,
  entries: z.int(),
})

type Contents = {
  readonly account: AccountRow
  readonly period: { readonly from?: string; readonly to?: string }
  readonly prepared: StatementExport
  readonly rows: ExportedRows
}

/**
 * One JSON object: `account`, `from`, `to` (null: not asked), `statements` (those that a camt.053 of these days would hold),
 * and `transactions` in the shape of the API. In pieces.
 */
export async function* writeJson(
  db: Db,
  clientId: string,
  { account, period, prepared, rows }: Contents,
): AsyncGenerator<string> {
  const head = {
    account: z.encode(accountShape, accountOf(account)),
    from: period.from ?? null,
    to: period.to ?? null,
    statements: z.encode(
      z.array(statement),
      prepared.statements.map(({ from, to, opening, closing, credits, debits }) => {
        return { from, to, opening, closing, entries: credits.entries + debits.entries }
      }),
    ),
  }
  yield `${JSON.stringify(head).slice(0, -1)},"transactions":[`
  let first = true
  for await (const page of exportedRows(db, clientId, rows)) {
    const written = page.map((row) => JSON.stringify(z.encode(transaction, transactionOf(row))))
    yield `${first ? '' : ','}\n${written.join(',\n')}`
    first = false
  }
  yield ']}\n'
}
