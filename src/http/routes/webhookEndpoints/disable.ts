import { defineRoute } from '../../define-route.ts'
import { tag, webhookEndpoint, webhookEndpointParams } from './schema.ts'
import { switchWebhookEndpoint } from './switch.ts'

export const disableWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhookEndpoints/:webhookEndpointId/disable',
  operationId: 'disableWebhookEndpoint',
  summary: 'Disable a webhook endpoint',
  description: 'No new deliveries are made for it.',
  tag,
  scope: 'admin',
  creates: false,
  params: webhookEndpointParams,
  answer: { status: 200, schema: webhookEndpoint },
  problems: ['state_conflict'],
  handle: (context) => switchWebhookEndpoint(context, 'disabled'),
})
