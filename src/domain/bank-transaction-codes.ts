/**
 * What kind of movement it is, in plain words: a closed list (docs/normal-form.md). `other`: the bank gave a code that
 * says none of these.
 */
export const transactionCategories = [
  'incoming_payment',
  'outgoing_payment',
  'direct_debit',
  'card',
  'cash',
  'cheque',
  'salary',
  'own_transfer',
  'charges',
  'interest',
  'tax',
  'loan',
  'securities',
  'foreign_exchange',
  'return',
  'other',
] as const
export type TransactionCategory = (typeof transactionCategories)[number]

/** Sub-families that mean the same in every family of ISO 20022's external bank transaction codes. */
const bySubFamily: Readonly<Record<string, TransactionCategory>> = {
  CHRG: 'charges',
  COMM: 'charges',
  COME: 'charges',
  COMI: 'charges',
  COMT: 'charges',
  FEES: 'charges',
  INTR: 'interest',
  TAXE: 'tax',
  SALA: 'salary',
  // Payments that come back: returned, unpaid, refused, called back, reversed.
  RRTN: 'return',
  ARET: 'return',
  UPCT: 'return',
  UPDD: 'return',
  UPCQ: 'return',
  URCQ: 'return',
  PRDD: 'return',
  RPCR: 'return',
  RCDD: 'return',
  AREV: 'return',
  XRCQ: 'return',
}

/** Families of the domain `PMNT`. */
const paymentFamilies: Readonly<Record<string, TransactionCategory>> = {
  RCDT: 'incoming_payment',
  RRCT: 'incoming_payment',
  LBOX: 'incoming_payment',
  ICDT: 'outgoing_payment',
  IRCT: 'outgoing_payment',
  RCCN: 'own_transfer',
  ICCN: 'own_transfer',
  RDDT: 'direct_debit',
  IDDT: 'direct_debit',
  CCRD: 'card',
  MCRD: 'card',
  RCHQ: 'cheque',
  ICHQ: 'cheque',
  DRFT: 'cheque',
  CNTR: 'cash',
}

/** Domains as a whole. */
const domains: Readonly<Record<string, TransactionCategory>> = {
  CAMT: 'own_transfer',
  LDAS: 'loan',
  FORX: 'foreign_exchange',
  SECU: 'securities',
  DERV: 'securities',
}

/** Withdrawals and deposits of cash by card stand among the card transactions. */
const cashByCard = new Set(['CWDL', 'CDPT', 'XBCW', 'XBCD'])

/** Three letters of SWIFT's field 61 (MT940, subfield 6), behind `N`, `S` or `F`. */
const swiftTypes: Readonly<Record<string, TransactionCategory>> = {
  CHG: 'charges',
  COM: 'charges',
  BNK: 'charges',
  BRF: 'charges',
  INT: 'interest',
  TAX: 'tax',
  VAT: 'tax',
  SAL: 'salary',
  DDT: 'direct_debit',
  CHK: 'cheque',
  TCK: 'cheque',
  ECA: 'cash',
  CAS: 'cash',
  CMI: 'own_transfer',
  CMN: 'own_transfer',
  CMS: 'own_transfer',
  CMT: 'own_transfer',
  CMZ: 'own_transfer',
  LDP: 'loan',
  FEX: 'foreign_exchange',
  SEC: 'securities',
  DIV: 'securities',
  RTI: 'return',
}

type Coded = {
  /** `PMNT-RCDT-VCOM`. */
  readonly bankTransactionCode: string | null
  readonly proprietaryCode: string | null
  /** Sign of the amount, where a code says payment without saying which way. */
  readonly incoming: boolean
}

/**
 * The category of a movement: by its ISO 20022 code (external bank transaction code set: domain, family, sub-family),
 * else by the SWIFT type of an MT940, else by the kind of a Nets OCR record. Null where the bank gave no code.
 */
export function categoryOf({
  bankTransactionCode,
  proprietaryCode,
  incoming,
}: Coded): TransactionCategory | null {
  const payment = incoming ? 'incoming_payment' : 'outgoing_payment'
  const iso = bankTransactionCode === null ? undefined : isoCategory(bankTransactionCode, payment)
  if (iso) return iso
  const own = proprietaryCode === null ? undefined : proprietaryCategory(proprietaryCode, payment)
  if (own) return own
  return bankTransactionCode === null && proprietaryCode === null ? null : 'other'
}

function isoCategory(code: string, payment: TransactionCategory): TransactionCategory | undefined {
  const [domain = '', family = '', subFamily = ''] = code.split('-')
  if (family === 'CCRD' && cashByCard.has(subFamily)) return 'cash'
  // `OTHR` and `NTAV` of the payments: a payment, and its direction is the amount's.
  return (
    bySubFamily[subFamily] ??
    (domain === 'PMNT' ? (paymentFamilies[family] ?? withoutFamily(family, payment)) : domains[domain])
  )
}

const withoutFamily = (family: string, payment: TransactionCategory) =>
  family === 'OTHR' || family === 'NTAV' ? payment : undefined

function proprietaryCategory(code: string, payment: TransactionCategory): TransactionCategory | undefined {
  if (/^OCR-(18|20)$/.test(code)) return 'return'
  if (code.startsWith('OCR-')) return 'incoming_payment'
  const type = /^[NSF]([A-Z]{3})(\+|$)/.exec(code)?.[1]
  if (type === 'TRF' || type === 'CLR' || type === 'STO') return payment
  return type === undefined ? undefined : swiftTypes[type]
}
