import { isIban } from '../../domain/norwegian.ts'
import type { EntryDetail, Party, StatementEntry } from '../../domain/statement.ts'
import { readCodedAmounts } from './amounts.ts'
import { splitKid } from './kid.ts'
import { type Narrative, readNarrative, readStructuredLines } from './narrative.ts'
import type { StatementLine } from './statement-line.ts'

/** One movement while its fields come in. */
export type EntryDraft = {
  readonly statementLine: StatementLine
  readonly line: number
  /** Lines of its fields 86. */
  readonly narrative: string[]
  /** Lines of its fields NS. */
  readonly structured: string[]
  /** Characters of these lines. */
  length: number
}

/** Without a booking date where the bank gave no entry date and the value date is left to judge by the caller. */
export function readMtEntry(draft: EntryDraft): StatementEntry {
  const { statementLine: movement } = draft
  const told = readTold(draft)
  const code = [movement.type, told.businessCode].filter(Boolean).join('+')
  const counterAccount = [movement.reference, ...movement.supplement].find((text) => text && isIban(text))
  const words = movement.supplement.filter((text) => text !== counterAccount)
  const text = [told.bookingText, ...words].filter(Boolean).join('\n')
  const account = told.account ?? counterAccount
  const reference = movement.reference === counterAccount ? undefined : movement.reference
  return {
    status: movement.expected ? 'pending' : 'booked',
    amount: movement.amount,
    direction: movement.direction,
    ...(movement.entryDate && { bookingDate: movement.entryDate }),
    ...(movement.valueDate && { valueDate: movement.valueDate }),
    reversal: movement.reversal,
    bankIds: { ...(movement.bankReference && { servicerReference: movement.bankReference }) },
    ...(code && { proprietaryCode: code }),
    ...(text && { text }),
    ...readCodedAmounts([...movement.supplement, ...withoutNumbers(draft.narrative)], movement.amount),
    details: detailOf(movement, told, account, reference),
  }
}

/** Lines of the numbered dialect begin with their number, which may stand in the middle of a code. */
const withoutNumbers = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/^[?>]\d\d/, ''))

const readTold = ({ narrative, structured }: EntryDraft): Narrative =>
  structured.length > 0
    ? { ...readStructuredLines(structured), ...readNarrative(narrative) }
    : readNarrative(narrative)

/** Field 86 tells of one payment; an entry without anything to tell has no detail. */
function detailOf(
  movement: StatementLine,
  told: Narrative,
  account: string | undefined,
  reference: string | undefined,
): readonly EntryDetail[] {
  const party: Party = {
    ...(told.name && { name: told.name }),
    ...(account && { account }),
    ...(told.bic && { bic: told.bic }),
  }
  const { endToEndId, mandateId, paymentInformationId, returnReason } = told
  const { kid, text } = splitKid(told.text)
  // Banks write the name of the field in which the reference stands: `EREF`, `KREF+`, `PREF`, `MARF`.
  const own = reference && !/^(EREF|KREF|PREF|MARF|MREF)\+?$/.test(reference) ? reference : undefined
  const instructionId = told.instructionId ?? own
  const references = {
    ...(endToEndId && { endToEndId }),
    ...(mandateId && { mandateId }),
    ...(paymentInformationId && { paymentInformationId }),
    ...(instructionId && { instructionId }),
    ...(kid && { kid, creditorReferences: [kid] }),
  }
  const role = movement.direction === 'credit' ? 'debtor' : 'creditor'
  const detail = {
    references,
    ...(Object.keys(party).length > 0 && { [role]: party }),
    ...(text && { text }),
    ...(returnReason && { returnReason }),
  }
  const empty = Object.keys(references).length === 0 && Object.keys(detail).length === 1
  return empty ? [] : [{ amount: movement.amount, ...detail }]
}
