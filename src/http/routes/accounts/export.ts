import { z } from 'zod'
import { type AccountRow, getAccount } from '../../../consent/accounts.ts'
import { osloDate } from '../../../domain/clock.ts'
import { invalidRequest, Problem } from '../../../domain/problems.ts'
import { norwegianCsv, plainCsv } from '../../../protocols/csv.ts'
import { prepareExport, type StatementExport, writeCamt, writeMt940 } from '../../../statements/export.ts'
import { writeCsv } from '../../../statements/export-csv.ts'
import { type Download, defineRoute } from '../../define-route.ts'
import { periodOf } from '../../period.ts'
import { date } from '../../wire.ts'
import { writeJson } from './export-json.ts'
import { balancesUnknown } from './export-refused.ts'
import { accountParams } from './schema.ts'

const formats = {
  json: { mediaType: 'application/json; charset=utf-8', ending: 'json' },
  csv: { mediaType: 'text/csv; charset=utf-8', ending: 'csv' },
  'camt.053': { mediaType: 'application/xml', ending: 'xml' },
  mt940: { mediaType: 'text/plain; charset=us-ascii', ending: 'mt940.txt' },
} as const
type Format = keyof typeof formats

const yesOrNo = z.enum(['true', 'false'])

export const exportAccount = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/export',
  operationId: 'exportAccount',
  summary: 'Export booked transactions as JSON, CSV, camt.053 or MT940',
  description:
    'Booked transactions by booking date, oldest first; without `from` and `to` all there are. `camt.053` (camt.053.001.08) and ' +
    '`mt940` are statements: their balances are those that the bank stated, or that its statements and reads prove. Without `from` or ' +
    '`to` they go as far as balances are known; days whose balances are not, or do not add up, are refused by name. The answer ' +
    'comes in pieces; if the account changes meanwhile the connection is closed before the end: ask again.',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject({
    format: z.enum(Object.keys(formats) as [Format, ...Format[]]).default('json'),
    from: date.optional().describe('First booking date.'),
    to: date.optional().describe('Last booking date.'),
    csvDialect: z
      .enum(['plain', 'norwegian'])
      .optional()
      .describe(
        'Of `csv` only. `plain`, unless said: commas between fields and points in numbers (RFC 4180). `norwegian`: semicolons and decimal commas, as Excel ' +
          'opens them in Norway.',
      ),
    byteOrderMark: yesOrNo
      .optional()
      .describe(
        'Of `csv` only: whether it begins with one, by which Excel knows UTF-8; `norwegian` does unless told not to.',
      ),
  }),
  answer: {
    status: 200,
    downloads: Object.values(formats).map(({ mediaType }) => mediaType.split(';')[0] ?? ''),
  },
  problems: ['state_conflict', 'balances_unknown'],
  async handle({ tx, params, query, caller, ports }) {
    const period = periodOf(query)
    const account = await getAccount(tx, params.accountId)
    const { format } = query
    if (format !== 'csv') refuseUnused(query)
    const { db } = ports
    const named = (
      first: string | undefined,
      last: string | undefined,
      pieces: Download['pieces'],
    ): Download => ({
      mediaType: formats[format].mediaType,
      fileName: `${nameOf(account, first, last)}.${formats[format].ending}`,
      pieces,
    })
    const rows = { accountId: account.id, changeSeq: account.changeSeq, ...period }
    const last = period.to ?? osloDate(tx.now)
    if (format === 'csv') {
      const dialect = query.csvDialect === 'norwegian' ? norwegianCsv : plainCsv
      const byteOrderMark = (query.byteOrderMark ?? String(dialect === norwegianCsv)) === 'true'
      return named(period.from, last, writeCsv(db, caller.clientId, rows, { ...dialect, byteOrderMark }))
    }
    const prepared = await prepareExport(tx, account, period)
    if (format === 'json') {
      return named(period.from, last, writeJson(db, caller.clientId, { account, period, prepared, rows }))
    }
    const statements = statementsOf(account, prepared, period)
    const write = format === 'mt940' ? writeMt940 : writeCamt
    return named(statements[0]?.from, statements.at(-1)?.to, write(db, caller.clientId, prepared))
  },
})

/** @throws Problem `invalid_request` where something was asked for that has no effect. */
function refuseUnused(query: { csvDialect?: unknown; byteOrderMark?: unknown }): void {
  const asked = (['csvDialect', 'byteOrderMark'] as const).filter((name) => query[name] !== undefined)
  if (asked.length === 0) return
  throw invalidRequest(
    asked.map((name) => ({ path: `query.${name}`, message: 'goes with `format=csv` only' })),
  )
}

/** @throws Problem `state_conflict` while it is not certain whose account it is, `balances_unknown` naming the days. */
function statementsOf(
  account: AccountRow,
  prepared: StatementExport,
  period: { from?: string; to?: string },
) {
  if (account.state === 'discovered') {
    throw new Problem('state_conflict', 'The account waits for a person to confirm its owner.')
  }
  const { statements, unwritten } = prepared
  if (unwritten.length > 0 || statements.length === 0) throw balancesUnknown(prepared, period)
  return statements
}

/** An account that is shown masked is named by its id. */
function nameOf(account: AccountRow, from: string | undefined, to: string | undefined): string {
  const number = account.state === 'discovered' ? account.id : account.number.replace(/[^A-Za-z0-9]/g, '')
  return [number, from, to].filter(Boolean).join('_')
}
