import type { Money } from '../../domain/money.ts'
import { isKid } from '../../domain/norwegian.ts'
import type { EntryDetail, References, StatedAmounts } from '../../domain/statement.ts'
import { at, textAt, type XmlElement } from '../xml/element.ts'
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
  const { creditorReferences, text } = readRemittance(transaction)
  const references = readReferences(transaction, batch, creditorReferences)
  const rest: DetailDraft['rest'] = { references }
  const debtor = readParty(transaction, 'Dbtr')
  if (debtor) rest.debtor = debtor
  const creditor = readParty(transaction, 'Cdtr')
  if (creditor) rest.creditor = creditor
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

function readReferences(
  transaction: XmlElement,
  batch: XmlElement | undefined,
  creditorReferences: readonly string[],
): References {
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
  const kid = creditorReferences.find(isKid)
  if (kid) references.kid = kid
  if (creditorReferences.length > 0) references.creditorReferences = creditorReferences
  return references
}

/** What `<RmtInf>` and the bank's addition say. */
type Remittance = { readonly creditorReferences: readonly string[]; readonly text: string | undefined }

/**
 * Structured references as they stand, and free text in the order a reader expects: the payer's message, remarks to
 * structured parts, the bank's addition.
 */
function readRemittance(transaction: XmlElement): Remittance {
  const creditorReferences: string[] = []
  const messages: string[] = []
  const remarks: string[] = []
  const additions: string[] = []
  for (let part = transaction.first; part; part = part.next) {
    if (part.name === 'AddtlTxInf') additions.push(part.text)
    if (part.name !== 'RmtInf') continue
    for (let child = part.first; child; child = child.next) {
      if (child.name === 'Ustrd') messages.push(child.text)
      else if (child.name === 'Strd') readStructured(child, creditorReferences, remarks)
    }
  }
  const lines = new Set([...messages, ...remarks, ...additions])
  lines.delete('')
  return { creditorReferences, text: lines.size > 0 ? [...lines].join('\n') : undefined }
}

/** `<Strd>`: the reference, which up to .01 has another name, and remarks. */
function readStructured(structured: XmlElement, references: string[], remarks: string[]): void {
  for (let child = structured.first; child; child = child.next) {
    if (child.name === 'AddtlRmtInf') remarks.push(child.text)
    if (child.name !== 'CdtrRefInf') continue
    const reference = textAt(child, 'Ref') ?? textAt(child, 'CdtrRef')
    if (reference) references.push(reference)
  }
}

function readReturnReason(transaction: XmlElement): string | undefined {
  const info = at(transaction, 'RtrInf')
  return textAt(info, 'Rsn', 'Cd') ?? textAt(info, 'Rsn', 'Prtry') ?? textAt(info, 'AddtlInf')
}
