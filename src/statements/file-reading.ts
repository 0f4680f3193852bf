import type { Tx } from '../db.ts'
import type { StatementHead, StatementPart } from '../domain/statement.ts'
import { readCamt } from '../protocols/iso20022/camt.ts'
import { ReadFailure } from '../protocols/read-failure.ts'
import { accountOfFile } from './file-account.ts'
import { endStatement, newStatement, type OpenStatement, takeEntry } from './file-statement.ts'
import type { StatementPorts } from './ports.ts'

/** Warnings kept of one file; beyond it they are only counted. */
const warningsKept = 100

export type FileWarning = { rule: string; detail: string; line: number | null }

/** What a file held and what became of it. */
export type FileReading = {
  format: string | null
  version: string | null
  /** Statements that went in. */
  statements: number
  entries: number
  added: number
  revised: number
  /** Statements and entries that did not. */
  leftOut: number
  readonly accountIds: Set<string>
  readonly warnings: FileWarning[]
  error: { code: string; detail: string; line: number | null } | null
}

type File = { readonly id: string; readonly companyId: string }

/** Reads a file part by part and ingests each statement as it ends: memory holds one batch of rows, whatever the size. */
export async function readFile(
  ports: StatementPorts,
  tx: Tx,
  file: File,
  bytes: Uint8Array,
): Promise<FileReading> {
  const reading: FileReading = {
    format: null,
    version: null,
    statements: 0,
    entries: 0,
    added: 0,
    revised: 0,
    leftOut: 0,
    accountIds: new Set(),
    warnings: [],
    error: null,
  }
  const reader = statementReader(ports, tx, file, reading)
  try {
    for await (const part of readCamt(inOne(bytes))) await reader(part)
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    reading.error = { code: error.code, detail: error.detail, line: error.line }
  }
  return reading
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function statementReader(
  ports: StatementPorts,
  tx: Tx,
  file: File,
  reading: FileReading,
): (part: StatementPart) => Promise<void> {
  let open: OpenStatement | null = null
  const warn = (rule: string, detail: string, line?: number) => {
    if (reading.warnings.length < warningsKept) reading.warnings.push({ rule, detail, line: line ?? null })
  }
  /** The account is told by the head, its currency sometimes by the first entry only. */
  const begin = async (head: StatementHead, currency?: string): Promise<OpenStatement> => {
    const found = await accountOfFile(ports, tx, file.companyId, head, head.currency ?? currency)
    if (!found.account) warn(found.rule, found.detail)
    return newStatement(tx, { id: file.id, format: reading.format ?? '' }, found.account)
  }
  let head: StatementHead | null = null
  return async (part) => {
    if (part.kind === 'file') {
      reading.format ??= part.format
      reading.version ??= part.version
    } else if (part.kind === 'statement') {
      head = part.head
    } else if (part.kind === 'entry') {
      if (head) open ??= await begin(head, part.entry.amount.currency)
      if (open) await takeEntry(tx, open, part.entry)
    } else if (part.kind === 'warning') {
      const { rule, detail, line } = part.warning
      if (rule === 'entry_unreadable' || rule === 'balance_unreadable') reading.leftOut++
      warn(rule, detail, line)
    } else {
      open ??= await begin(part.head)
      if (open.account && open.pending > 0) warn('pending_not_taken', pendingWords(open.pending, part.head))
      await close(tx, reading, open, part.head)
      open = null
      head = null
    }
  }
}

/** A file tells what was booked; what is pending changes by the hour, and only a read of the bank shows it as it is. */
const pendingWords = (count: number, { id }: StatementHead) =>
  `${count} of the entries in statement ${id} ${count === 1 ? 'is' : 'are'} pending: kept as stated, no transactions`

async function close(tx: Tx, reading: FileReading, open: OpenStatement, head: StatementHead): Promise<void> {
  if (!open.account) {
    reading.leftOut++
    return
  }
  const result = await endStatement(tx, open, open.account, head)
  reading.statements++
  reading.entries += open.entries
  reading.added += result.added
  reading.revised += result.revised
  reading.accountIds.add(open.account.id)
}
