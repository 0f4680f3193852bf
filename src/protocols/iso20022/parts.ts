import { isStatementDate } from '../../domain/calendar.ts'
import { AmountError, type Money, parseMoney } from '../../domain/money.ts'
import type { Charge, Party } from '../../domain/statement.ts'
import { attributeOf } from '../xml/attributes.ts'
import { all, at, textAt, type XmlElement } from '../xml/element.ts'

/** Why an amount could not be read: nothing is guessed of money. */
export class AmountUnreadable extends Error {}

/** There is no day for a booked entry: neither proof nor a list of days would ever see it. */
export class DateUnreadable extends Error {}

/**
 * `<Amt Ccy="NOK">12.50</Amt>`: always positive in ISO 20022, the direction stands beside it.
 * @throws AmountUnreadable when number or currency cannot be read for certain.
 */
export function readAmount(element: XmlElement | undefined, fallbackCurrency?: string): Money {
  if (!element) throw new AmountUnreadable('there is no amount')
  const currency = attributeOf(element.attributes, 'Ccy')?.trim() || fallbackCurrency
  if (!currency || !/^[A-Z]{3}$/.test(currency)) {
    throw new AmountUnreadable(`"${(currency ?? '').slice(0, 10)}" is not a currency`)
  }
  try {
    return parseMoney(element.text, currency)
  } catch (error) {
    if (error instanceof AmountError) throw new AmountUnreadable(error.message)
    throw error
  }
}

/** The amount if it can be read and has no sign, else undefined: for amounts that say more but move nothing. */
export function amountIfReadable(element: XmlElement | undefined, currency?: string): Money | undefined {
  try {
    const amount = element && readAmount(element, currency)
    return amount && amount.minor >= 0n ? amount : undefined
  } catch (error) {
    if (error instanceof AmountUnreadable) return undefined
    throw error
  }
}

/** The amount as the account sees it: credits positive, debits negative. */
export function signed(amount: Money, direction: Direction): Money {
  return direction === 'DBIT' ? { ...amount, minor: -amount.minor } : amount
}

export type Direction = 'CRDT' | 'DBIT'

/** `<CdtDbtInd>` below an element. */
export function readDirection(element: XmlElement | undefined): Direction | undefined {
  const text = textAt(element, 'CdtDbtInd')
  return text === 'CRDT' || text === 'DBIT' ? text : undefined
}

/**
 * Calendar date of `<Dt>` or `<DtTm>` below an element. Of an instant the date is taken as the bank wrote it, in
 * the bank's own zone. Undefined where there is none or it is in no calendar.
 */
export function readDate(element: XmlElement | undefined): string | undefined {
  return dateIn(textAt(element, 'Dt') ?? textAt(element, 'DtTm'))
}

/** The date that an ISO date or instant begins with, if a statement may speak of it. */
export function dateIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (text === lastDate) return text
  const date = text.slice(0, 10)
  if (!isStatementDate(date)) return undefined
  lastDate = date
  return date
}
/** Entries of one day stand together: a date that was just found good is not looked at again. */
let lastDate = ''

/** An account's number below `<Id>`, without blanks: IBAN, BBAN or whatever number the bank uses. */
export function readAccount(
  account: XmlElement | undefined,
): { number: string; kind: 'IBAN' | 'BBAN' | 'other' } | undefined {
  const id = at(account, 'Id')
  const iban = textAt(id, 'IBAN')
  if (iban) return { number: iban.replace(/\s/g, ''), kind: 'IBAN' }
  const bban = textAt(id, 'BBAN')
  if (bban) return { number: bban.replace(/\s/g, ''), kind: 'BBAN' }
  const other = textAt(id, 'Othr', 'Id') ?? textAt(id, 'PrtryAcct', 'Id') ?? textAt(id, 'UPIC')
  if (!other) return undefined
  const kind = textAt(id, 'Othr', 'SchmeNm', 'Cd') === 'BBAN' ? 'BBAN' : 'other'
  return { number: other.replace(/\s/g, ''), kind }
}

/** A bank's BIC: `BICFI` from .03 on, `BIC` before. */
export function readBic(agent: XmlElement | undefined): string | undefined {
  return textAt(agent, 'FinInstnId', 'BICFI') ?? textAt(agent, 'FinInstnId', 'BIC')
}

/** Name of a party; from .08 on it lies below `<Pty>` or, where the party is a bank, `<Agt>`. */
export function readName(party: XmlElement | undefined): string | undefined {
  return textAt(party, 'Nm') ?? textAt(party, 'Pty', 'Nm') ?? textAt(party, 'Agt', 'FinInstnId', 'Nm')
}

/** Debtor or creditor of a transaction's details, with account and bank. */
export function readParty(transaction: XmlElement, role: 'Dbtr' | 'Cdtr'): Party | undefined {
  const parties = at(transaction, 'RltdPties')
  const name = readName(at(parties, role)) ?? readName(at(parties, `Ultmt${role}`))
  const account = readAccount(at(parties, `${role}Acct`))?.number
  const bic = readBic(at(transaction, 'RltdAgts', `${role}Agt`)) ?? readBic(at(parties, role, 'Agt'))
  if (!name && !account && !bic) return undefined
  return { ...(name && { name }), ...(account && { account }), ...(bic && { bic }) }
}

/** Domain, family and sub-family as `PMNT-RCDT-VCOM`; undefined unless all three are there. */
export function readTransactionCode(element: XmlElement): string | undefined {
  const domain = at(element, 'BkTxCd', 'Domn')
  const family = at(domain, 'Fmly')
  const [code, familyCode, subFamilyCode] = [
    textAt(domain, 'Cd'),
    textAt(family, 'Cd'),
    textAt(family, 'SubFmlyCd'),
  ]
  return code && familyCode && subFamilyCode ? `${code}-${familyCode}-${subFamilyCode}` : undefined
}

/** Fees: one `<Chrgs>` each up to .02, `<Rcrd>`s inside one `<Chrgs>` later. Charged unless stated as a credit. */
export function readCharges(element: XmlElement, currency: string): readonly Charge[] {
  const charged = all(element, 'Chrgs')
  if (charged.length === 0) return []
  const stated = charged.flatMap((charges) => {
    const records = all(charges, 'Rcrd')
    return records.length > 0 ? records : [charges]
  })
  return stated.flatMap((record) => {
    const amount = amountIfReadable(at(record, 'Amt') ?? at(record, 'TtlChrgsAndTaxAmt'), currency)
    if (!amount) return []
    const included = textAt(record, 'ChrgInclInd')
    const code = textAt(record, 'Tp', 'Cd') ?? textAt(record, 'Tp', 'Prtry', 'Id')
    return {
      amount: signed(amount, readDirection(record) ?? 'DBIT'),
      ...(included && { included: isTrue(included) }),
      ...(code && { code }),
    }
  })
}

/** XML Schema writes truth as `true` or `1`. */
export function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}
