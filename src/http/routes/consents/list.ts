import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { consent, consentOf } from './schema.ts'

export const listConsents = defineList({
  path: '/v1/consents',
  operationId: 'listConsents',
  summary: 'List consents',
  tag: 'consents',
  filters: { companyId: id('company'), userId: id('user'), state: consent.shape.state },
  item: consent,
  find: (tx, args) => tx.prisma.consent.findMany(args),
  show: consentOf,
})
