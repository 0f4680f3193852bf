import type { EntryDetail, Party, References, StatementEntry } from '../../domain/statement.ts'
import { columns, isFiller, type NetsRecord, readNetsDate, readNumber } from './records.ts'

/** The records of one transaction: amount items 1 (30), 2 (31) and 3 (32), lines of specification (49). */
export type TransactionDraft = {
  readonly first: NetsRecord
  second: NetsRecord | undefined
  /** Records that hold words. */
  readonly texts: NetsRecord[]
}

/** Nothing is guessed of money. */
export class NetsUnreadable extends Error {}

/** Records cut off behind the KID are read; before it they may have lost digits. */
const leastLength = 74

/** Kinds of OCR giro that take money back. */
const reversals = new Set(['18', '20'])

/**
 * One payment with KID (OCR giro), or one claim (AvtaleGiro), which is only announced. Amounts are in øre, the sign
 * of OCR giro stands in column 32. Source: layout of Nets, amount items 1 to 3.
 * @throws NetsUnreadable when the amount, or the day of a payment, cannot be read for certain.
 */
export function readTransaction(draft: TransactionDraft): StatementEntry {
  const { first } = draft
  const claim = first.service === '21'
  if (first.text.length < leastLength)
    throw new NetsUnreadable('the record is shorter than its amount and KID')
  const digits = columns(first, 33, 49)
  const sign = claim ? '' : columns(first, 32, 32)
  if (!/^\d{17}$/.test(digits)) throw new NetsUnreadable(`"${digits}" is not an amount in øre`)
  if (!/^[-0 ]?$/.test(sign)) throw new NetsUnreadable(`"${sign}" is not a sign`)
  const minor = sign === '-' ? -BigInt(digits) : BigInt(digits)
  const amount = { minor, currency: 'NOK' }
  const dateText = columns(first, 16, 21)
  const date = readNetsDate(dateText)
  if (!claim && !date) throw new NetsUnreadable(`the day "${dateText}" is in no calendar`)
  const settlement = columns(first, 26, 31)
  return {
    status: claim ? 'information' : 'booked',
    amount,
    direction: minor < 0n ? 'debit' : 'credit',
    ...(date && (claim ? { valueDate: date } : { bookingDate: date })),
    reversal: !claim && reversals.has(first.kind),
    bankIds: {},
    proprietaryCode: `${claim ? 'AVTALEGIRO' : 'OCR'}-${first.kind}`,
    ...(!claim && !isFiller(settlement) && { settlement: `${dateText}-${settlement}` }),
    details: [{ amount, ...(claim ? readClaim(draft) : readPayment(draft)) }],
  }
}

/** KID, right-aligned in columns 50-74; it may end in `-` and keeps its leading zeros. */
function readKid(first: NetsRecord): References {
  const kid = columns(first, 50, 74).trim()
  return kid === '' ? {} : { kid, creditorReferences: [kid] }
}

const withText = (lines: readonly string[]): Pick<EntryDetail, 'text'> => {
  const text = lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')
  return text ? { text } : {}
}

function readPayment({ first, second, texts }: TransactionDraft): EntryDetail {
  const reference = second ? columns(second, 26, 34) : ''
  const account = second ? columns(second, 48, 58) : ''
  const knownAccount = /^\d{11}$/.test(account) && !isFiller(account)
  return {
    references: {
      ...readKid(first),
      ...(!isFiller(reference) && { servicerReference: reference.trim() }),
    },
    ...(knownAccount && { debtor: { account } }),
    ...withText(texts.map((record) => columns(record, 16, 55))),
  }
}

function readClaim({ first, second, texts }: TransactionDraft): EntryDetail {
  const name = second ? columns(second, 16, 25).trim() : ''
  const reference = second ? columns(second, 51, 75).trim() : ''
  const debtor: Party | undefined = name ? { name } : undefined
  return {
    references: { ...readKid(first), ...(reference && { instructionId: reference }) },
    ...(debtor && { debtor }),
    ...withText(texts.map((record) => columns(record, 21, 60))),
  }
}

/** A record that belongs to the transaction begun before it: same service and number. */
export function belongsTo(draft: TransactionDraft, record: NetsRecord): boolean {
  const number = (one: NetsRecord) => columns(one, 9, 15)
  return record.service === draft.first.service && number(record) === number(draft.first)
}

/** What the trailer states, in øre and counts; undefined where the columns hold no number. */
export function readTrailer(record: NetsRecord) {
  return {
    transactions: readNumber(columns(record, 9, 16))?.value,
    records: readNumber(columns(record, 17, 24))?.value,
    sum: readNumber(columns(record, 25, 41)),
  }
}
