import type { AccountRow } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import type { StatementHead, StatementPart } from '../domain/statement.ts'
import { ReadFailure } from '../protocols/read-failure.ts'
import { readStatementFile } from '../protocols/statement-file.ts'
import { updateCompleteness } from './completeness.ts'
import { accountOfFile } from './file-account.ts'
import { type Doubt, futureRows, misfit, unusualNumber, withoutFuture } from './file-doubts.ts'
import { headFacts, least } from './file-head.ts'
import { endNotice } from './file-notice.ts'
import { endStatement, newStatement, type OpenStatement, takeEntry } from './file-statement.ts'
import type { StatementPorts } from './ports.ts'

/** A file that is being read; its first reading is number 1. */
export type FileSource = { readonly id: string; readonly companyId: string; readonly reading: number }

/** Warnings kept of one file; beyond it they are only counted. */
const warningsKept = 100

export type FileWarning = { rule: string; detail: string; line: number | null }

/** What a file held and what became of it. */
export type FileReading = {
  /** `mixed`: an archive of files in several formats. */
  format: string | null
  version: string | null
  /** Statements that went in. */
  statements: number
  entries: number
  added: number
  revised: number
  /** Payments of notices that wait for the entry they tell of. */
  waiting: number
  /** Statements and entries that did not go in. */
  leftOut: number
  readonly accountIds: Set<string>
  readonly warnings: FileWarning[]
  error: { code: string; detail: string; line: number | null } | null
}

const newReading = (): FileReading => ({
  format: null,
  version: null,
  statements: 0,
  entries: 0,
  added: 0,
  revised: 0,
  waiting: 0,
  leftOut: 0,
  accountIds: new Set(),
  warnings: [],
  error: null,
})

/** Where in the file the reader is. */
type Place = {
  readonly ports: Pick<StatementPorts, 'vault'>
  readonly tx: Tx
  readonly file: FileSource
  readonly reading: FileReading
  /** How often each id of a statement has come up in this file. */
  readonly ids: Map<string, number>
  /** Accounts whose days are to be judged once the file is through, from which day on. */
  readonly judge: Map<string, { readonly account: AccountRow; readonly from: string }>
  format: string
  head: StatementHead | null
  /** Which of the statements with its id it is, from 1 on. */
  times: number
  open: OpenStatement | null
  /** Something of the statement could not be read. */
  unread: boolean
}

