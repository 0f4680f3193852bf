import type { Money } from '../../domain/money.ts'
import { isKid } from '../../domain/norwegian.ts'
import type { EntryDetail, References, StatedAmounts } from '../../domain/statement.ts'
import { all, at, textAt, type XmlElement } from '../xml/element.ts'
import { readStatedAmounts, saysMore } from './camt-amounts.ts'
import { amountIfReadable, type Direction, readCharges, readDirection, readParty, signed } from './parts.ts'

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** A detail before its entry is known whole: the amount is still without sign. */
export type DetailDraft = {
  /** Every amount stated of it, best first. */
  readonly amounts: readonly Money[]
  readonly direction: Direction | undefined
  readonly stated: StatedAmounts | undefined
  readonly rest: Writable<Omit<EntryDetail, 'amount' | 'amounts'>>
}

/** Banks write this where the payer gave no end-to-end id. */
const noReference = /^not ?provided$/i

/**
 * `<TxDtls>`: one payment inside an entry. `batch` is the `<Btch>` beside it, whose ids hold for all its details.
 */
export function readDetail(transaction: XmlElement, batch: XmlElement | undefined): DetailDraft {
  const stated = readStatedAmounts(at(transaction, 'AmtDtls'))
  const amounts = amountsOf(transaction, stated)
  const rest: DetailDraft['rest'] = { references: readReferences(transaction, batch) }
  const debtor = readParty(transaction, 'Dbtr')
  if (debtor) rest.debtor = debtor
  const creditor = readParty(transaction, 'Cdtr')
  if (creditor) rest.creditor = creditor
  const text = remittanceText(transaction)
  if (text) rest.text = text
  const charges = readCharges(transaction, amounts[0]?.currency ?? '')
  if (charges.length > 0) rest.charges = charges
  const returnReason = readReturnReason(transaction)
  if (returnReason) rest.returnReason = returnReason
  return { amounts, direction: readDirection(transaction), stated, rest }
}

/**
 * The detail with its sign, in the entry's currency where the bank states it so. A detail that states no direction
 * has its entry's; the only detail of an entry that is no batch has its entry's amount too.
 */
export function finishDetail(
  draft: DetailDraft,
  entry: { amount: Money; direction: Direction; only: boolean },
): EntryDetail {
  const detail: Writable<EntryDetail> = draft.rest
  const same = draft.amounts.find((amount) => amount.currency === entry.amount.currency)
  const amount = same ?? (entry.only ? undefined : draft.amounts[0])
  if (amount) detail.amount = signed(amount, draft.direction ?? entry.direction)
  else if (entry.only) detail.amount = entry.amount
  if (draft.stated && saysMore(draft.stated, detail.amount)) detail.amounts = draft.stated
  return detail
}

/** `<Amt>` from .03 on, inside `<AmtDtls>` before: the transaction's amount, or what it was worth here. */
function amountsOf(transaction: XmlElement, stated: StatedAmounts | undefined): readonly Money[] {
  const amounts: Money[] = []
  const own = amountIfReadable(at(transaction, 'Amt'))
  if (own) amounts.push(own)
  if (stated?.transaction) amounts.push(stated.transaction)
  if (stated?.counterValue) amounts.push(stated.counterValue)
  if (stated?.instructed) amounts.push(stated.instructed)
  return amounts
}

function readReferences(transaction: XmlElement, batch: XmlElement | undefined): References {
  const refs = at(transaction, 'Refs')
  const references: Writable<References> = {}
  const endToEndId = textAt(refs, 'EndToEndId')
  if (endToEndId && !noReference.test(endToEndId)) references.endToEndId = endToEndId
  const messageId = textAt(refs, 'MsgId') ?? textAt(batch, 'MsgId')
  if (messageId) references.messageId = messageId
  const paymentInformationId = textAt(refs, 'PmtInfId') ?? textAt(batch, 'PmtInfId')
  if (paymentInformationId) references.paymentInformationId = paymentInformationId
  const instructionId = textAt(refs, 'InstrId')
  if (instructionId) references.instructionId = instructionId
  const mandateId = textAt(refs, 'MndtId')
  if (mandateId) references.mandateId = mandateId
  const transactionId = textAt(refs, 'TxId')
  if (transactionId) references.transactionId = transactionId
  const servicerReference = textAt(refs, 'AcctSvcrRef')
  if (servicerReference) references.servicerReference = servicerReference
  const creditorReferences = textsOf([
    ...all(transaction, 'RmtInf', 'Strd', 'CdtrRefInf', 'Ref'),
    ...all(transaction, 'RmtInf', 'Strd', 'CdtrRefInf', 'CdtrRef'),
  ])
  const kid = creditorReferences.find(isKid)
  if (kid) references.kid = kid
  if (creditorReferences.length > 0) references.creditorReferences = creditorReferences
  return references
}

function textsOf(elements: readonly XmlElement[]): readonly string[] {
  const texts: string[] = []
  for (const { text } of elements) if (text !== '') texts.push(text)
  return texts
}

/** Free text in the order a reader expects: the payer's message, remarks to structured parts, the bank's addition. */
function remittanceText(transaction: XmlElement): string | undefined {
  const lines = new Set<string>()
  for (const line of all(transaction, 'RmtInf', 'Ustrd')) lines.add(line.text)
  for (const line of all(transaction, 'RmtInf', 'Strd', 'AddtlRmtInf')) lines.add(line.text)
  for (const line of all(transaction, 'AddtlTxInf')) lines.add(line.text)
  lines.delete('')
  return [...lines].join('\n') || undefined
}

function readReturnReason(transaction: XmlElement): string | undefined {
  const info = at(transaction, 'RtrInf')
  return textAt(info, 'Rsn', 'Cd') ?? textAt(info, 'Rsn', 'Prtry') ?? textAt(info, 'AddtlInf')
}
