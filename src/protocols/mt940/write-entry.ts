import { categoryOf, type TransactionCategory } from '../../domain/bank-transaction-codes.ts'
import { decimalsOf, formatAmount, type Money } from '../../domain/money.ts'
import { isIban } from '../../domain/norwegian.ts'
import type { Charge, EntryDetail, StatedAmounts, StatementEntry } from '../../domain/statement.ts'
import { splitKid } from './kid.ts'
import { readEntryDate } from './parts.ts'
import {
  codedReference,
  codedValue,
  lostAtEnds,
  narrativeLength,
  narrativeLines,
  swiftText,
} from './write-text.ts'

/** `1234,50`: always with a comma, and all decimals of the currency (field 61, subfield 5). */
export function mtAmount(money: Money): string {
  const minor = money.minor < 0n ? -money.minor : money.minor
  const text = formatAmount({ ...money, minor }).replace('.', ',')
  return decimalsOf(money.currency) === 0 ? `${text},` : text
}

/** `YYMMDD`. */
export const mtDate = (date: string) => date.slice(2).replaceAll('-', '')

const types: Readonly<Partial<Record<TransactionCategory, string>>> = {
  incoming_payment: 'NTRF',
  outgoing_payment: 'NTRF',
  direct_debit: 'NDDT',
  cheque: 'NCHK',
  salary: 'NSAL',
  own_transfer: 'NCMT',
  charges: 'NCHG',
  interest: 'NINT',
  tax: 'NTAX',
  loan: 'NLDP',
  securities: 'NSEC',
  foreign_exchange: 'NFEX',
  return: 'NRTI',
}

/** The SWIFT type of the entry: the bank's own where it is one, else by its category. */
function typeOf(entry: StatementEntry): string {
  const { bankTransactionCode = null, proprietaryCode = null, amount } = entry
  if (proprietaryCode && /^[NF][A-Z]{3}$/.test(proprietaryCode)) return proprietaryCode
  const category = categoryOf({ bankTransactionCode, proprietaryCode, incoming: amount.minor > 0n })
  return (category && types[category]) ?? 'NMSC'
}

/** What field 61 and field 86 can tell of an entry. */
type Told = {
  readonly type: string
  readonly bookingDate: string
  readonly valueDate: string
  readonly credit: boolean
  readonly reference: string | undefined
  readonly bankReference: string | undefined
  /** Codes of field 86 with their values, in the order they are written. */
  readonly coded: readonly (readonly [code: string, value: string])[]
  readonly amounts: StatedAmounts | undefined
  readonly charges: readonly Charge[]
}

