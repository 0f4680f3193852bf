import { getAgreement } from '../../../consent/agreements/create.ts'
import { defineRoute } from '../../define-route.ts'
import { agreement, agreementOf, agreementParams } from './schema.ts'

export const getAgreementRoute = defineRoute({
  method: 'GET',
  path: '/v1/agreements/:agreementId',
  operationId: 'getAgreement',
  summary: 'Read an agreement',
  tag: 'agreements',
  scope: 'read',
  params: agreementParams,
  answer: { status: 200, schema: agreement },
  problems: [],
  async handle({ tx, params }) {
    return agreementOf(await getAgreement(tx, params.agreementId))
  },
})