/** Reads a file part by part and ingests each statement as it ends: memory holds one batch of rows, whatever the size. */
export async function readFile(
  ports: Pick<StatementPorts, 'vault'>,
  tx: Tx,
  file: FileSource,
  bytes: Uint8Array,
): Promise<FileReading> {
  const reading = newReading()
  const place: Place = {
    ...{ ports, tx, file, reading },
    ids: new Map(),
    judge: new Map(),
    format: '',
    head: null,
    times: 0,
    open: null,
    unread: false,
  }
  try {
    for await (const part of readStatementFile(inOne(bytes))) await take(place, part)
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    reading.error = { code: error.code, detail: error.detail, line: error.line }
  }
  for (const { account, from } of place.judge.values())
    await updateCompleteness(tx, account, { from, reopened: [] })
  return reading
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function warn({ warnings }: FileReading, rule: string, detail: string, line?: number): void {
  if (warnings.length < warningsKept) warnings.push({ rule, detail, line: line ?? null })
}

/** Warnings of readers about what did not go in. */
const leavesOut: ReadonlySet<string> = new Set(['entry_unreadable', 'balance_unreadable', 'date_unreadable'])

async function take(place: Place, part: StatementPart): Promise<void> {
  const { tx, reading } = place
  if (part.kind === 'file') {
    // Of the file before, in an archive, a statement may be left without its end.
    place.head = place.open = null
    place.format = part.format
    reading.format = reading.format === null || reading.format === part.format ? part.format : 'mixed'
    reading.version = reading.version === null || reading.version === part.version ? part.version : 'mixed'
  } else if (part.kind === 'statement') {
    place.head = part.head
    place.open = null
    place.unread = false
    const times = (place.ids.get(part.head.id) ?? 0) + 1
    place.ids.set(part.head.id, times)
    place.times = times
  } else if (part.kind === 'entry') {
    if (place.head) place.open ??= await begin(place, named(place, place.head), part.entry.amount.currency)
    if (place.open) await takeEntry(tx, place.open, part.entry)
  } else if (part.kind === 'warning') {
    const { rule, detail, line } = part.warning
    if (leavesOut.has(rule)) {
      reading.leftOut++
      place.unread = true
    }
    warn(reading, rule, detail, line)
  } else {
    const { head, doubts } = withoutFuture(named(place, part.head), tx.now)
    const open = place.open ?? (await begin(place, head))
    open.unread = place.unread
    await close(place, open, head, doubts)
    place.head = place.open = null
  }
}

/** Some banks give every statement of a file the same id. */
const named = ({ times }: Place, head: StatementHead): StatementHead =>
  times > 1 ? { ...head, id: `${head.id} (${times})` } : head

/** The account is told by the head, its currency sometimes by the first entry only. */
async function begin(place: Place, head: StatementHead, currency?: string): Promise<OpenStatement> {
  const { ports, tx, file, reading, format } = place
  const found = await accountOfFile(ports, tx, file.companyId, head, head.currency ?? currency)
  if (!found.account) warn(reading, found.rule, found.detail)
  else if (!reading.accountIds.has(found.account.id))
    for (const { rule, detail } of unusualNumber(head, found.account.id)) warn(reading, rule, detail)
  const again =
    found.account && file.reading > 1 ? await readBefore(place, found.account.id, head.id) : undefined
  return newStatement(tx, { id: file.id, format }, found.account, again)
}

/** Statements of earlier readings keep their ids. */
async function readBefore({ tx, file }: Place, accountId: string, bankStatementId: string) {
  const key = { clientId: tx.clientId, accountId, bankStatementId, sourceId: file.id }
  const where = { clientId_accountId_bankStatementId_sourceId: key }
  const known = await tx.prisma.statement.findUnique({ where, select: { id: true } })
  return { id: known?.id ?? newId('statement', tx.now), reading: file.reading }
}

async function close(
  place: Place,
  open: OpenStatement,
  head: StatementHead,
  doubts: readonly Doubt[],
): Promise<void> {
  const { tx, reading } = place
  const { account, pending, entries } = open
  if (!account) {
    reading.leftOut++
    return
  }
  const late = [...doubts, ...futureRows(open.future, head)]
  reading.leftOut += late.length
  const facts = headFacts(head, account.currency, open)
  const misfits = open.unread ? [] : misfit(head, facts, open, account.id)
  for (const { rule, detail } of [...late, ...misfits]) warn(reading, rule, detail)
  if (pending > 0) warn(reading, 'pending_not_taken', pendingWords(pending, head))
  if (head.detailsOnly) {
    const result = await endNotice(tx, open, account, head)
    for (const { rule, detail } of result.warnings) warn(reading, rule, detail)
    reading.revised += result.attached
    reading.waiting += result.waiting
  } else {
    const result = await endStatement(tx, open, account, head, false)
    reading.added += result.added
    reading.revised += result.revised
    const known = place.judge.get(account.id)?.from ?? result.judgeFrom
    place.judge.set(account.id, { account, from: least(known, result.judgeFrom) ?? known })
  }
  reading.statements++
  reading.entries += entries
  reading.accountIds.add(account.id)
}

/** A file tells what was booked; what is pending changes by the hour, and only a read of the bank shows it as it is. */
const pendingWords = (count: number, { id }: StatementHead) =>
  `${count} of the entries in statement ${id} ${count === 1 ? 'is' : 'are'} pending: kept as stated, no transactions`
