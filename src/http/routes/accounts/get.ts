import { getAccount } from '../../../consent/accounts.ts'
import { defineRoute } from '../../define-route.ts'
import { account, accountOf, accountParams } from './schema.ts'

export const getAccountRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId',
  operationId: 'getAccount',
  summary: 'Read an account',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  answer: { status: 200, schema: account },
  problems: [],
  async handle({ tx, params }) {
    return accountOf(await getAccount(tx, params.accountId))
  },
})
