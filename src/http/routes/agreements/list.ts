import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { agreement, agreementOf } from './schema.ts'

export const listAgreements = defineList({
  path: '/v1/agreements',
  operationId: 'listAgreements',
  summary: 'List agreements',
  tag: 'agreements',
  filters: { companyId: id('company'), state: agreement.shape.state },
  item: agreement,
  find: (tx, args) => tx.prisma.agreement.findMany(args),
  show: agreementOf,
})
