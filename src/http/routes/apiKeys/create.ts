import { z } from 'zod'
import { createApiKey } from '../../api-keys.ts'
import { defineRoute } from '../../define-route.ts'
import { apiKey, apiKeyOf, apiKeyScopes } from './schema.ts'

export const createApiKeyRoute = defineRoute({
  method: 'POST',
  path: '/v1/apiKeys',
  operationId: 'createApiKey',
  summary: 'Make an API key',
  description: 'The answer is the only place where the secret is told.',
  tag: 'apiKeys',
  scope: 'admin',
  body: z
    .strictObject({ name: z.string().trim().min(1).max(100), scopes: apiKeyScopes })
    .meta({ id: 'NewApiKey' }),
  answer: {
    status: 201,
    schema: apiKey
      .extend({ secret: z.string().describe('What to send as `Authorization: Bearer`. Keep it.') })
      .meta({ id: 'ApiKeyWithSecret' }),
  },
  problems: [],
  async handle({ tx, body, caller, ports, requestId }) {
    const { row, secret } = await createApiKey(tx, ports.kind, { ...body, actor: caller.actor }, requestId)
    return { ...apiKeyOf(row), secret }
  },
})
