import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { user, userOf } from './schema.ts'

export const listUsers = defineList({
  path: '/v1/users',
  operationId: 'listUsers',
  summary: 'List people',
  tag: 'users',
  filters: { companyId: id('company') },
  item: user,
  find: (tx, args) => tx.prisma.user.findMany(args),
  show: userOf,
})
