import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { tag, webhookEndpoint, webhookEndpointOf, webhookEndpointParams } from './schema.ts'

export const getWebhookEndpoint = defineRoute({
  method: 'GET',
  path: '/v1/webhookEndpoints/:webhookEndpointId',
  operationId: 'getWebhookEndpoint',
  summary: 'Read a webhook endpoint, without its secret',
  tag,
  scope: 'read',
  params: webhookEndpointParams,
  answer: { status: 200, schema: webhookEndpoint },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.webhookEndpoint.findUnique({ where: { id: params.webhookEndpointId } })
    if (!row) throw notFound('webhook endpoint', params.webhookEndpointId)
    return webhookEndpointOf(row)
  },
})
