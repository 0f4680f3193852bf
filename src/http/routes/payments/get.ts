import { getPayment } from '../../../payments/create.ts'
import { defineRoute } from '../../define-route.ts'
import { payment, paymentOf, paymentParams } from './schema.ts'

export const getPaymentRoute = defineRoute({
  method: 'GET',
  path: '/v1/payments/:paymentId',
  operationId: 'getPayment',
  summary: 'Read a payment',
  tag: 'payments',
  scope: 'read',
  params: paymentParams,
  answer: { status: 200, schema: payment },
  problems: [],
  async handle({ tx, params }) {
    return paymentOf(await getPayment(tx, params.paymentId))
  },
})
