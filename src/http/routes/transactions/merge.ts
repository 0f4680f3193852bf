import { z } from 'zod'
import { getTransaction } from '../../../statements/read.ts'
import { mergeTransactions } from '../../../statements/rule-merge.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { ruling, rulingOf, transactionParams } from './rulings-schema.ts'
import { transaction, transactionOf } from './schema.ts'

export const mergeTransactionsRoute = defineRoute({
  method: 'POST',
  path: '/v1/transactions/:transactionId/merge',
  operationId: 'mergeTransactions',
  summary: 'Say that another transaction is the same movement',
  description:
    'The other one ends as `removed`; its ids, and what it knew besides, go over. Rows that were its own are taken for ' +
    'this one from then on. Both must be of one account and of the same amount. Saying it again changes nothing.',
  tag: 'accounts',
  scope: 'write',
  creates: false,
  params: transactionParams,
  body: z.strictObject({ otherId: id('transaction') }),
  answer: {
    status: 200,
    schema: z
      .object({ transaction, ruling })
      .meta({ id: 'TransactionMerge', description: 'The transaction that stays, and what was said.' }),
  },
  problems: ['reference_unknown', 'ruling_refused', 'account_busy'],
  async handle({ tx, params, body, caller, requestId }) {
    const asked = { transactionId: params.transactionId, otherId: body.otherId }
    const row = await mergeTransactions(tx, { actor: caller.actor, requestId }, asked)
    const known = await getTransaction(tx, params.transactionId)
    return { transaction: transactionOf(known), ruling: rulingOf(row) }
  },
})
