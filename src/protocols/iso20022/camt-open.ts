import type { StatedBalance, StatementHead, StatementPart } from '../../domain/statement.ts'
import { ReadFailure } from '../read-failure.ts'
import { textAt, type XmlElement } from '../xml/element.ts'
import type { DetailDraft } from './camt-detail.ts'
import { type EntryContext, readEntry } from './camt-entry.ts'
import type { CamtLimits } from './camt-records.ts'
import { buildHead, readBalance, statementDay } from './camt-statement.ts'
import { AmountUnreadable, DateUnreadable, dateIn } from './parts.ts'
import { createWarner, type Warner } from './warnings.ts'

export type Emit = (part: StatementPart) => void

/** One statement while it is being read. */
export type OpenStatement = {
  /** A notification (camt.054): it moves no balance. */
  readonly detailsOnly: boolean
  readonly parts: Map<string, XmlElement>
  readonly balances: StatedBalance[]
  readonly warn: Warner
  /** Warnings that came up before the head was given out. */
  readonly waiting: StatementPart[]
  /** What entries fall back to; made anew when the head grows. */
  context: EntryContext | undefined
  announced: boolean
  entries: number
  /** `<Bal>`s that came up, also those that could not be read. */
  balancesSeen: number
}

export function openStatement(emit: Emit, detailsOnly: boolean): OpenStatement {
  const statement: OpenStatement = {
    detailsOnly,
    parts: new Map(),
    balances: [],
    warn: createWarner((part) => (statement.announced ? emit(part) : statement.waiting.push(part))),
    waiting: [],
    context: undefined,
    announced: false,
    entries: 0,
    balancesSeen: 0,
  }
  return statement
}

/** What a finished record means for the statement it stands in. */
export function takeRecord(
  statement: OpenStatement,
  record: XmlElement,
  details: readonly DetailDraft[],
  emit: Emit,
  limits: CamtLimits,
): void {
  if (record.name === 'Ntry') takeEntry(statement, record, details, emit)
  else {
    statement.context = undefined
    if (record.name === 'Bal') takeBalance(statement, record, limits)
    else if (!statement.parts.has(record.name)) statement.parts.set(record.name, record)
  }
}

function takeBalance(statement: OpenStatement, record: XmlElement, limits: CamtLimits): void {
  if (++statement.balancesSeen > limits.balances) {
    throw new ReadFailure(
      'record_too_large',
      `a statement has more than ${limits.balances} balances`,
      record.line,
    )
  }
  try {
    statement.balances.push(readBalance(record, textAt(statement.parts.get('Acct'), 'Ccy')))
  } catch (error) {
    if (!(error instanceof AmountUnreadable)) throw error
    statement.warn('balance_unreadable', error.message, record.line)
  }
}

function takeEntry(
  statement: OpenStatement,
  record: XmlElement,
  details: readonly DetailDraft[],
  emit: Emit,
): void {
  announce(statement, emit)
  statement.entries++
  try {
    statement.context ??= contextOf(statement)
    const { entry, remarks } = readEntry(record, details, statement.context)
    for (const remark of remarks) statement.warn.once(remark, record.line)
    emit({ kind: 'entry', entry, line: record.line })
  } catch (error) {
    if (!(error instanceof AmountUnreadable || error instanceof DateUnreadable)) throw error
    statement.warn('entry_unreadable', error.message, record.line)
  }
}

function contextOf(statement: OpenStatement): EntryContext {
  const head = headOf(statement)
  const day = statementDay(head)
  const createdOn = dateIn(statement.parts.get('CreDtTm')?.text)
  return {
    ...(head.currency && { currency: head.currency }),
    ...(day && { day }),
    ...(createdOn && { createdOn }),
  }
}

function headOf({ parts, balances, detailsOnly }: OpenStatement): StatementHead {
  return { ...buildHead(parts, balances), ...(detailsOnly && { detailsOnly }) }
}

function announce(statement: OpenStatement, emit: Emit): void {
  if (statement.announced) return
  statement.announced = true
  const head = headOf(statement)
  if (!head.account) statement.warn.once('account_missing', statement.parts.get('Acct')?.line)
  emit({ kind: 'statement', head })
  for (const part of statement.waiting.splice(0)) emit(part)
}

/** Gives out the head once more, now whole. */
export function endStatement(statement: OpenStatement, emit: Emit): void {
  announce(statement, emit)
  const summary = statement.parts.get('TxsSummry')
  const stated = textAt(summary, 'TtlNtries', 'NbOfNtries')
  if (stated && /^\d{1,15}$/.test(stated) && Number(stated) !== statement.entries) {
    const detail = `the bank counts ${stated} entries, the statement has ${statement.entries}`
    statement.warn('entry_count_differs', detail, summary?.line)
  }
  emit({ kind: 'statementEnd', head: headOf(statement) })
}
