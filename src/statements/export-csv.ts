import type { Db } from '../db.ts'
import { categoryOf } from '../domain/bank-transaction-codes.ts'
import { cleanDescription } from '../domain/description.ts'
import { formatAmount } from '../domain/money.ts'
import { type CsvDialect, type CsvField, csvRecord } from '../protocols/csv.ts'
import { type ExportedRows, exportedRows } from './export-rows.ts'
import type { TransactionRow } from './read.ts'

const text = (value: string | null): CsvField => ({ text: value })
const amount = (minor: bigint | null, currency: string): CsvField => ({
  number: minor === null ? null : formatAmount({ minor, currency }),
})

/** The columns, by the names that the API has for them. */
const columns: Readonly<Record<string, (row: TransactionRow) => CsvField>> = {
  id: (row) => text(row.id),
  bookingDate: (row) => text(row.bookingDate),
  valueDate: (row) => text(row.valueDate),
  amount: (row) => amount(row.amountMinor, row.currency),
  currency: (row) => text(row.currency),
  state: (row) => text(row.state),
  reversal: (row) => text(String(row.reversal)),
  description: (row) => text(cleanDescription(row.text)),
  text: (row) => text(row.text),
  counterpartyName: (row) => text(row.counterpartyName),
  counterpartyAccount: (row) => text(row.counterpartyAccount),
  kid: (row) => text(row.kid),
  endToEndId: (row) => text(row.endToEndId),
  category: (row) => text(categoryOf({ ...row, incoming: row.amountMinor > 0n })),
  bankTransactionCode: (row) => text(row.bankTransactionCode),
  proprietaryCode: (row) => text(row.proprietaryCode),
  balanceAfter: (row) => amount(row.balanceAfterMinor, row.currency),
  payments: (row) => ({ number: String(row.entryDetailEntryId.length) }),
}
const getters = Object.values(columns)

/** One record per booked transaction under a header, in pieces; the payments inside one are only counted. */
export async function* writeCsv(
  db: Db,
  clientId: string,
  rows: ExportedRows,
  dialect: CsvDialect & { readonly byteOrderMark: boolean },
): AsyncGenerator<string> {
  const header = csvRecord(Object.keys(columns).map(text), dialect)
  yield dialect.byteOrderMark ? `\ufeff${header}` : header
  for await (const page of exportedRows(db, clientId, rows)) {
    yield page
      .map((row) =>
        csvRecord(
          getters.map((get) => get(row)),
          dialect,
        ),
      )
      .join('')
  }
}
