import { z } from 'zod'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursor } from '../../paging.ts'
import { apiKey, apiKeyOf } from './schema.ts'

export const listApiKeys = defineRoute({
  method: 'GET',
  path: '/v1/apiKeys',
  operationId: 'listApiKeys',
  summary: 'List API keys, revoked ones too',
  tag: 'apiKeys',
  scope: 'admin',
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(apiKey) },
  problems: [],
  async handle({ tx, query }) {
    const cursor = readCursor(query.after, 'id')
    const rows = await tx.prisma.apiKey.findMany({
      where: cursor ? { id: { gt: cursor.id } } : {},
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    })
    return pageOf(rows.map(apiKeyOf), query.limit, (key) => [key.id])
  },
})
