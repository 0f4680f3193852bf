import { isBban } from '../../domain/norwegian.ts'
import type { StatementHead } from '../../domain/statement.ts'
import type { Emit } from '../text/text-parts.ts'
import { columns, type NetsRecord } from './records.ts'
import { NetsUnreadable, readTrailer, readTransaction, type TransactionDraft } from './transaction.ts'

/** What is counted, to be held against a trailer. Agreements count as transactions there. */
export type Count = { transactions: number; records: number; sum: bigint; unreadable: boolean }

export const newCount = (): Count => ({ transactions: 0, records: 0, sum: 0n, unreadable: false })

/** One assignment while it is being read. */
export type Assignment = { readonly head: StatementHead; readonly count: Count; agreements: number }

export type Warn = (rule: string, detail: string, line?: number) => void

/** Assignment start (20): number and account in columns 18-24 and 25-35. Without one the account is unknown. */
export function openAssignment(record: NetsRecord | undefined): Assignment {
  const account = record ? columns(record, 25, 35).trim() : ''
  const head: StatementHead = {
    id: record ? columns(record, 18, 24).trim() : '',
    account,
    accountKind: isBban(account) ? 'BBAN' : 'other',
    currency: 'NOK',
    detailsOnly: true,
    balances: [],
  }
  return { head, count: newCount(), agreements: 0 }
}

/** Reads a transaction whose records are all there. */
export function addTransaction({ count }: Assignment, draft: TransactionDraft, emit: Emit, warn: Warn): void {
  const { first } = draft
  count.transactions++
  try {
    const entry = readTransaction(draft)
    count.sum += entry.amount.minor
    if (!entry.bookingDate && !entry.valueDate) {
      const detail = `"${columns(first, 16, 21)}" is in no calendar; the claim has no due date`
      warn('date_unreadable', detail, first.line)
    }
    emit({ kind: 'entry', entry, line: first.line })
  } catch (error) {
    if (!(error instanceof NetsUnreadable)) throw error
    count.unreadable = true
    warn('entry_unreadable', error.message, first.line)
  }
}

/** Holds what was read against a trailer (88, 89). Sums are signed; some write them without the sign. */
export function compareTrailer(record: NetsRecord, count: Count, warn: Warn): void {
  const stated = readTrailer(record)
  const compare = (what: string, theirs: bigint | undefined, ours: bigint) => {
    if (theirs === undefined || theirs === ours) return
    warn('trailer_differs', `the trailer says ${theirs} ${what}, there are ${ours}`, record.line)
  }
  compare('transactions', stated.transactions, BigInt(count.transactions))
  compare('records', stated.records, BigInt(count.records))
  const unsigned = count.sum < 0n && !stated.sum?.signed
  if (!count.unreadable) compare('øre', stated.sum?.value, unsigned ? -count.sum : count.sum)
}
