import { z } from 'zod'
import { recordAudit } from '../../../audit/record.ts'
import { newId } from '../../../domain/ids.ts'
import { newWebhookSecret } from '../../../events/webhook-signature.ts'
import { defineRoute } from '../../define-route.ts'
import { checkWebhookUrl } from './check-url.ts'
import { eventType, tag, webhookEndpoint, webhookEndpointOf } from './schema.ts'

export const createWebhookEndpoint = defineRoute({
  method: 'POST',
  path: '/v1/webhookEndpoints',
  operationId: 'createWebhookEndpoint',
  summary: 'Register an address that events are sent to',
  description:
    'Deliveries are signed as Standard Webhooks describes; the answer is the only place where the secret is told. ' +
    'A webhook only nudges: the truth is `GET /v1/events`.',
  tag,
  scope: 'admin',
  body: z
    .strictObject({
      url: z.string().max(2000),
      types: z.array(eventType).default([]).describe('Event types to send; empty for all.'),
    })
    .meta({ id: 'NewWebhookEndpoint' }),
  answer: {
    status: 201,
    schema: webhookEndpoint
      .extend({ secret: z.string().describe('`whsec_…`: verifies the signatures. Keep it.') })
      .meta({ id: 'WebhookEndpointWithSecret' }),
  },
  problems: ['webhook_url_refused'],
  async handle({ tx, body, caller, ports, requestId }) {
    const url = checkWebhookUrl(body.url, ports.allowPrivateWebhooks)
    const secret = newWebhookSecret()
    const row = await tx.prisma.webhookEndpoint.create({
      data: {
        id: newId('webhook', tx.now),
        clientId: tx.clientId,
        url,
        secret: await ports.vault.seal(tx, { kind: 'client' }, secret),
        types: [...new Set(body.types)],
        state: 'enabled',
        createdAt: tx.now,
      },
    })
    await recordAudit(tx, {
      actor: caller.actor,
      action: 'webhook_endpoint.create',
      resourceType: 'webhook_endpoint',
      resourceId: row.id,
      companyId: null,
      requestId,
    })
    return { ...webhookEndpointOf(row), secret }
  },
})
