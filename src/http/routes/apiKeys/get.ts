import { z } from 'zod'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { apiKey, apiKeyOf } from './schema.ts'

export const getApiKey = defineRoute({
  method: 'GET',
  path: '/v1/apiKeys/:apiKeyId',
  operationId: 'getApiKey',
  summary: 'Read an API key, without its secret',
  tag: 'apiKeys',
  scope: 'admin',
  params: z.object({ apiKeyId: id('apiKey') }),
  answer: { status: 200, schema: apiKey },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.apiKey.findUnique({ where: { id: params.apiKeyId } })
    if (!row) throw notFound('API key', params.apiKeyId)
    return apiKeyOf(row)
  },
})
