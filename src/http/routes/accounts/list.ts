import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { account, accountOf } from './schema.ts'

export const listAccounts = defineList({
  path: '/v1/accounts',
  operationId: 'listAccounts',
  summary: 'List accounts',
  tag: 'accounts',
  filters: { companyId: id('company'), connectionId: id('connection'), state: account.shape.state },
  item: account,
  find: (tx, args) => tx.prisma.account.findMany(args),
  show: accountOf,
})
