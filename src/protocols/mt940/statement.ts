import { addDays } from '../../domain/clock.ts'
import type { BalanceType, StatedBalance, StatementEntry } from '../../domain/statement.ts'
import { ReadFailure } from '../read-failure.ts'
import { derivedBalances } from './derived-remark.ts'
import { type EntryDraft, readMtEntry } from './entry.ts'
import type { MtField, MtLimits } from './fields.ts'
import { buildMtHead, type HeadDraft, newHead } from './head.ts'
import { MtUnreadable, readMtBalance, readMtDate } from './parts.ts'
import { readStatementLine } from './statement-line.ts'
import { createMtWarner, type Emit, type MtWarner } from './warnings.ts'

/** One statement while it is being read. */
export type MtStatement = {
  readonly head: HeadDraft
  readonly line: number
  draft: EntryDraft | undefined
  /** Entries without a booking date wait for the closing balance, which says the day. */
  readonly waiting: { readonly entry: StatementEntry; readonly line: number }[]
  waitingLength: number
  firstDay: string | undefined
  announced: boolean
  /** The closing balance was there: what comes now belongs to the statement as a whole. */
  closed: boolean
  /** It has begun, with a balance or a movement, and neither closing balance nor totals (90C, 90D) stand behind these. */
  open: boolean
  readonly warn: MtWarner
}

/** Entries, and characters of theirs, that may wait for the day of their statement; then the value date stands in. */
const waitingEntries = 2_000
const waitingLength = 8 * 2 ** 20

export function openMtStatement(field: MtField): MtStatement {
  return {
    head: newHead((field.lines[0] ?? '').trim()),
    line: field.line,
    draft: undefined,
    waiting: [],
    waitingLength: 0,
    firstDay: undefined,
    announced: false,
    closed: false,
    open: false,
    warn: createMtWarner(),
  }
}

const balanceTypes: Readonly<Record<string, BalanceType>> = {
  '60F': 'openingBooked',
  '60M': 'interimBooked',
  '62F': 'closingBooked',
  '62M': 'interimBooked',
  '64': 'closingAvailable',
  '65': 'forwardAvailable',
}

/** What a field means for the statement it stands in (SWIFT MT940 and MT942, field specifications). */
export function takeField(statement: MtStatement, field: MtField, emit: Emit, limits: MtLimits): void {
  const { head, draft } = statement
  const text = (field.lines[0] ?? '').trim()
  if (/^6[01]/.test(field.tag)) statement.open = !head.closing
  else if (/^(62|90)/.test(field.tag)) statement.open = false
  if (field.tag === '61') takeMovement(statement, field, emit)
  else if (field.tag === '86') {
    if (statement.closed) markDerived(statement, text)
    else if (draft) tell(draft, draft.narrative, field, limits)
  } else if (field.tag === 'NS') {
    if (draft) tell(draft, draft.structured, field, limits)
  } else if (/^25P?$/.test(field.tag)) {
    if (!head.account) {
      head.account = text
      if (field.tag === '25P') head.bic = (field.lines[1] ?? '').trim()
    } else {
      statement.warn('field_out_of_place', `a second field ${field.tag} is taken as text`, field.line)
      if (draft) tell(draft, draft.narrative, field, limits)
    }
  } else if (/^28C?$/.test(field.tag)) head.sequence ||= text
  else if (/^(60[FM]|62[FM]|64|65)$/.test(field.tag)) takeBalance(statement, field, emit, limits)
  else if (field.tag === '34F') head.currency ??= /^[A-Z]{3}/.exec(text)?.[0]
  else if (/^13D?$/.test(field.tag)) head.reportedOn ??= readMtDate(text.slice(0, 6))
  if (statement.announced) statement.warn.flush(emit)
}

/** What our own statements say at their end of balances that no bank stated. */
function markDerived({ head }: MtStatement, remark: string): void {
  const { opening, closing } = head
  const named = derivedBalances(remark)
  if (opening && named.includes('opening')) head.opening = { ...opening, derived: true }
  if (closing && named.includes('closing')) head.closing = { ...closing, derived: true }
}

/** Adds lines to what is told of a movement; a movement may have several fields of them. */
function tell(draft: EntryDraft, lines: string[], field: MtField, limits: MtLimits): void {
  lines.push(...field.lines)
  draft.length += field.lines.reduce((sum, line) => sum + line.length, 0)
  const count = draft.narrative.length + draft.structured.length
  if (count <= limits.fieldLines && draft.length <= limits.fieldLength) return
  throw new ReadFailure('record_too_large', 'what is told of a movement is larger than the limit', field.line)
}

