import { z } from 'zod'
import { askForApproval } from '../../../payments/approve.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { language } from '../agreements/schema.ts'
import { payment, paymentParams } from './schema.ts'

export const askPaymentApproval = defineRoute({
  method: 'POST',
  path: '/v1/payments/:paymentId/approvals',
  operationId: 'askPaymentApproval',
  summary: 'Ask a person to approve a payment',
  description:
    'They get a link by e-mail, which the answer tells too. Only they can approve: on our page after BankID, and then ' +
    'at the bank. No API key can.',
  tag: 'payments',
  scope: 'write',
  params: paymentParams,
  body: z.strictObject({ userId: id('user'), language }).meta({ id: 'NewApprovalRequest' }),
  answer: {
    status: 201,
    schema: z
      .object({
        paymentId: id('payment'),
        state: payment.shape.state,
        url: z.string().describe('The page for this person.'),
      })
      .meta({ id: 'ApprovalRequest' }),
  },
  problems: ['reference_unknown', 'state_conflict'],
  async handle({ tx, params, body, caller, ports }) {
    const asked = await askForApproval(ports, tx, caller.actor, { ...body, paymentId: params.paymentId })
    return { paymentId: asked.payment.id, state: 'pending_approval' as const, url: asked.url }
  },
})
