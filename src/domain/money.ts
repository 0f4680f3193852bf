/** An exact amount: `minor` in the currency's smallest unit (øre for NOK). Never a float. */
export type Money = { readonly minor: bigint; readonly currency: string }

/** Currencies of ISO 4217 whose number of decimals is not two. */
const decimalsByCurrency: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
}

export class AmountError extends Error {}

/** Decimals of a currency's minor unit (ISO 4217): 2 unless listed. */
export function decimalsOf(currency: string): number {
  return decimalsByCurrency[currency] ?? 2
}

/** What 64 bits of a database hold; ISO 20022 (`ActiveCurrencyAndAmount`) stops at 18 digits. */
const mostMinor = 2n ** 63n - 1n

/**
 * Reads a wire amount such as `"1234.5"`, `"-0.05"` or `"+7"`. More decimals than the currency has are
 * accepted only when they are zeros: an amount is never rounded.
 * @throws AmountError naming the text that is not an amount.
 */
export function parseMoney(text: string, currency: string): Money {
  const match = /^([+-]?)(\d{1,18})(?:\.(\d{0,9}))?$/.exec(text.trim())
  if (!match) throw new AmountError(`"${text.slice(0, 40)}" is not an amount`)
  const decimals = decimalsOf(currency)
  const fraction = match[3] ?? ''
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new AmountError(`"${text}" has more decimals than ${currency} has (${decimals})`)
  }
  const digits = BigInt(match[2] + fraction.slice(0, decimals).padEnd(decimals, '0'))
  if (digits > mostMinor) throw new AmountError(`"${text}" has more digits than an amount can have`)
  return { minor: match[1] === '-' ? -digits : digits, currency }
}

/** Writes the amount with all decimals of its currency: `{ minor: -5n, currency: 'NOK' }` is `"-0.05"`. */
export function formatAmount(money: Money): string {
  const decimals = decimalsOf(money.currency)
  const sign = money.minor < 0n ? '-' : ''
  const digits = (money.minor < 0n ? -money.minor : money.minor).toString().padStart(decimals + 1, '0')
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
