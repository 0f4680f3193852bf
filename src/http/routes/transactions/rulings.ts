import { z } from 'zod'
import { getTransaction } from '../../../statements/read.ts'
import { listRulings } from '../../../statements/rule-undo.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { ruling, rulingOf, transactionParams } from './rulings-schema.ts'

export const listTransactionRulings = defineRoute({
  method: 'GET',
  path: '/v1/transactions/:transactionId/rulings',
  operationId: 'listTransactionRulings',
  summary: 'List what was said of a transaction: merged, split, undone',
  description: 'Newest first; those in which it is the other one too.',
  tag: 'accounts',
  scope: 'read',
  params: transactionParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(ruling) },
  problems: [],
  async handle({ tx, params, query }) {
    const { id } = await getTransaction(tx, params.transactionId)
    const cursor = readCursorOf(id, query.after, 'id')
    const rows = await listRulings(tx, id, { limit: query.limit, ...(cursor ? { below: cursor.id } : {}) })
    const paged = pageOf(rows, query.limit, (row) => [id, row.id])
    return { data: paged.data.map(rulingOf), nextCursor: paged.nextCursor }
  },
})
