import { z } from 'zod'
import { registerCompany } from '../../../consent/companies.ts'
import { Problem } from '../../../domain/problems.ts'
import { ServiceFailure } from '../../../protocols/bounded-fetch.ts'
import { defineRoute } from '../../define-route.ts'
import { company, companyOf, organisationNumber } from './schema.ts'

export const createCompany = defineRoute({
  method: 'POST',
  path: '/v1/companies',
  operationId: 'createCompany',
  summary: 'Register a company',
  description: 'Its name comes from the public register of business enterprises.',
  tag: 'companies',
  scope: 'write',
  body: z.strictObject({ organisationNumber }).meta({ id: 'NewCompany' }),
  answer: { status: 201, schema: company },
  problems: ['company_exists', 'company_not_in_register', 'register_unavailable'],
  async lookUp({ ports, body }) {
    const answer = await ports.register.unit(body.organisationNumber).catch((error: unknown) => {
      if (!(error instanceof ServiceFailure)) throw error
      throw new Problem('register_unavailable', 'The register of business enterprises gave no answer.', error)
    })
    const gone = answer.value.problems.find((problem) => problem === 'unknown' || problem === 'deleted')
    if (gone) {
      throw new Problem(
        'company_not_in_register',
        `${body.organisationNumber} is ${gone} in the register of business enterprises.`,
      )
    }
    return answer.value
  },
  async handle({ tx, caller, found }) {
    return companyOf(await registerCompany(tx, caller.actor, found))
  },
})
