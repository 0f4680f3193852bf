import { z } from 'zod'
import { getTransaction } from '../../../statements/read.ts'
import {
  confidences,
  listRevisions,
  listTellers,
  type RevisionRow,
  tookRow,
  wasOf,
} from '../../../statements/revisions.ts'
import { defineRoute } from '../../define-route.ts'
import { badCursor, page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { date, instant, money } from '../../wire.ts'
import { transactionParams } from './rulings-schema.ts'
import { transaction } from './schema.ts'

const sources = { job: 'sync_job', sta: 'statement', rul: 'ruling' } as const
const sourceKinds = [...Object.values(sources), 'other'] as const

const revision = z
  .object({
    revision: z.int().describe('Counts from 0. Name it to `split`.'),
    reason: z
      .string()
      .describe(
        'Why the transaction was changed: `booked`, `reference`, `same_day_amount`, `moved`, `restated`, `permanent_id`, ' +
          '`content`, `attached`, `reread`, `not_stated`, `merged`, `split`, `undone`, …',
      ),
    confidence: z.enum(confidences).describe('How sure it is that the row was of this transaction.'),
    tookRow: z.boolean().describe('A row was taken for the transaction: `split` can undo it.'),
    source: z
      .object({ kind: z.enum(sourceKinds), id: z.string() })
      .describe('The read, the statement of a file, or the ruling that it came from.'),
    at: instant,
    before: z
      .object({
        state: transaction.shape.state,
        bookingDate: date.nullable(),
        valueDate: date.nullable(),
        amount: money,
        text: z.string().nullable(),
        counterparty: z.object({ name: z.string().nullable(), account: z.string().nullable() }),
        kid: z.string().nullable(),
        endToEndId: z.string().nullable(),
        bankIds: transaction.shape.bankIds,
      })
      .describe('What the transaction was until then.'),
  })
  .meta({ id: 'TransactionRevision' })

function revisionOf(row: RevisionRow): z.output<typeof revision> {
  const { state, content, aliases } = wasOf(row)
  const { bookingDate, valueDate, text, kid, endToEndId, amountMinor: minor, currency } = content
  const kind = sources[row.sourceId.slice(0, 3) as keyof typeof sources] ?? 'other'
  return {
    revision: row.revision,
    reason: row.reason,
    confidence: row.confidence as (typeof confidences)[number],
    tookRow: tookRow(row),
    source: { kind, id: row.sourceId },
    at: row.at,
    before: {
      ...{ state, bookingDate, valueDate, text, kid, endToEndId },
      amount: { minor, currency },
      counterparty: { name: content.counterpartyName, account: content.counterpartyAccount },
      bankIds: aliases.flatMap(({ kind, value }) => (kind.startsWith('told:') ? [] : { kind, value })),
    },
  }
}

export const listTransactionRevisions = defineRoute({
  method: 'GET',
  path: '/v1/transactions/:transactionId/revisions',
  operationId: 'listTransactionRevisions',
  summary: 'List what a transaction was before, and why it was changed',
  description: 'Newest first.',
  tag: 'accounts',
  scope: 'read',
  params: transactionParams,
  query: z.strictObject(pageQuery),
  answer: {
    status: 200,
    schema: page(revision).extend({
      toldBy: z
        .array(z.string())
        .describe('Other routes and formats whose rows are taken for the transaction: `split` can undo it.'),
    }),
  },
  problems: [],
  async handle({ tx, params, query }) {
    const { id } = await getTransaction(tx, params.transactionId)
    const cursor = readCursorOf(id, query.after, 'revision')
    if (cursor && !/^\d{1,9}$/.test(cursor.revision)) throw badCursor()
    const below = cursor === null ? {} : { below: Number(cursor.revision) }
    const rows = await listRevisions(tx, id, { limit: query.limit, ...below })
    const paged = pageOf(rows, query.limit, (row) => [id, String(row.revision)])
    const toldBy = await listTellers(tx, id)
    return { data: paged.data.map(revisionOf), nextCursor: paged.nextCursor, toldBy }
  },
})
