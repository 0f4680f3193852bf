import { z } from 'zod'
import { switchRoute } from '../../../statements/twin.ts'
import { defineRoute } from '../../define-route.ts'
import { account, accountOf, accountParams } from './schema.ts'
import { routeName } from './twins/schema.ts'

export const switchAccountRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/:accountId/route',
  operationId: 'switchAccountRoute',
  summary: 'Read an account by another route from now on',
  description:
    'Transactions keep their ids, and none is told twice. Compare the two routes first. It needs an active consent by ' +
    'that route.',
  tag: 'accounts',
  scope: 'write',
  creates: false,
  params: accountParams,
  body: z.strictObject({ route: routeName }),
  answer: { status: 200, schema: account },
  problems: ['state_conflict', 'route_unknown', 'account_busy'],
  async handle({ tx, params, body, caller, ports }) {
    return accountOf(await switchRoute(ports, tx, caller.actor, { ...params, ...body }))
  },
})
