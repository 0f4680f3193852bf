import { getAgreement } from '../../../consent/agreements/create.ts'
import { sendAgreement } from '../../../consent/agreements/send.ts'
import { defineRoute } from '../../define-route.ts'
import { agreement, agreementOf, agreementParams } from './schema.ts'

export const sendAgreementRoute = defineRoute({
  method: 'POST',
  path: '/v1/agreements/:agreementId/send',
  operationId: 'sendAgreement',
  summary: 'Send the agreement to its signers',
  description: 'Each gets a personal link by e-mail. A link is not told to anybody else.',
  tag: 'agreements',
  scope: 'write',
  creates: false,
  params: agreementParams,
  answer: { status: 200, schema: agreement },
  problems: ['state_conflict'],
  async handle({ tx, params, caller, ports }) {
    await sendAgreement(ports, tx, caller.actor, params.agreementId)
    return agreementOf(await getAgreement(tx, params.agreementId))
  },
})
