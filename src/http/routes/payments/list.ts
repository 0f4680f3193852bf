import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { payment, paymentOf } from './schema.ts'

export const listPayments = defineList({
  path: '/v1/payments',
  operationId: 'listPayments',
  summary: 'List payments',
  tag: 'payments',
  filters: { companyId: id('company'), accountId: id('account'), state: payment.shape.state },
  item: payment,
  find: (tx, args) => tx.prisma.payment.findMany(args),
  show: paymentOf,
})
