import { ReadFailure } from '../read-failure.ts'
import type { Emit, LineFormat } from '../text/text-parts.ts'
import {
  type Assignment,
  addTransaction,
  type Count,
  compareTrailer,
  newCount,
  openAssignment,
  type Warn,
} from './assignment.ts'
import { type NetsRecord, readRecord } from './records.ts'
import { belongsTo, type TransactionDraft } from './transaction.ts'

/** Where in the file the reader is. */
type Place = {
  readonly emit: Emit
  readonly warn: Warn
  readonly said: Set<string>
  transmission: Count
  assignment: Assignment | undefined
  draft: TransactionDraft | undefined
  begun: boolean
  /** The transmission had its end record. */
  ended: boolean
}

/** Records of words that one transaction may have; the layout knows 84. */
const textsKept = 100

/** Turns lines into statement parts, a statement for each assignment. At any time it holds one transaction. */
export function createNetsCollector(emit: Emit, encoding: () => string): LineFormat {
  const place: Place = {
    emit,
    warn: (rule, detail, line) =>
      emit({ kind: 'warning', warning: { rule, detail, ...(line !== undefined && { line }) } }),
    said: new Set(),
    transmission: newCount(),
    assignment: undefined,
    draft: undefined,
    begun: false,
    ended: false,
  }
  return {
    line(text, number) {
      const record = readRecord(text, number)
      if (!record && text.trim() === '') return
      if (!record && !place.begun) {
        throw new ReadFailure('format_unknown', 'the first line is no record of Nets', number)
      }
      if (!place.begun) {
        emit({ kind: 'file', format: 'nets-ocr', version: 'nets-ocr', encoding: encoding() })
        place.begun = true
      }
      if (record) takeRecord(place, record)
      else
        warnOnce(place, 'record_unknown', 'there are lines that are no records; they are passed over', number)
    },
    end: () => endFile(place),
  }
}

function warnOnce({ said, warn }: Place, rule: string, detail: string, line: number): void {
  if (!said.has(detail)) warn(rule, detail, line)
  said.add(detail)
}

function takeRecord(place: Place, record: NetsRecord): void {
  const { type, line } = record
  place.ended = false
  place.transmission.records++
  if (type === '20') open(place, openAssignment(record), line)
  if (place.assignment) place.assignment.count.records++
  if (type === '30') {
    finishTransaction(place)
    place.draft = { first: record, second: undefined, texts: [] }
  } else if (type === '31' || type === '32' || type === '49') takeMore(place, record)
  else if (type === '70') currentAssignment(place, line).agreements++
  else if (type === '88') {
    finishTransaction(place)
    if (place.assignment) compareTrailer(record, wholeCount(place.assignment), place.warn)
    close(place, line)
  } else if (type === '89') {
    close(place, line)
    compareTrailer(record, place.transmission, place.warn)
    place.transmission = newCount()
    place.ended = true
  } else if (type !== '10' && type !== '20') {
    const detail = `records of type ${type} are not known; they are passed over`
    warnOnce(place, 'record_unknown', detail, line)
  }
}

/** Second amount item and words, after the amount they belong to. */
function takeMore(place: Place, record: NetsRecord): void {
  const { draft } = place
  if (!draft || !belongsTo(draft, record)) {
    warnOnce(place, 'record_out_of_place', 'there are records that belong to no transaction', record.line)
  } else if (record.type === '31') draft.second ??= record
  else if (draft.texts.length < textsKept) draft.texts.push(record)
}

function finishTransaction(place: Place): void {
  const { draft, emit, warn } = place
  if (!draft) return
  place.draft = undefined
  addTransaction(currentAssignment(place, draft.first.line), draft, emit, warn)
}

/** Transactions outside any assignment are read: files that were cut by hand have them. */
function currentAssignment(place: Place, line: number): Assignment {
  if (place.assignment) return place.assignment
  const made = openAssignment(undefined)
  open(place, made, line)
  place.warn('account_missing', 'transactions stand outside an assignment, so their account is unknown', line)
  return made
}

function open(place: Place, assignment: Assignment, line: number): void {
  close(place, line)
  place.assignment = assignment
  place.emit({ kind: 'statement', head: assignment.head })
}

const wholeCount = ({ count, agreements }: Assignment): Count => ({
  ...count,
  transactions: count.transactions + agreements,
})

function close(place: Place, line?: number): void {
  finishTransaction(place)
  const { assignment, transmission } = place
  if (!assignment) return
  const { agreements, head } = assignment
  const { transactions, sum, unreadable } = wholeCount(assignment)
  transmission.transactions += transactions
  transmission.sum += sum
  transmission.unreadable ||= unreadable
  if (agreements > 0) {
    const detail = `${agreements} agreements of AvtaleGiro are listed; they are no payments`
    place.warn('agreements_passed_over', detail, line)
  }
  place.assignment = undefined
  place.emit({ kind: 'statementEnd', head })
}

function endFile(place: Place): void {
  if (!place.begun) throw new ReadFailure('file_empty', 'there is nothing but blanks in the file', null)
  close(place)
  if (place.ended) return
  place.warn('end_record_missing', 'the last record of the transmission is missing; the file may be cut off')
}
