import { z } from 'zod'
import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { openItem, openItemOf } from './schema.ts'

export const listOpenItems = defineList({
  path: '/v1/openItems',
  operationId: 'listOpenItems',
  summary: 'List open items',
  tag: 'openItems',
  filters: { companyId: id('company'), state: openItem.shape.state, externalId: z.string().max(100) },
  item: openItem,
  find: (tx, args) => tx.prisma.openItem.findMany(args),
  show: openItemOf,
})
