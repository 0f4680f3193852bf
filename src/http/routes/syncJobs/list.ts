import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { syncJob, syncJobOf } from './schema.ts'

export const listSyncJobs = defineList({
  path: '/v1/syncJobs',
  operationId: 'listSyncJobs',
  summary: 'List reads of accounts',
  tag: 'syncJobs',
  filters: { companyId: id('company'), accountId: id('account'), state: syncJob.shape.state },
  item: syncJob,
  find: (tx, args) => tx.prisma.syncJob.findMany(args),
  show: syncJobOf,
})
