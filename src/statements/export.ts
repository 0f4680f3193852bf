import type { AccountRow } from '../consent/accounts.ts'
import type { Db, Tx } from '../db.ts'
import {
  camtEnd,
  camtStatementEnd,
  writeCamtStart,
  writeCamtStatementStart,
} from '../protocols/iso20022/camt053-write.ts'
import { writeCamtEntry } from '../protocols/iso20022/camt053-write-entry.ts'
import { mtLines, writeMtStatementEnd, writeMtStatementStart } from '../protocols/mt940/write.ts'
import { writeMtEntry } from '../protocols/mt940/write-entry.ts'
import type { WrittenStatement } from '../protocols/written-statement.ts'
import { loadEvenings } from './evenings.ts'
import { entryOf } from './export-entry.ts'
import { planStatements, type Unwritten } from './export-plan.ts'
import { exportedRows } from './export-rows.ts'
import type { TransactionRow } from './read.ts'

export type ExportPeriod = { readonly from?: string; readonly to?: string }

/** What an account's days are written as: looked at once, before the first byte. */
export type StatementExport = {
  readonly accountId: string
  readonly changeSeq: bigint
  readonly createdAt: Date
  /** By currency, then by day. */
  readonly statements: readonly WrittenStatement[]
  readonly unwritten: readonly Unwritten[]
}

/**
 * Which statements the days of a period make, with balances that the bank stated or that the proof says (docs/decisions). Other
 * currencies than the account's own are looked at where they have rows in the period.
 */
export async function prepareExport(
  tx: Tx,
  account: AccountRow,
  period: ExportPeriod,
): Promise<StatementExport> {
  const statements: WrittenStatement[] = []
  const unwritten: Unwritten[] = []
  const of = { number: account.number, ...(account.name ? { name: account.name } : {}) }
  for (const evenings of await loadEvenings(tx, account.id, account.currency)) {
    const moves = evenings.movements.some(
      ({ date }) => date >= (period.from ?? '') && date <= (period.to ?? '9999'),
    )
    if (!moves && evenings.currency !== account.currency) continue
    const plan = planStatements(evenings, period)
    statements.push(
      ...plan.units.map((unit) => ({
        ...unit,
        account: account.ownerName ? { ...of, owner: account.ownerName } : of,
      })),
    )
    unwritten.push(...plan.unwritten)
  }
  return { accountId: account.id, changeSeq: account.changeSeq, createdAt: tx.now, statements, unwritten }
}

type Format = {
  start(): string
  statement(statement: WrittenStatement): string
  row(row: TransactionRow): string
  statementEnd(statement: WrittenStatement): string
  end(): string
}

/** The statements as one camt.053.001.08, valid against its schema, in pieces. */
export function writeCamt(db: Db, clientId: string, prepared: StatementExport): AsyncGenerator<string> {
  const createdAt = prepared.createdAt.toISOString()
  return write(db, clientId, prepared, {
    start: () => writeCamtStart({ id: `KB-${createdAt.replace(/\D/g, '')}`, createdAt }),
    statement: (statement) => writeCamtStatementStart(statement, createdAt),
    row: (row) => `${writeCamtEntry(entryOf(row))}\n`,
    statementEnd: () => camtStatementEnd,
    end: () => camtEnd,
  })
}

/** The statements as MT940, one after the other, in pieces. */
export function writeMt940(db: Db, clientId: string, prepared: StatementExport): AsyncGenerator<string> {
  return write(db, clientId, prepared, {
    start: () => '',
    statement: (statement) => mtLines(writeMtStatementStart(statement)),
    row: (row) => mtLines(writeMtEntry(entryOf(row))),
    statementEnd: (statement) => mtLines(writeMtStatementEnd(statement)),
    end: () => '',
  })
}

/** Statements and rows are both in the order of their days: each row belongs to the statement that is open or comes next. */
async function* write(
  db: Db,
  clientId: string,
  { accountId, changeSeq, statements }: StatementExport,
  format: Format,
): AsyncGenerator<string> {
  yield format.start()
  const byCurrency = Map.groupBy(statements, (statement) => statement.opening.amount.currency)
  for (const [currency, mine] of byCurrency) {
    const [from, to] = [mine[0]?.from ?? '', mine.at(-1)?.to ?? '']
    let next = 0
    let piece = ''
    const open = () => format.statement(mine[next] as WrittenStatement)
    const close = () => format.statementEnd(mine[next++] as WrittenStatement)
    piece += open()
    for await (const rows of exportedRows(db, clientId, { accountId, changeSeq, currency, from, to })) {
      for (const row of rows) {
        while ((row.bookingDate ?? '') > (mine[next]?.to ?? '9999')) piece += close() + open()
        piece += format.row(row)
      }
      yield piece
      piece = ''
    }
    piece += close()
    while (next < mine.length) piece += open() + close()
    yield piece
  }
  yield format.end()
}
