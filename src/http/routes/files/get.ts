import { z } from 'zod'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { file, fileOf } from './schema.ts'

export const getFile = defineRoute({
  method: 'GET',
  path: '/v1/files/:fileId',
  operationId: 'getFile',
  summary: 'Read how a file was taken in',
  tag: 'files',
  scope: 'read',
  params: z.object({ fileId: id('file') }),
  answer: { status: 200, schema: file },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.fileImport.findUnique({ where: { id: params.fileId } })
    if (!row) throw notFound('file', params.fileId)
    return fileOf(row, false)
  },
})
