import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { match, matchOf } from './schema.ts'

export const listMatches = defineList({
  path: '/v1/matches',
  operationId: 'listMatches',
  summary: 'List matches, each with its reason',
  tag: 'matches',
  filters: { companyId: id('company'), openItemId: id('openItem'), paymentId: id('payment') },
  item: match,
  find: (tx, args) => tx.prisma.match.findMany(args),
  show: matchOf,
})
