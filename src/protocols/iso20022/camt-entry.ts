import type { BatchSummary, EntryStatus, StatementEntry } from '../../domain/statement.ts'
import { all, at, textAt, type XmlElement } from '../xml/element.ts'
import { readStatedAmounts, saysMore } from './camt-amounts.ts'
import { type DetailDraft, finishDetail } from './camt-detail.ts'
import {
  AmountUnreadable,
  amountIfReadable,
  DateUnreadable,
  isTrue,
  readAmount,
  readCharges,
  readDate,
  readDirection,
  readTransactionCode,
  signed,
} from './parts.ts'

/** What an entry may fall back to where the bank left something out. */
export type EntryContext = {
  readonly currency?: string
  /** The day of a statement that covers one day. */
  readonly day?: string
  /** When the statement was made, the last resort for a booking date. */
  readonly createdOn?: string
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

export type EntryReading = { readonly entry: StatementEntry; readonly remarks: readonly EntryRemark[] }
export type EntryRemark =
  | 'status_missing'
  | 'status_unknown'
  | 'booking_date_missing'
  | 'details_in_other_currency'

const statuses: Readonly<Record<string, EntryStatus>> = {
  BOOK: 'booked',
  PDNG: 'pending',
  FUTR: 'pending',
  INFO: 'information',
}

/**
 * `<Ntry>`. Sign follows the entry's own indicator, also of a reversal, which is marked besides. The status may
 * stand as text or below `<Cd>`.
 * @throws AmountUnreadable when amount, currency or direction cannot be read for certain; DateUnreadable when there is
 * no day for a booked entry.
 */
export function readEntry(
  element: XmlElement,
  drafts: readonly DetailDraft[],
  context: EntryContext,
): EntryReading {
  const remarks: EntryRemark[] = []
  const unsigned = readAmount(at(element, 'Amt'), context.currency)
  const direction = readDirection(element)
  if (!direction) throw new AmountUnreadable('it is not said whether the entry is a credit or a debit')
  if (unsigned.minor < 0n) throw new AmountUnreadable('the amount has a sign of its own beside its direction')
  const amount = signed(unsigned, direction)
  const batches = readBatches(element)
  const only = drafts.length === 1 && (batches[0]?.transactions ?? 1) === 1
  const details = drafts.map((draft) => finishDetail(draft, { amount, direction, only }))
  if (details.some((detail) => detail.amount && detail.amount.currency !== amount.currency)) {
    remarks.push('details_in_other_currency')
  }
  const entry: Writable<StatementEntry> = {
    status: readStatus(element, remarks),
    amount,
    direction: direction === 'CRDT' ? 'credit' : 'debit',
    reversal: isTrue(textAt(element, 'RvslInd')),
    bankIds: readBankIds(element),
    details,
  }
  addDates(entry, element, context, remarks)
  addCodes(entry, element)
  const charges = readCharges(element, amount.currency)
  if (charges.length > 0) entry.charges = charges
  if (batches.length > 0) entry.batches = batches
  const stated = readStatedAmounts(at(element, 'AmtDtls'))
  if (stated && saysMore(stated, amount)) entry.amounts = stated
  return { remarks, entry }
}

/** A statement holds booked entries by its definition, so a bank that leaves the status out means booked. */
function readStatus(element: XmlElement, remarks: EntryRemark[]): EntryStatus {
  const code = textAt(element, 'Sts') ?? textAt(element, 'Sts', 'Cd') ?? textAt(element, 'Sts', 'Prtry')
  if (!code) {
    remarks.push('status_missing')
    return 'booked'
  }
  const status = statuses[code]
  if (!status) remarks.push('status_unknown')
  return status ?? 'information'
}

function addDates(
  entry: Writable<StatementEntry>,
  element: XmlElement,
  context: EntryContext,
  remarks: EntryRemark[],
): void {
  const valueDate = readDate(at(element, 'ValDt'))
  if (valueDate) entry.valueDate = valueDate
  const stated = readDate(at(element, 'BookgDt'))
  const isLeftOut = !stated && entry.status === 'booked'
  if (isLeftOut) remarks.push('booking_date_missing')
  // A day that is stated, and in no calendar, is not the one on which the file was made.
  const impossible =
    at(element, 'BookgDt') !== undefined || (at(element, 'ValDt') !== undefined && !valueDate)
  const standIn = context.day ?? valueDate ?? (impossible ? undefined : context.createdOn)
  const bookingDate = stated ?? (isLeftOut ? standIn : undefined)
  if (isLeftOut && !bookingDate) throw new DateUnreadable('no date of the entry can be read')
  if (bookingDate) entry.bookingDate = bookingDate
}

function readBankIds(element: XmlElement): StatementEntry['bankIds'] {
  const ids: Writable<StatementEntry['bankIds']> = {}
  const entryReference = textAt(element, 'NtryRef')
  if (entryReference) ids.entryReference = entryReference
  const servicerReference = textAt(element, 'AcctSvcrRef')
  if (servicerReference) ids.servicerReference = servicerReference
  return ids
}

function addCodes(entry: Writable<StatementEntry>, element: XmlElement): void {
  const bankTransactionCode = readTransactionCode(element)
  if (bankTransactionCode) entry.bankTransactionCode = bankTransactionCode
  const proprietaryCode = textAt(element, 'BkTxCd', 'Prtry', 'Cd')
  if (proprietaryCode) entry.proprietaryCode = proprietaryCode
  const lines = all(element, 'AddtlNtryInf')
  const text = lines.length === 1 ? lines[0]?.text : lines.map((line) => line.text).join('\n')
  if (text) entry.text = text
}

function readBatches(element: XmlElement): readonly BatchSummary[] {
  return [...all(element, 'NtryDtls', 'Btch'), ...all(element, 'Btch')].map((batch) => {
    const count = textAt(batch, 'NbOfTxs')
    const amount = amountIfReadable(at(batch, 'TtlAmt'))
    const messageId = textAt(batch, 'MsgId')
    const paymentInformationId = textAt(batch, 'PmtInfId')
    return {
      ...(count && /^\d{1,9}$/.test(count) && { transactions: Number(count) }),
      ...(amount && { total: signed(amount, readDirection(batch) ?? readDirection(element) ?? 'CRDT') }),
      ...(messageId && { messageId }),
      ...(paymentInformationId && { paymentInformationId }),
    }
  })
}
