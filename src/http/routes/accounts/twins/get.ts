import { notFound } from '../../../../domain/problems.ts'
import { getTwin } from '../../../../statements/twin.ts'
import { defineRoute } from '../../../define-route.ts'
import { id } from '../../../wire.ts'
import { accountParams } from '../schema.ts'
import { twin, twinOf } from './schema.ts'

export const getTwinRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/twins/:twinId',
  operationId: 'getRouteComparison',
  summary: 'Read what two routes tell differently',
  tag: 'accounts',
  scope: 'read',
  params: accountParams.extend({ twinId: id('twin') }),
  answer: { status: 200, schema: twin },
  problems: [],
  async handle({ tx, params }) {
    const row = await getTwin(tx, params.twinId)
    if (row.accountId !== params.accountId) throw notFound('comparison', params.twinId)
    return twinOf(row)
  },
})
