import { z } from 'zod'
import { getTransaction } from '../../../statements/read.ts'
import { splitTransaction } from '../../../statements/rule-split.ts'
import { defineRoute } from '../../define-route.ts'
import { ruling, rulingOf, transactionParams } from './rulings-schema.ts'
import { transaction, transactionOf } from './schema.ts'

export const splitTransactionRoute = defineRoute({
  method: 'POST',
  path: '/v1/transactions/:transactionId/split',
  operationId: 'splitTransaction',
  summary: 'Say that a row was wrongly taken for a transaction',
  description:
    'Name the revision that took the row, or the other route whose row it is (`toldBy`). The transaction is again what it ' +
    'was before, and the row becomes a transaction of its own. No later read or file takes one for the other again.',
  tag: 'accounts',
  scope: 'write',
  params: transactionParams,
  body: z.union([
    z.strictObject({ revision: z.int32().min(0).describe('As `revisions` lists it.') }),
    z.strictObject({ route: z.string().min(1).max(100).describe('One of `toldBy`: `file:camt`.') }),
  ]),
  answer: {
    status: 201,
    schema: z
      .object({ transaction, other: transaction, ruling })
      .meta({ id: 'TransactionSplit', description: 'The two transactions, and what was said of them.' }),
  },
  problems: ['ruling_refused', 'account_busy'],
  async handle({ tx, params, body, caller, requestId }) {
    const asked = { transactionId: params.transactionId, off: body }
    const split = await splitTransaction(tx, { actor: caller.actor, requestId }, asked)
    return {
      transaction: transactionOf(await getTransaction(tx, params.transactionId)),
      other: transactionOf(await getTransaction(tx, split.otherId)),
      ruling: rulingOf(split.ruling),
    }
  },
})
