import { z } from 'zod'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursor } from '../../paging.ts'
import { tag, webhookEndpoint, webhookEndpointOf } from './schema.ts'

export const listWebhookEndpoints = defineRoute({
  method: 'GET',
  path: '/v1/webhookEndpoints',
  operationId: 'listWebhookEndpoints',
  summary: 'List webhook endpoints',
  tag,
  scope: 'read',
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(webhookEndpoint) },
  problems: [],
  async handle({ tx, query }) {
    const cursor = readCursor(query.after, 'id')
    const rows = await tx.prisma.webhookEndpoint.findMany({
      where: cursor ? { id: { gt: cursor.id } } : {},
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    })
    return pageOf(rows.map(webhookEndpointOf), query.limit, (endpoint) => [endpoint.id])
  },
})
