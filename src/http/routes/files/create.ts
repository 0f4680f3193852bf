import { z } from 'zod'
import { importFile } from '../../../statements/files.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { file, fileOf } from './schema.ts'

export const createFile = defineRoute({
  method: 'POST',
  path: '/v1/files',
  operationId: 'createFile',
  summary: 'Hand in a statement file',
  description:
    'camt.052, camt.053, camt.054, MT940, MT942, Nets OCR giro or AvtaleGiro, plain, in gzip or several in a zip: told ' +
    'by its content, whichever of these media types it comes under. Its statements end in the same transactions as those fetched from the ' +
    'bank; camt.054 and OCR giro give transactions their details. The same file again changes nothing. The file itself ' +
    'is kept, encrypted.',
  tag: 'files',
  scope: 'write',
  query: z.strictObject({ companyId: id('company'), name: z.string().trim().min(1).max(200).optional() }),
  body: {
    mediaTypes: [
      'application/xml',
      'text/xml',
      'text/plain',
      'text/csv',
      'application/octet-stream',
      'application/zip',
      'application/x-zip-compressed',
      'application/gzip',
      'application/x-gzip',
      // What curl says of any file unless it is told otherwise.
      'application/x-www-form-urlencoded',
    ],
    maxBytes: 50 * 1024 * 1024,
  },
  answer: { status: 201, schema: file },
  problems: ['not_found'],
  timeoutMs: 600_000,
  async handle({ tx, query, body, caller, ports, requestId }) {
    const { companyId, name } = query
    const handedIn = { companyId, bytes: body, actor: caller.actor, requestId, ...(name ? { name } : {}) }
    const read = await importFile(ports, tx, handedIn)
    return fileOf(read.file, read.alreadyImported)
  },
})
