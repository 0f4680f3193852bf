import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import { cursorOf, listTransactions } from '../../../statements/read.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { periodOf } from '../../period.ts'
import { date } from '../../wire.ts'
import { transaction, transactionOf } from '../transactions/schema.ts'
import { accountParams } from './schema.ts'

export const listAccountTransactions = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/transactions',
  operationId: 'listAccountTransactions',
  summary: 'List the transactions of an account, by booking date',
  description:
    'Oldest first, those of a day as they were booked as far as the bank tells; pending rows without a date stand last. Removed ones are shown only when asked for by their state. ' +
    'What was added or changed since is told by the events.',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject({
    ...pageQuery,
    from: date.optional().describe('First booking date.'),
    to: date.optional().describe('Last booking date.'),
    state: transaction.shape.state.optional(),
    takenOver: z
      .stringbool({ truthy: ['true'], falsy: ['false'] })
      .optional()
      .describe('`false`: only what is new to you.'),
  }),
  answer: { status: 200, schema: page(transaction) },
  problems: [],
  async handle({ tx, params, query }) {
    const { id: account } = await getAccount(tx, params.accountId)
    const { limit, state, takenOver } = query
    const period = periodOf(query)
    const rows = await listTransactions(tx, account, {
      limit,
      after: readCursorOf(account, query.after, 'bookingDate', 'id'),
      ...period,
      ...(state ? { state } : {}),
      ...(takenOver === undefined ? {} : { takenOver }),
    })
    const paged = pageOf(rows, limit, (row) => {
      const { bookingDate, id } = cursorOf(row)
      return [account, bookingDate, id]
    })
    return { data: paged.data.map(transactionOf), nextCursor: paged.nextCursor }
  },
})
