import { defineRoute } from '../../define-route.ts'
import { tag, webhookEndpoint, webhookEndpointParams } from './schema.ts'
import { switchWebhookEndpoint } from './switch.ts'

export const enableWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhookEndpoints/:webhookEndpointId/enable',
  operationId: 'enableWebhookEndpoint',
  summary: 'Enable a webhook endpoint',
  description: 'Events from then on are sent; what happened meanwhile is in the feed.',
  tag,
  scope: 'admin',
  creates: false,
  params: webhookEndpointParams,
  answer: { status: 200, schema: webhookEndpoint },
  problems: ['state_conflict'],
  handle: (context) => switchWebhookEndpoint(context, 'enabled'),
})
