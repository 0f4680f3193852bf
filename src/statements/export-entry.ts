import type { EntryDetail, Party, References, StatementEntry } from '../domain/statement.ts'
import type { TransactionRow } from './read.ts'
import { amountsOf, batchesOf, chargesOf, creditorReferencesOf } from './stated.ts'

/** What is there of an object, as the normal form has it: members that were not stated are not there. */
function present<T extends object>(object: { [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null && value !== undefined),
  ) as T
}

/**
 * A stored transaction in the normal form again, to be written to a file. Its reference is our permanent id, so that whoever
 * reads two files knows the same movement by it; the bank's own id stands as the servicer's.
 */
export function entryOf(row: TransactionRow): StatementEntry {
  const details = row.entryDetailEntryId.map((detail) => detailOf(detail, row.currency))
  const ids = new Map(row.entryAliasEntryId.map(({ kind, value }) => [kind, value]))
  const servicerReference =
    ids.get('servicerReference') ?? ids.get('entryReference') ?? ids.get('transactionId')
  const batches = batchesOf(row.batches)
  const charges = chargesOf(row.charges)
  // Where the entry itself had no words, those of its only payment stand for them.
  const repeated = details.length === 1 && details[0]?.text === row.text
  return present<StatementEntry>({
    status: 'booked',
    amount: { minor: row.amountMinor, currency: row.currency },
    bookingDate: row.bookingDate,
    valueDate: row.valueDate,
    reversal: row.reversal,
    bankIds: { entryReference: row.id, ...(servicerReference && { servicerReference }) },
    bankTransactionCode: row.bankTransactionCode,
    proprietaryCode: row.proprietaryCode,
    text: repeated ? null : row.text,
    amounts: amountsOf(row.amounts),
    charges: charges && charges.length > 0 ? charges : null,
    batches: batches && batches.length > 0 ? batches : null,
    details,
  })
}

type DetailRow = TransactionRow['entryDetailEntryId'][number]

function detailOf(row: DetailRow, currency: string): EntryDetail {
  const creditorReferences = creditorReferencesOf(row.creditorReferences)
  return present<EntryDetail>({
    amount: row.amountMinor === null ? null : { minor: row.amountMinor, currency: row.currency ?? currency },
    references: present<References>({
      endToEndId: row.endToEndId,
      messageId: row.messageId,
      paymentInformationId: row.paymentInformationId,
      instructionId: row.instructionId,
      mandateId: row.mandateId,
      transactionId: row.transactionId,
      servicerReference: row.servicerReference,
      kid: row.kid,
      creditorReferences: creditorReferences.length > 0 ? creditorReferences : null,
    }),
    debtor: partyOf(row.debtorName, row.debtorAccount, row.debtorBic),
    creditor: partyOf(row.creditorName, row.creditorAccount, row.creditorBic),
    text: row.text,
    amounts: amountsOf(row.amounts),
    charges: chargesOf(row.charges),
    returnReason: row.returnReason,
  })
}

function partyOf(name: string | null, account: string | null, bic: string | null): Party | null {
  return name === null && account === null && bic === null ? null : present<Party>({ name, account, bic })
}
