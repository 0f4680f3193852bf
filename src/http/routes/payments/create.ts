import { createPayment } from '../../../payments/create.ts'
import { defineRoute } from '../../define-route.ts'
import { newPayment, payment, paymentOf } from './schema.ts'

export const createPaymentRoute = defineRoute({
  method: 'POST',
  path: '/v1/payments',
  operationId: 'createPayment',
  summary: 'Prepare a payment',
  description: 'It is checked, and nothing more happens: a person has to approve it, whom you can ask.',
  tag: 'payments',
  scope: 'write',
  body: newPayment,
  answer: { status: 201, schema: payment },
  problems: ['not_found', 'reference_unknown', 'open_item_not_payable', 'state_conflict'],
  async handle({ tx, body, caller }) {
    const { kid, text, executionDate, openItemId, ...rest } = body
    const made = await createPayment(tx, caller.actor, {
      ...rest,
      ...(kid ? { kid } : {}),
      ...(text ? { text } : {}),
      ...(executionDate ? { executionDate } : {}),
      ...(openItemId ? { openItemId } : {}),
    })
    return paymentOf(made)
  },
})
