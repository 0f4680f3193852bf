import { z } from 'zod'
import { getAccount } from '../../../../consent/accounts.ts'
import { defineRoute } from '../../../define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from '../../../paging.ts'
import { accountParams } from '../schema.ts'
import { twin, twinOf } from './schema.ts'

export const listTwins = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/twins',
  operationId: 'listRouteComparisons',
  summary: 'List the comparisons of routes of an account',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(twin) },
  problems: [],
  async handle({ tx, params: { accountId }, query: { limit, after } }) {
    await getAccount(tx, accountId)
    const cursor = readCursorOf(accountId, after, 'id')
    const where = { clientId: tx.clientId, accountId, ...(cursor ? { id: { gt: cursor.id } } : {}) }
    const rows = await tx.prisma.routeTwin.findMany({ where, orderBy: { id: 'asc' }, take: limit + 1 })
    const paged = pageOf(rows, limit, (row) => [accountId, row.id])
    return { data: paged.data.map(twinOf), nextCursor: paged.nextCursor }
  },
})