function takeMovement(statement: MtStatement, field: MtField, emit: Emit): void {
  const { head } = statement
  finishEntry(statement, emit)
  if (statement.closed) statement.warn.once('entry_after_end', field.line)
  statement.closed = false
  try {
    const statementLine = readStatementLine(field.lines, {
      currency: head.currency,
      near: head.opening?.date ?? head.reportedOn,
    })
    statement.draft = { statementLine, line: field.line, narrative: [], structured: [], length: 0 }
  } catch (error) {
    if (!(error instanceof MtUnreadable)) throw error
    statement.warn('entry_unreadable', error.message, field.line)
  }
}

function takeBalance(statement: MtStatement, field: MtField, emit: Emit, limits: MtLimits): void {
  const { head, warn } = statement
  if (field.tag.startsWith('62')) {
    finishEntry(statement, emit)
    statement.closed = true
  }
  try {
    const { amount, date, dateText } = readMtBalance(field.lines[0] ?? '', field.open)
    if (!date) warn('date_unreadable', `"${dateText}" is in no calendar`, field.line)
    const code = field.tag
    const balance: StatedBalance = {
      type: balanceTypes[code] as BalanceType,
      code,
      amount,
      ...(date && { date }),
    }
    head.currency ??= amount.currency
    if (code.startsWith('60')) head.opening ??= balance
    else if (code.startsWith('62')) head.closing = balance
    else if (head.others.push(balance) > limits.balances) {
      throw new ReadFailure(
        'record_too_large',
        `a statement has more than ${limits.balances} balances`,
        field.line,
      )
    }
  } catch (error) {
    if (!(error instanceof MtUnreadable)) throw error
    warn('balance_unreadable', error.message, field.line)
  }
}

function finishEntry(statement: MtStatement, emit: Emit): void {
  const { draft, waiting } = statement
  if (!draft) return
  statement.draft = undefined
  const entry = readMtEntry(draft)
  if (entry.bookingDate && (!statement.firstDay || entry.bookingDate < statement.firstDay)) {
    statement.firstDay = entry.bookingDate
  }
  if (waiting.length === 0 && (entry.bookingDate || entry.status === 'pending')) {
    give(statement, entry, draft.line, emit)
    return
  }
  waiting.push({ entry, line: draft.line })
  statement.waitingLength += draft.length
  if (waiting.length >= waitingEntries || statement.waitingLength >= waitingLength) release(statement, emit)
}

function give(statement: MtStatement, entry: StatementEntry, line: number, emit: Emit): void {
  announce(statement, emit)
  emit({ kind: 'entry', entry, line })
}

/** Gives out the entries that waited, each on the day that is the likeliest by what the statement says. */
function release(statement: MtStatement, emit: Emit): void {
  const { opening, closing, reportedOn } = statement.head
  statement.waitingLength = 0
  for (const { entry, line } of statement.waiting.splice(0)) {
    if (entry.bookingDate || entry.status === 'pending') {
      give(statement, entry, line, emit)
      continue
    }
    const day = dayWithin(entry.valueDate, opening?.date, closing?.date ?? reportedOn)
    if (!day) {
      statement.warn('entry_unreadable', 'no date of the entry can be read', line)
      continue
    }
    if (day !== entry.valueDate) statement.warn.once('booking_date_missing', line)
    if (!statement.firstDay || day < statement.firstDay) statement.firstDay = day
    give(statement, { ...entry, bookingDate: day }, line, emit)
  }
}

/** The value date where it lies within the statement's days, else the day the statement ends. */
function dayWithin(value: string | undefined, from: string | undefined, to: string | undefined) {
  const within = value && (!from || value >= from) && (!to || value <= to)
  return within ? value : (to ?? value ?? (from && addDays(from, 1)))
}

function announce(statement: MtStatement, emit: Emit): void {
  if (statement.announced) return
  statement.announced = true
  if (!statement.head.account) statement.warn.once('account_missing', statement.line)
  emit({ kind: 'statement', head: buildMtHead(statement.head, statement.firstDay) })
  statement.warn.flush(emit)
}

/** Gives out the head once more, now whole. */
export function endMtStatement(statement: MtStatement, emit: Emit): void {
  finishEntry(statement, emit)
  release(statement, emit)
  announce(statement, emit)
  const { head } = statement
  if (head.opening && !head.closing) statement.warn.once('closing_balance_missing', statement.line)
  statement.warn.flush(emit)
  emit({ kind: 'statementEnd', head: buildMtHead(head, statement.firstDay) })
}
