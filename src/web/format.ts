import type { Language } from '../consent/letters.ts'
import { formatAmount } from '../domain/money.ts'
import { formatBban, ibanToBban } from '../domain/norwegian.ts'

const THIN = '\u202f'
const FIRM = '\u00a0'

/** A Norwegian account as `8601.11.17947`, as people know it there; any other IBAN in groups of four. */
export function account(number: string): string {
  const bban = ibanToBban(number)
  return bban ? formatBban(bban) : number.replace(/(.{4})(?=.)/g, `$1${FIRM}`)
}

/** `12500.00` as people read it: `12 500,00 kr`, in English `NOK 12,500.00`. */
export function amount(minor: bigint, currency: string, language: Language): string {
  const [whole = '', fraction] = formatAmount({ minor, currency }).split('.')
  const nb = language === 'nb'
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, nb ? THIN : ',')
  const number = `${grouped}${fraction ? (nb ? ',' : '.') + fraction : ''}`
  if (!nb) return `${currency}${FIRM}${number}`
  return `${number}${FIRM}${currency === 'NOK' ? 'kr' : currency}`
}

const months: Readonly<Record<Language, Intl.DateTimeFormat>> = {
  nb: new Intl.DateTimeFormat('nb-NO', { dateStyle: 'long', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }),
}

/** A calendar date as people say it: `1. februar 2026`. */
export function day(date: string, language: Language): string {
  return months[language].format(new Date(`${date}T00:00:00Z`))
}

/** `312345676` as it stands on letterheads: `312 345 676`. */
export function organisation(number: string): string {
  return number.replace(/^(\d{3})(\d{3})(\d{3})$/, `$1${FIRM}$2${FIRM}$3`)
}
