import { z } from 'zod'
import { mainRoute } from '../../../connectors/institutions.ts'
import { createConsent } from '../../../consent/consents/create.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { language } from '../agreements/schema.ts'
import { consent, consentOf } from './schema.ts'

export const createConsentRoute = defineRoute({
  method: 'POST',
  path: '/v1/consents',
  operationId: 'createConsent',
  summary: 'Ask a person for their consent at a bank',
  description:
    'They get a link by e-mail, which the answer tells too. Only they can give the consent: on our page after BankID, ' +
    'and then at the bank. Ask nobody who has no rights in the online bank of the company.',
  tag: 'consents',
  scope: 'write',
  body: z
    .strictObject({
      companyId: id('company'),
      userId: id('user'),
      institutionId: z.string().min(1).max(63),
      route: z
        .string()
        .min(1)
        .max(31)
        .default(mainRoute)
        .describe('By which of the ways to the bank: one of the `routes` of the institution.'),
      language,
    })
    .meta({ id: 'NewConsent' }),
  answer: {
    status: 201,
    schema: consent
      .extend({ url: z.string().describe('The page for this person.') })
      .meta({ id: 'ConsentWithLink' }),
  },
  problems: [
    'not_found',
    'reference_unknown',
    'institution_unknown',
    'route_unknown',
    'agreement_not_active',
  ],
  async handle({ tx, body, caller, ports }) {
    const made = await createConsent(ports, tx, caller.actor, body)
    return { ...consentOf(made.consent), url: made.url }
  },
})
