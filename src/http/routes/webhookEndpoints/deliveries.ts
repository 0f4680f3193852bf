import { z } from 'zod'
import { deliveryMachine } from '../../../domain/machines.ts'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../paging.ts'
import { id, instant } from '../../wire.ts'
import { tag, webhookEndpointParams } from './schema.ts'

type DeliveryState = keyof typeof deliveryMachine.moves

const delivery = z
  .object({
    id: id('delivery'),
    eventId: id('event'),
    state: z.enum(Object.keys(deliveryMachine.moves) as [DeliveryState, ...DeliveryState[]]),
    attempts: z.int(),
    lastStatus: z.int().nullable().describe('HTTP status of the last answer, if there was one.'),
    lastError: z.string().nullable(),
    createdAt: instant,
    deliveredAt: instant.nullable(),
  })
  .meta({ id: 'WebhookDelivery', description: 'One event to one endpoint.' })

export const listWebhookDeliveries = defineRoute({
  method: 'GET',
  path: '/v1/webhookEndpoints/:webhookEndpointId/deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'List what was sent to a webhook endpoint, oldest first',
  tag,
  scope: 'read',
  params: webhookEndpointParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(delivery) },
  problems: [],
  async handle({ tx, params, query }) {
    const endpoint = { id: params.webhookEndpointId }
    const known = await tx.prisma.webhookEndpoint.count({ where: endpoint })
    if (known === 0) throw notFound('webhook endpoint', endpoint.id)
    const cursor = readCursorOf(endpoint.id, query.after, 'id')
    const rows = await tx.prisma.webhookDelivery.findMany({
      where: { endpointId: endpoint.id, ...(cursor ? { id: { gt: cursor.id } } : {}) },
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    })
    const deliveries = rows.map((row) => ({ ...row, state: row.state as DeliveryState }))
    return pageOf(deliveries, query.limit, (row) => [endpoint.id, row.id])
  },
})
