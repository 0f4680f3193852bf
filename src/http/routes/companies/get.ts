import { z } from 'zod'
import { getCompany } from '../../../consent/companies.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { company, companyOf } from './schema.ts'

export const getCompanyRoute = defineRoute({
  method: 'GET',
  path: '/v1/companies/:companyId',
  operationId: 'getCompany',
  summary: 'Read a company',
  tag: 'companies',
  scope: 'read',
  params: z.object({ companyId: id('company') }),
  answer: { status: 200, schema: company },
  problems: [],
  async handle({ tx, params }) {
    return companyOf(await getCompany(tx, params.companyId))
  },
})
