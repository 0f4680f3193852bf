import { defineList } from '../../define-list.ts'
import { id } from '../../wire.ts'
import { file, fileOf } from './schema.ts'

export const listFiles = defineList({
  path: '/v1/files',
  operationId: 'listFiles',
  summary: 'List files that were handed in',
  tag: 'files',
  filters: { companyId: id('company'), state: file.shape.state },
  item: file,
  find: (tx, args) => tx.prisma.fileImport.findMany(args),
  show: (row) => fileOf(row, false),
})
