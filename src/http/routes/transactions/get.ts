import { z } from 'zod'
import { getTransaction } from '../../../statements/read.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { transaction, transactionOf } from './schema.ts'

export const getTransactionRoute = defineRoute({
  method: 'GET',
  path: '/v1/transactions/:transactionId',
  operationId: 'getTransaction',
  summary: 'Read a transaction',
  tag: 'accounts',
  scope: 'read',
  params: z.object({ transactionId: id('transaction') }),
  answer: { status: 200, schema: transaction },
  problems: [],
  async handle({ tx, params }) {
    return transactionOf(await getTransaction(tx, params.transactionId))
  },
})
