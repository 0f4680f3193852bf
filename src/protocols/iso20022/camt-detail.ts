import type { Money } from '../../domain/money.ts'
import { isKid } from '../../domain/norwegian.ts'
import type { EntryDetail, References } from '../../domain/statement.ts'
import { all, at, textAt, type XmlElement } from '../xml/element.ts'
import { amountIfReadable, type Direction, readCharges, readDirection, readParty, signed } from './parts.ts'

/** A detail before its entry is known whole: the amount is still without sign. */
export type DetailDraft = {
  /** Every amount stated of it, best first. */
  readonly amounts: readonly Money[]
  readonly direction?: Direction
  readonly rest: Omit<EntryDetail, 'amount'>
}

/** Banks write this where the payer gave no end-to-end id. */
const noReference = /^not ?provided$/i

/**
 * `<TxDtls>`: one payment inside an entry. `batch` is the `<Btch>` beside it, whose ids hold for all its details.
 */
export function readDetail(transaction: XmlElement, batch: XmlElement | undefined): DetailDraft {
  const amounts = statedAmounts(transaction)
  const direction = readDirection(transaction)
  const debtor = readParty(transaction, 'Dbtr')
  const creditor = readParty(transaction, 'Cdtr')
  const text = remittanceText(transaction)
  const charges = readCharges(transaction, amounts[0]?.currency ?? '')
  const returnReason = readReturnReason(transaction)
  return {
    amounts,
    ...(direction && { direction }),
    rest: {
      references: readReferences(transaction, batch),
      ...(debtor && { debtor }),
      ...(creditor && { creditor }),
      ...(text && { text }),
      ...(charges.length > 0 && { charges }),
      ...(returnReason && { returnReason }),
    },
  }
}

/**
 * The detail with its sign, in the entry's currency where the bank states it so. A detail that states no direction
 * has its entry's; the only detail of an entry that is no batch has its entry's amount too.
 */
export function finishDetail(
  draft: DetailDraft,
  entry: { amount: Money; direction: Direction; only: boolean },
): EntryDetail {
  const same = draft.amounts.find((amount) => amount.currency === entry.amount.currency)
  const amount = same ?? (entry.only ? undefined : draft.amounts[0])
  if (amount) return { amount: signed(amount, draft.direction ?? entry.direction), ...draft.rest }
  return entry.only ? { amount: entry.amount, ...draft.rest } : draft.rest
}

/** `<Amt>` from .03 on, inside `<AmtDtls>` before: the transaction's amount, or what it was worth here. */
function statedAmounts(transaction: XmlElement): readonly Money[] {
  const details = at(transaction, 'AmtDtls')
  return [
    at(transaction, 'Amt'),
    at(details, 'TxAmt', 'Amt'),
    at(details, 'CntrValAmt', 'Amt'),
    at(details, 'InstdAmt', 'Amt'),
  ].flatMap((element) => amountIfReadable(element) ?? [])
}

function readReferences(transaction: XmlElement, batch: XmlElement | undefined): References {
  const refs = at(transaction, 'Refs')
  const endToEndId = textAt(refs, 'EndToEndId')
  const stated = {
    endToEndId: endToEndId && noReference.test(endToEndId) ? undefined : endToEndId,
    messageId: textAt(refs, 'MsgId') ?? textAt(batch, 'MsgId'),
    paymentInformationId: textAt(refs, 'PmtInfId') ?? textAt(batch, 'PmtInfId'),
    instructionId: textAt(refs, 'InstrId'),
    mandateId: textAt(refs, 'MndtId'),
    transactionId: textAt(refs, 'TxId'),
    servicerReference: textAt(refs, 'AcctSvcrRef'),
  }
  const creditorReferences = all(transaction, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref')
    .map((reference) => reference.text)
    .filter((reference) => reference !== '')
  const kid = creditorReferences.find(isKid)
  return {
    ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value)),
    ...(kid && { kid }),
    ...(creditorReferences.length > 0 && { creditorReferences }),
  }
}

/** Free text in the order a reader expects: the payer's message, remarks to structured parts, the bank's addition. */
function remittanceText(transaction: XmlElement): string | undefined {
  const lines = [
    ...all(transaction, 'RmtInf', 'Ustrd'),
    ...all(transaction, 'RmtInf', 'Strd', 'AddtlRmtInf'),
    ...all(transaction, 'AddtlTxInf'),
  ].map((line) => line.text)
  return [...new Set(lines.filter(Boolean))].join('\n') || undefined
}

function readReturnReason(transaction: XmlElement): string | undefined {
  const info = at(transaction, 'RtrInf')
  return textAt(info, 'Rsn', 'Cd') ?? textAt(info, 'Rsn', 'Prtry') ?? textAt(info, 'AddtlInf')
}
