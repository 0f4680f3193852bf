import { isCalendarDate } from '../../domain/calendar.ts'
import { daysBetween } from '../../domain/clock.ts'
import { AmountError, decimalsOf, type Money, parseMoney } from '../../domain/money.ts'

/** Why something of money could not be read: nothing is guessed. */
export class MtUnreadable extends Error {}

/** `YYMMDD`: years up to 79 are of this century. Undefined where the day is in no calendar. */
export function readMtDate(text: string): string | undefined {
  if (!/^\d{6}$/.test(text)) return undefined
  const century = text < '80' ? '20' : '19'
  const date = `${century}${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`
  return isCalendarDate(date) ? date : undefined
}

/** `MMDD` of an entry: in the year that puts it nearest to its value date, or another date of the statement. */
export function readEntryDate(text: string, near: string | undefined): string | undefined {
  if (!near || !/^\d{4}$/.test(text)) return undefined
  if (near.endsWith(`-${text.slice(0, 2)}-${text.slice(2)}`)) return near
  const year = Number(near.slice(0, 4))
  const days = [year, year - 1, year + 1]
    .map((one) => `${one}-${text.slice(0, 2)}-${text.slice(2)}`)
    .filter(isCalendarDate)
    .sort((a, b) => Math.abs(daysBetween(a, near)) - Math.abs(daysBetween(b, near)))
  return days[0]
}

/**
 * `1234,5`: a comma by the standard, a point by some. Without a sign; leading zeros fill up.
 * @throws MtUnreadable when it is no amount of that currency.
 */
export function readMtAmount(text: string, currency: string): Money {
  const plain = text.replace(',', '.').replace(/^0+(?=\d)/, '')
  try {
    return parseMoney(plain, currency)
  } catch (error) {
    if (error instanceof AmountError) throw new MtUnreadable(error.message)
    throw error
  }
}

export type MtBalance = { readonly amount: Money; readonly date?: string; readonly dateText: string }

/**
 * Balance fields (60a, 62a, 64, 65): mark, date, currency, amount, as in `C200102EUR13290,34`.
 * `open`: the file ends behind it, so that its decimals must be complete.
 * @throws MtUnreadable when mark, currency or amount cannot be read for certain.
 */
export function readMtBalance(text: string, open: boolean): MtBalance {
  const match = /^([CD])(\d{6})([A-Z]{3})([\d ]+[,.]\d*) *$/i.exec(text)
  if (!match) throw new MtUnreadable(`"${text.slice(0, 40)}" is not a balance`)
  const [, mark = '', dateText = '', currency = '', digits = ''] = match
  const amount = readMtAmount(digits.replaceAll(' ', ''), currency.toUpperCase())
  if (open && (/[,.](\d*)/.exec(digits)?.[1] ?? '').length < decimalsOf(amount.currency)) {
    throw new MtUnreadable('the file ends in the balance, so it may be cut off')
  }
  const date = readMtDate(dateText)
  const minor = mark.toUpperCase() === 'D' ? -amount.minor : amount.minor
  return { amount: { ...amount, minor }, dateText, ...(date && { date }) }
}
