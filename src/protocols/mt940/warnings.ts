import type { ReadWarning, StatementPart } from '../../domain/statement.ts'

export type Emit = (part: StatementPart) => void

/** What a bank left out or wrote oddly, with what was made of it. Said once for each statement. */
const remarks = {
  reference_missing: 'a statement does not begin with its reference (field 20)',
  account_missing: 'the statement does not say which account it is of',
  booking_date_missing:
    'entries have no entry date and a value date outside the statement; the day the statement ends stands in',
  closing_balance_missing: 'the statement has no closing balance that can be read; it may be cut off',
  entry_after_end: 'there are entries after the closing balance; they are read as part of the statement',
} as const
type Remark = keyof typeof remarks
type Rule = 'balance_unreadable' | 'date_unreadable' | 'entry_unreadable' | 'field_out_of_place'

export type MtWarner = {
  (rule: Rule, detail: string, line: number): void
  once(remark: Remark, line: number): void
  /** Gives out what was said since the last time. */
  flush(emit: Emit): void
}

/** Warnings kept before a statement is announced. */
const waitingWarnings = 1_000

/** Collects the warnings of one statement, so that they come after its head. */
export function createMtWarner(): MtWarner {
  const said = new Set<Remark>()
  const waiting: ReadWarning[] = []
  const warn = (rule: string, detail: string, line: number) => {
    if (waiting.length < waitingWarnings) waiting.push({ rule, detail, line })
  }
  return Object.assign(warn, {
    once(remark: Remark, line: number) {
      if (said.has(remark)) return
      said.add(remark)
      warn(remark, remarks[remark], line)
    },
    flush(emit: Emit) {
      for (const warning of waiting.splice(0)) emit({ kind: 'warning', warning })
    },
  })
}
