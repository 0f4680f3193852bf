import { getAgreement } from '../../../consent/agreements/create.ts'
import { currentDocument } from '../../../consent/signing/start.ts'
import { defineRoute } from '../../define-route.ts'
import { agreementParams } from './schema.ts'

export const getAgreementDocument = defineRoute({
  method: 'GET',
  path: '/v1/agreements/:agreementId/document',
  operationId: 'getAgreementDocument',
  summary: 'Fetch the document as PDF, with the signatures so far',
  tag: 'agreements',
  scope: 'read',
  params: agreementParams,
  answer: { status: 200, mediaType: 'application/pdf' },
  problems: ['state_conflict'],
  async handle({ tx, params, ports }) {
    return currentDocument(ports, tx, await getAgreement(tx, params.agreementId))
  },
})
