import { z } from 'zod'
import { startTwin } from '../../../../statements/twin.ts'
import { defineRoute } from '../../../define-route.ts'
import { date } from '../../../wire.ts'
import { accountParams } from '../schema.ts'
import { routeName, twin, twinOf } from './schema.ts'

export const createTwin = defineRoute({
  method: 'POST',
  path: '/v1/accounts/:accountId/twins',
  operationId: 'compareRoutes',
  summary: 'Read an account by a second route, in shadow, and compare',
  description:
    'Nothing that is read becomes a transaction. The report is ready when `state` is `done`, and told by the event ' +
    '`account.routes_compared`. It needs an active consent by that route.',
  tag: 'accounts',
  scope: 'write',
  params: accountParams,
  body: z
    .strictObject({
      route: routeName,
      from: date.optional().describe('First booking date; by default 30 days are compared, at most 100.'),
      to: date.optional().describe('Last booking date; by default the last day that was read and is over.'),
    })
    .meta({ id: 'NewRouteComparison' }),
  answer: { status: 202, schema: twin },
  problems: ['state_conflict', 'route_unknown'],
  async handle({ tx, params, body, caller, ports }) {
    const { route, from, to } = body
    const days = { ...(from ? { from } : {}), ...(to ? { to } : {}) }
    return twinOf(await startTwin(ports, tx, caller.actor, { ...params, route, ...days }))
  },
})
