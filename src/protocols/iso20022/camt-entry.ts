import type { BatchSummary, EntryStatus, StatementEntry } from '../../domain/statement.ts'
import { all, at, textAt, type XmlElement } from '../xml/element.ts'
import { type DetailDraft, finishDetail } from './camt-detail.ts'
import {
  AmountUnreadable,
  amountIfReadable,
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
 * @throws AmountUnreadable when amount, currency or direction cannot be read for certain.
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
  const status = readStatus(element, remarks)
  const valueDate = readDate(at(element, 'ValDt'))
  const bookingDate = readBookingDate(element, status, valueDate, context, remarks)
  const batches = readBatches(element)
  const only = drafts.length === 1 && (batches[0]?.transactions ?? 1) === 1
  const text = all(element, 'AddtlNtryInf')
    .map((line) => line.text)
    .join('\n')
  const charges = readCharges(element, amount.currency)
  const details = drafts.map((draft) => finishDetail(draft, { amount, direction, only }))
  if (details.some((detail) => detail.amount && detail.amount.currency !== amount.currency)) {
    remarks.push('details_in_other_currency')
  }
  return {
    remarks,
    entry: {
      status,
      amount,
      direction: direction === 'CRDT' ? 'credit' : 'debit',
      ...(bookingDate && { bookingDate }),
      ...(valueDate && { valueDate }),
      reversal: isTrue(textAt(element, 'RvslInd')),
      bankIds: readBankIds(element),
      ...readCodes(element),
      ...(text && { text }),
      ...(charges.length > 0 && { charges }),
      ...(batches.length > 0 && { batches }),
      details,
    },
  }
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

function readBookingDate(
  element: XmlElement,
  status: EntryStatus,
  valueDate: string | undefined,
  context: EntryContext,
  remarks: EntryRemark[],
): string | undefined {
  const stated = readDate(at(element, 'BookgDt'))
  if (stated || status !== 'booked') return stated
  remarks.push('booking_date_missing')
  return context.day ?? valueDate ?? context.createdOn
}

function readBankIds(element: XmlElement): StatementEntry['bankIds'] {
  const entryReference = textAt(element, 'NtryRef')
  const servicerReference = textAt(element, 'AcctSvcrRef')
  return { ...(entryReference && { entryReference }), ...(servicerReference && { servicerReference }) }
}

function readCodes(element: XmlElement): Pick<StatementEntry, 'bankTransactionCode' | 'proprietaryCode'> {
  const bankTransactionCode = readTransactionCode(element)
  const proprietaryCode = textAt(element, 'BkTxCd', 'Prtry', 'Cd')
  return { ...(bankTransactionCode && { bankTransactionCode }), ...(proprietaryCode && { proprietaryCode }) }
}

function readBatches(element: XmlElement): readonly BatchSummary[] {
  return all(element, 'NtryDtls', 'Btch').map((batch) => {
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