/** Sixteen characters of field 61; some words there mean that there is none, or name the field where it stands. */
function shortReference(text: string | undefined): string | undefined {
  const plain = swiftText(text)
  const fits = /^[A-Za-z0-9]([A-Za-z0-9 .,()'+?:/-]{0,14}[A-Za-z0-9])?$/.test(plain)
  if (!fits || plain.includes('//') || plain !== text?.trim() || isIban(plain)) return undefined
  return /^(nonref|n|EREF|KREF|PREF|MARF|MREF)$/i.test(plain) ? undefined : plain
}

function tell(entry: StatementEntry): Told {
  const bookingDate = entry.bookingDate ?? ''
  const value = entry.valueDate ?? bookingDate
  // The day of booking is written without its year: too far from the value date it would be read as another year's.
  const near = readEntryDate(bookingDate.slice(5).replace('-', ''), value) === bookingDate
  const credit = entry.amount.minor === 0n ? entry.direction !== 'debit' : entry.amount.minor > 0n
  const [only] = entry.details.length === 1 ? entry.details : []
  return {
    type: typeOf(entry),
    bookingDate,
    valueDate: near ? value : bookingDate,
    credit,
    reference: shortReference(only?.references.instructionId),
    bankReference: shortReference(entry.bankIds.servicerReference),
    ...withAmounts(entry, only, codesOf(entry, only, credit)),
  }
}

/** References alone are taken for free text by many readers: the type of the entry makes it plain that these are codes. */
const recognisable = (coded: Coded, type: string): Coded =>
  coded.length === 0 || coded.some(([code]) => ['TRTP', 'IBAN', 'NAME', 'REMI'].includes(code))
    ? coded
    : [['TRTP', type], ...coded]

type Coded = readonly (readonly [string, string])[]

function codesOf(entry: StatementEntry, only: EntryDetail | undefined, credit: boolean): Coded {
  const party = credit ? only?.debtor : only?.creditor
  const references = only?.references
  const account = party?.account?.replace(/\s/g, '')
  const known = account && /^[A-Za-z0-9]{1,34}$/.test(account) ? account : undefined
  const bic = party?.bic && /^[A-Z0-9]{8}([A-Z0-9]{3})?$/.test(party.bic) ? party.bic : undefined
  const batch = entry.batches?.[0]?.paymentInformationId
  return (
    [
      ['TRTP', codedValue(entry.text, 65)],
      [known && isIban(known) ? 'IBAN' : 'BBAN', codedReference(known, 34)],
      ['BIC', bic],
      ['NAME', codedValue(party?.name, 70)],
      ['EREF', codedReference(references?.endToEndId)],
      ['PREF', codedReference(references?.paymentInformationId ?? batch)],
      ['MARF', codedReference(references?.mandateId)],
      ['RTRN', codedValue(only?.returnReason, 35)],
    ] as const
  ).flatMap(([code, value]) => (value === undefined ? [] : [[code, value] as const]))
}

/** Characters of field 86 that are kept for the words of the payment. */
const keptForWords = 60

/** The amount that was ordered or paid abroad, its rate to the account's currency, and fees, as far as there is room. */
function withAmounts(
  entry: StatementEntry,
  only: EntryDetail | undefined,
  coded: Coded,
): Pick<Told, 'coded' | 'amounts' | 'charges'> {
  const { currency } = entry.amount
  const stated = orderedAmount(entry, only)
  const charges = (entry.charges ?? only?.charges ?? [])
    .filter(({ amount }) => amount.minor <= 0n)
    .slice(0, 2)
  const more: Coded = [
    ...(stated?.instructed
      ? [['OCMT', `${stated.instructed.currency}${mtAmount(stated.instructed)}`] as const]
      : []),
    ...(stated?.exchange ? [['EXCH', stated.exchange.rate.replace('.', ',')] as const] : []),
    ...charges.map(({ amount }) => ['CHGS', `${amount.currency}${mtAmount(amount)}`] as const),
  ]
  const fits = written([...coded, ...more]).length <= narrativeLength - keptForWords
  const all = recognisable(withRemittance(fits ? [...coded, ...more] : coded, only), typeOf(entry))
  const exchange = stated?.exchange && { ...stated.exchange, target: currency }
  return {
    coded: all,
    amounts: fits && stated ? { ...stated, ...(exchange && { exchange }) } : undefined,
    charges: fits ? charges.map(({ amount }) => ({ amount })) : [],
  }
}

function orderedAmount(entry: StatementEntry, only: EntryDetail | undefined): StatedAmounts | undefined {
  const amounts = entry.amounts ?? only?.amounts
  const stated = amounts?.instructed ?? amounts?.transaction
  if (!stated) return undefined
  const instructed = { ...stated, minor: stated.minor < 0n ? -stated.minor : stated.minor }
  const { currency, minor } = entry.amount
  const { source = '', target = currency, rate = '' } = amounts?.exchange ?? {}
  const rated = source === instructed.currency && target === currency && /^\d{1,18}(\.\d{1,10})?$/.test(rate)
  if (rated) return { instructed, exchange: { source, rate } }
  const same = instructed.currency === currency && instructed.minor === (minor < 0n ? -minor : minor)
  return same ? undefined : { instructed }
}

const written = (coded: Coded) => coded.map(([code, value]) => `/${code}/${value}`).join('')

/** The words of the payment take what room the others leave. A KID has no code of its own and goes before them. */
function withRemittance(coded: Coded, only: EntryDetail | undefined): Coded {
  if (!only) return coded
  const { kid } = only.references
  const room = narrativeLength - lostAtEnds - written(coded).length - '/REMI/'.length
  const said = splitKid(only.text).kid === kid
  const words = [kid && !said && `KID ${kid}`, only.text].filter(Boolean).join(' ')
  const remittance = codedValue(words, room)
  return remittance === undefined ? coded : [...coded, ['REMI', remittance]]
}

/**
 * Fields 61 and 86 of one booked entry, lines without their ends (SWIFT MT940: `6!n[4!n]2a15d1!a3!c16x[//16x]`, and six lines
 * of 65 characters with codes between slashes). A batch is told as one line: its payments have no place here.
 */
export function writeMtEntry(entry: StatementEntry): string[] {
  const told = tell(entry)
  // A reversed credit takes money away: RC is a debit.
  const mark = entry.reversal ? (told.credit ? 'RD' : 'RC') : told.credit ? 'C' : 'D'
  const bank = told.bankReference === undefined ? '' : `//${told.bankReference}`
  const day = told.bookingDate.slice(5).replace('-', '')
  const line = `:61:${mtDate(told.valueDate)}${day}${mark}${mtAmount(entry.amount)}${told.type}${told.reference ?? 'NONREF'}${bank}`
  const [first, ...others] = told.coded.length > 0 ? narrativeLines(written(told.coded)) : []
  return first === undefined ? [line] : [line, `:86:${first}`, ...others]
}

/** What is read of an entry that was written so: the normal form as far as an MT940 can hold it. */
export function fitMtEntry(entry: StatementEntry): StatementEntry {
  const told = tell(entry)
  const coded = new Map(told.coded)
  const get = (code: string) => coded.get(code)
  const account = get('IBAN') ?? get('BBAN')
  const [name, bic, bookingText, returnReason] = [get('NAME'), get('BIC'), get('TRTP'), get('RTRN')]
  const { kid, text } = splitKid(get('REMI'))
  const party = { ...(name && { name }), ...(account && { account }), ...(bic && { bic }) }
  const [endToEndId, mandateId, paymentInformationId] = [get('EREF'), get('MARF'), get('PREF')]
  const references = {
    ...(endToEndId && { endToEndId }),
    ...(mandateId && { mandateId }),
    ...(paymentInformationId && { paymentInformationId }),
    ...(told.reference && { instructionId: told.reference }),
    ...(kid && { kid, creditorReferences: [kid] }),
  }
  const detail = {
    references,
    ...(Object.keys(party).length > 0 && { [told.credit ? 'debtor' : 'creditor']: party }),
    ...(text && { text }),
    ...(returnReason && { returnReason }),
  }
  const empty = Object.keys(references).length === 0 && Object.keys(detail).length === 1
  return {
    status: 'booked',
    amount: entry.amount,
    direction: told.credit ? 'credit' : 'debit',
    bookingDate: told.bookingDate,
    valueDate: told.valueDate,
    reversal: entry.reversal,
    bankIds: told.bankReference === undefined ? {} : { servicerReference: told.bankReference },
    proprietaryCode: told.type,
    ...(bookingText && { text: bookingText }),
    ...(told.amounts && { amounts: told.amounts }),
    ...(told.charges.length > 0 && { charges: told.charges }),
    details: empty ? [] : [{ amount: entry.amount, ...detail }],
  }
}
