import { z } from 'zod'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { syncJob, syncJobOf } from './schema.ts'

export const getSyncJob = defineRoute({
  method: 'GET',
  path: '/v1/syncJobs/:syncJobId',
  operationId: 'getSyncJob',
  summary: 'Read how a read of an account went',
  tag: 'syncJobs',
  scope: 'read',
  params: z.object({ syncJobId: id('job') }),
  answer: { status: 200, schema: syncJob },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.syncJob.findUnique({ where: { id: params.syncJobId } })
    if (!row) throw notFound('sync job', params.syncJobId)
    return syncJobOf(row)
  },
})
