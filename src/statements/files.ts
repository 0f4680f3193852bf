import { archive, unarchive } from '../archive.ts'
import type { Actor } from '../audit/record.ts'
import { getCompany } from '../consent/companies.ts'
import { Prisma, type Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import type { StateOf } from '../domain/machine.ts'
import { fileImportMachine } from '../domain/machines.ts'
import { notFound } from '../domain/problems.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import { sha256 } from '../vault.ts'
import { type FileReading, readFile } from './file-reading.ts'
import type { StatementPorts } from './ports.ts'

/** Reading files needs nothing of the outside world but the keys of the archive. */
export type FilePorts = Pick<StatementPorts, 'vault'>

export type FileRow = Prisma.FileImportGetPayload<object>
export type FileState = StateOf<typeof fileImportMachine>

export type FileHandedIn = {
  readonly companyId: string
  readonly name?: string
  readonly bytes: Uint8Array
  readonly actor: Actor
  readonly requestId?: string
}

export type FileResult = {
  readonly file: FileRow
  /** The same bytes were read before for this company: nothing was changed by this call. */
  readonly alreadyImported: boolean
}

/**
 * Takes in a statement file: the bytes go to the archive, encrypted, its statements end in the same observations and
 * entries as a sync. What can be read goes in, what cannot is named with its line (state `partial`; `failed` when
 * nothing could). The same bytes again change nothing and say so; a failed file is read again. A long file wants a
 * transaction with a long time limit: all of it counts, or none.
 * @throws Problem `not_found` for an unknown company.
 */
export async function importFile(ports: FilePorts, tx: Tx, handedIn: FileHandedIn): Promise<FileResult> {
  const { id, done } = await receive(ports, tx, handedIn)
  if (done) return { file: done, alreadyImported: true }
  return finish(ports, tx, id, handedIn)
}

async function receive(
  ports: FilePorts,
  tx: Tx,
  { companyId, name, bytes, actor, requestId }: FileHandedIn,
): Promise<{ id: string; done?: FileRow }> {
  const company = await getCompany(tx, companyId)
  const hash = sha256(bytes)
  const key = { clientId: tx.clientId, companyId: company.id, sha256: hash }
  const where = { clientId_companyId_sha256: key }
  const known = await tx.prisma.fileImport.findUnique({ where })
  if (known?.state === 'failed') {
    const facts = { actor, companyId: company.id, ...(requestId ? { requestId } : {}) }
    await moveState(tx, fileImportMachine, known.id, 'failed', 'received', facts)
  }
  if (known) return { id: known.id, ...(settled(known) ? { done: known } : {}) }
  const archiveId = await archive(tx, ports.vault, {
    companyId: company.id,
    kind: 'statement_file',
    mediaType: 'application/octet-stream',
    bytes,
  })
  // Two at once: the second waits on the unique key, then finds the first one's row.
  const made = {
    ...key,
    id: newId('file', tx.now),
    archiveId,
    name: name ?? null,
    state: 'received',
    warnings: [],
  }
  await tx.prisma.fileImport.createMany({ data: [{ ...made, createdAt: tx.now }], skipDuplicates: true })
  const row = await tx.prisma.fileImport.findUniqueOrThrow({ where })
  return { id: row.id, ...(settled(row) ? { done: row } : {}) }
}

const settled = (row: FileRow) => row.state !== 'received' && row.state !== 'failed'

type Reading = Pick<FileHandedIn, 'actor' | 'requestId' | 'bytes'>

async function finish(
  ports: FilePorts,
  tx: Tx,
  id: string,
  { actor, requestId, bytes }: Reading,
): Promise<FileResult> {
  await tx.prisma
    .$queryRaw`select id from file_import where client_id = ${tx.clientId} and id = ${id} for update`
  const row = await tx.prisma.fileImport.findUniqueOrThrow({ where: { id } })
  if (row.state !== 'received') return { file: row, alreadyImported: true }
  await takeTurn(tx, row.companyId)
  const reading = await readFile(ports, tx, { id, companyId: row.companyId, reading: row.readings }, bytes)
  const state = stateOf(reading)
  await moveState(tx, fileImportMachine, id, 'received', state, {
    actor,
    companyId: row.companyId,
    ...(requestId ? { requestId } : {}),
  })
  const { statements, entries, added, revised, accountIds } = reading
  const file = await tx.prisma.fileImport.update({
    where: { id },
    data: {
      ...{ format: reading.format, version: reading.version, statements, entries },
      added: row.added + added,
      revised: row.revised + revised,
      warnings: reading.warnings as Prisma.InputJsonArray,
      error: reading.error ?? Prisma.DbNull,
      endedAt: tx.now,
    },
  })
  await appendEvent(tx, {
    type: 'file.imported',
    resourceType: 'file',
    resourceId: id,
    companyId: row.companyId,
    data: { state, statements, entries, added, revised, accountIds: [...accountIds] },
  })
  return { file, alreadyImported: false }
}

/** Files of one company follow each other: two that name its accounts in another order would each hold what the other needs. */
async function takeTurn(tx: Tx, companyId: string): Promise<void> {
  await tx.sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `files ${tx.clientId} ${companyId}`,
  ])
}

/** The new reader finds fewer statements in a file than the one before: what that one found stays. */
export class ReadsLess extends Error {}

/**
 * Reads a file again from the archive with today's reader: its statements, transactions and details keep their ids,
 * what it reads in other words is revised, what could not be read before goes in, nothing is doubled. Counts of added
 * and revised transactions grow by this reading's.
 * @throws Problem `not_found`; ReadsLess, then the transaction must not be committed.
 */
export async function rereadFile(ports: FilePorts, tx: Tx, id: string, actor: Actor): Promise<FileRow> {
  const row = await tx.prisma.fileImport.findUnique({ where: { id } })
  if (!row) throw notFound('file', id)
  const kept = await tx.prisma.archive.count({ where: { clientId: tx.clientId, id: row.archiveId } })
  if (kept === 0) throw notFound('archive', row.archiveId)
  const bytes = await unarchive(tx, ports.vault, row.archiveId)
  const facts = { actor, companyId: row.companyId }
  await moveState(tx, fileImportMachine, id, row.state as FileState, 'received', facts)
  await tx.prisma.fileImport.update({ where: { id }, data: { readings: row.readings + 1 } })
  const { file } = await finish(ports, tx, id, { actor, bytes })
  if (file.statements < row.statements)
    throw new ReadsLess(`${file.statements} statements instead of ${row.statements}`)
  return file
}

function stateOf(reading: FileReading): Exclude<FileState, 'received'> {
  if (reading.statements === 0) return 'failed'
  if (reading.error || reading.leftOut > 0) return 'partial'
  return reading.added + reading.revised + reading.waiting > 0 ? 'imported' : 'imported_no_change'
}
