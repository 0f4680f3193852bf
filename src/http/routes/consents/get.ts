import { z } from 'zod'
import { getConsent } from '../../../consent/consents/create.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { consent, consentOf } from './schema.ts'

export const getConsentRoute = defineRoute({
  method: 'GET',
  path: '/v1/consents/:consentId',
  operationId: 'getConsent',
  summary: 'Read a consent',
  tag: 'consents',
  scope: 'read',
  params: z.object({ consentId: id('consent') }),
  answer: { status: 200, schema: consent },
  problems: [],
  async handle({ tx, params }) {
    return consentOf(await getConsent(tx, params.consentId))
  },
})
