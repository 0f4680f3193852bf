import { z } from 'zod'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { connection, connectionOf } from './schema.ts'

export const getConnection = defineRoute({
  method: 'GET',
  path: '/v1/connections/:connectionId',
  operationId: 'getConnection',
  summary: 'Read a bank connection',
  tag: 'connections',
  scope: 'read',
  params: z.object({ connectionId: id('connection') }),
  answer: { status: 200, schema: connection },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.connection.findUnique({ where: { id: params.connectionId } })
    if (!row) throw notFound('connection', params.connectionId)
    return connectionOf(row)
  },
})
