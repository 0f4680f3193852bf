import { defineList } from '../../define-list.ts'
import { company, companyOf, organisationNumber } from './schema.ts'

export const listCompanies = defineList({
  path: '/v1/companies',
  operationId: 'listCompanies',
  summary: 'List companies',
  tag: 'companies',
  filters: { organisationNumber },
  item: company,
  find: (tx, args) => tx.prisma.company.findMany(args),
  show: companyOf,
})
