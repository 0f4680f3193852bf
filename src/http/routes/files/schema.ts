import { z } from 'zod'
import type { FileRow, FileState } from '../../../statements/files.ts'
import { id, instant } from '../../wire.ts'

const states = [
  'received',
  'imported',
  'imported_no_change',
  'partial',
  'failed',
] as const satisfies readonly FileState[]

export const file = z
  .object({
    id: id('file'),
    companyId: id('company'),
    name: z.string().nullable(),
    sha256: z.string(),
    state: z
      .enum(states)
      .describe(
        '`imported_no_change`: everything in it was known. `partial`: some of it could not be read; see error.',
      ),
    alreadyImported: z
      .boolean()
      .describe(
        'The same bytes had been handed in before: this request changed nothing, and the other members tell of the first time.',
      ),
    format: z
      .string()
      .nullable()
      .describe(
        '`camt.052`, `camt.053`, `camt.054`, `mt940`, `mt942`, `nets-ocr`; `mixed`: an archive of files in several formats.',
      ),
    version: z.string().nullable(),
    statements: z.int(),
    entries: z
      .int()
      .describe('Entries in the file, pending ones among them: only booked ones become transactions.'),
    added: z.int().describe('Transactions that were new when the file was taken in, or read again.'),
    revised: z
      .int()
      .describe('Transactions that were changed, or got details, when the file was taken in or read again.'),
    readings: z.int().describe('How often it has been read: a better reader may read it again.'),
    warnings: z
      .array(z.json())
      .describe(
        'What was read with a reservation: rule, detail and line. `pending_not_taken`: pending entries, which become no transactions. ' +
          '`details_waiting`, `details_ambiguous`: payments of a notice that have not found their transaction.',
      ),
    error: z.json().nullable().describe('What could not be read: code, detail and line.'),
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'File' })

export function fileOf(row: FileRow, alreadyImported: boolean): z.output<typeof file> {
  const { clientId: _client, archiveId: _archive, ...shown } = row
  return {
    ...shown,
    state: row.state as FileState,
    alreadyImported,
    warnings: row.warnings as z.output<typeof file>['warnings'],
    error: row.error as z.output<typeof file>['error'],
  }
}
