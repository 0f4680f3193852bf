import { undoRuling } from '../../../statements/rule-undo.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { ruling, rulingOf, transactionParams } from './rulings-schema.ts'

export const undoRulingRoute = defineRoute({
  method: 'POST',
  path: '/v1/transactions/:transactionId/rulings/:rulingId/undo',
  operationId: 'undoRuling',
  summary: 'Take back what was said of a transaction',
  description:
    'After a merge the other transaction comes back. After a split the two are one again, and what the bank and files ' +
    'state decides from then on. Undoing again changes nothing.',
  tag: 'accounts',
  scope: 'write',
  creates: false,
  params: transactionParams.extend({ rulingId: id('ruling') }),
  answer: { status: 200, schema: ruling },
  problems: ['account_busy'],
  async handle({ tx, params, caller, requestId }) {
    return rulingOf(await undoRuling(tx, { actor: caller.actor, requestId }, params))
  },
})
