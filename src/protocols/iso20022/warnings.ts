import type { StatementPart } from '../../domain/statement.ts'

/** What a bank left out or wrote oddly, with what was made of it. Said once for each statement. */
const remarks = {
  status_missing: 'entries have no status; a statement holds booked entries, so they count as booked',
  status_unknown: 'an entry has a status that is not known; it counts as information',
  booking_date_missing:
    'entries have no booking date; the day of the statement, the value date or the day it was made stands in',
  details_in_other_currency: 'a payment inside an entry is stated in another currency than the entry',
  account_missing: 'the statement does not say which account it is of',
} as const
export type Remark = keyof typeof remarks

export type Warner = {
  (
    rule: 'balance_unreadable' | 'entry_unreadable' | 'entry_count_differs',
    detail: string,
    line?: number,
  ): void
  once(remark: Remark, line?: number): void
}

/** Emits warnings of one statement; a remark that holds for many entries is given with the first one's line. */
export function createWarner(emit: (part: StatementPart) => void): Warner {
  const said = new Set<Remark>()
  const warn = (rule: string, detail: string, line?: number) =>
    emit({ kind: 'warning', warning: { rule, detail, ...(line !== undefined && { line }) } })
  return Object.assign(warn, {
    once(remark: Remark, line?: number) {
      if (said.has(remark)) return
      said.add(remark)
      warn(remark, remarks[remark], line)
    },
  })
}
