import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { connection, connectionOf } from './schema.ts'

export const listConnections = defineList({
  path: '/v1/connections',
  operationId: 'listConnections',
  summary: 'List bank connections',
  tag: 'connections',
  filters: { companyId: id('company'), state: connection.shape.state },
  item: connection,
  find: (tx, args) => tx.prisma.connection.findMany(args),
  show: connectionOf,
})
