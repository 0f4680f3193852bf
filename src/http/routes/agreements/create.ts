import { z } from 'zod'
import { createAgreement } from '../../../consent/agreements/create.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { agreement, agreementOf, language } from './schema.ts'

export const createAgreementRoute = defineRoute({
  method: 'POST',
  path: '/v1/agreements',
  operationId: 'createAgreement',
  summary: 'Draft the bank agreement of a company',
  description:
    'Makes the document. Nobody hears of it before it is sent. The signers sign in the order given.',
  tag: 'agreements',
  scope: 'write',
  body: z
    .strictObject({ companyId: id('company'), signerIds: z.array(id('user')).min(1).max(20), language })
    .refine(({ signerIds }) => new Set(signerIds).size === signerIds.length, {
      path: ['signerIds'],
      message: 'a person signs once',
    })
    .meta({ id: 'NewAgreement' }),
  answer: { status: 201, schema: agreement },
  problems: ['not_found', 'reference_unknown', 'agreement_exists'],
  async handle({ tx, body, caller, ports }) {
    return agreementOf(await createAgreement(ports, tx, caller.actor, body))
  },
})
