import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import { listStatements } from '../../../statements/read.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { date, id, instant, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const statement = z
  .object({
    id: id('statement'),
    accountId: id('account'),
    fileId: id('file'),
    bankStatementId: z.string().describe("The bank's own id."),
    sequence: z.string().nullable(),
    format: z.string().describe('`camt.052`, `camt.053`, `camt.054`, `mt940`, `mt942` or `nets-ocr`.'),
    detailsOnly: z
      .boolean()
      .describe('It tells more of transactions that are stated elsewhere, and moves no balance.'),
    attached: z
      .int()
      .describe('Of the entries of a statement with details only: how many have found their transaction.'),
    fromDate: date.nullable(),
    toDate: date.nullable(),
    openingBalance: money.nullable(),
    closingBalance: money.nullable(),
    entries: z.int(),
    proven: z
      .boolean()
      .nullable()
      .describe('Opening balance and booked entries add up to the closing balance.'),
    createdAt: instant,
  })
  .meta({ id: 'Statement' })

type Row = Awaited<ReturnType<typeof listStatements>>[number]

function statementOf(row: Row): z.output<typeof statement> {
  const { id, accountId, bankStatementId, sequence, fromDate, toDate, currency, entries, proven, createdAt } =
    row
  const { sourceId: fileId, format, detailsOnly, attached } = row
  const amount = (minor: bigint | null) => (minor === null ? null : { minor, currency })
  return {
    ...{ id, accountId, bankStatementId, sequence, fromDate, toDate, entries, proven, createdAt },
    ...{ fileId, format, detailsOnly, attached },
    openingBalance: amount(row.openingMinor),
    closingBalance: amount(row.closingMinor),
  }
}

export const listAccountStatements = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/statements',
  operationId: 'listAccountStatements',
  summary: 'List the statements of files, newest first',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(statement) },
  problems: [],
  async handle({ tx, params, query }) {
    const { id: account } = await getAccount(tx, params.accountId)
    const rows = await listStatements(tx, account, {
      limit: query.limit,
      after: readCursorOf(account, query.after, 'id'),
    })
    const paged = pageOf(rows, query.limit, (row) => [account, row.id])
    return { data: paged.data.map(statementOf), nextCursor: paged.nextCursor }
  },
})
