import { z } from 'zod'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursor } from '../../paging.ts'
import { id, instant } from '../../wire.ts'

const auditEntry = z
  .object({
    id: id('audit'),
    actor: z.string().describe('Kind and id: `api_key:key_…`, `user:usr_…`, `job:…`, `operator:…`.'),
    action: z.string().describe('Resource and verb: `payment.approve`.'),
    resourceType: z.string(),
    resourceId: z.string(),
    companyId: id('company').nullable(),
    requestId: z.string().nullable(),
    data: z.record(z.string(), z.json()),
    at: instant,
  })
  .meta({ id: 'AuditEntry', description: 'Who did what. Ids, states and hashes only.' })

export const listAuditEntries = defineRoute({
  method: 'GET',
  path: '/v1/auditEntries',
  operationId: 'listAuditEntries',
  summary: 'List audit entries, oldest first',
  tag: 'auditEntries',
  scope: 'admin',
  query: z.strictObject({
    ...pageQuery,
    resourceId: z.string().max(100).optional().describe('Only what was done to this resource.'),
  }),
  answer: { status: 200, schema: page(auditEntry) },
  problems: [],
  async handle({ tx, query }) {
    const cursor = readCursor(query.after, 'id')
    const rows = await tx.prisma.auditEntry.findMany({
      where: {
        ...(cursor ? { id: { gt: cursor.id } } : {}),
        ...(query.resourceId === undefined ? {} : { resourceId: query.resourceId }),
      },
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    })
    const entries = rows.map(({ clientId: _own, ...row }) => {
      return { ...row, data: row.data as z.output<typeof auditEntry>['data'] }
    })
    return pageOf(entries, query.limit, (entry) => [entry.id])
  },
})
