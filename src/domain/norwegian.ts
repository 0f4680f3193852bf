/**
 * Norwegian identifiers: account numbers (BBAN, IBAN), organisation numbers and KID. Check digits only: whether
 * a number is in use is the bank's or the register's to say. Bits and Brønnøysund publish the rules.
 */

const digitsOnly = /^\d+$/

function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += (digits.charCodeAt(i) - 48) * (weights[i] as number)
  return sum
}

/** Control digit modulo 11, or undefined where the remainder would need two digits (10). */
function mod11(digits: string, weights: readonly number[]): number | undefined {
  const control = 11 - (weightedSum(digits, weights) % 11)
  if (control === 10) return undefined
  return control === 11 ? 0 : control
}

const bbanWeights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
/** Accounts with `00` in positions 5-6 are by some checked over positions 7-10 alone. */
const shortBbanWeights = [5, 4, 3, 2]
const organisationWeights = [3, 2, 7, 6, 5, 4, 3, 2]

/** Strips what people write between the digits: blanks (also non-breaking), dots, hyphens. */
function compact(text: string): string {
  return text.replace(/[\s.\u2010-\u2015-]/g, '')
}

/**
 * True for a Norwegian account number: exactly 11 digits with a valid check digit. Accounts with `00` in
 * positions 5-6 pass by the ordinary rule or by the short one, since banks use both.
 */
export function isBban(text: string): boolean {
  if (text.length !== 11 || !digitsOnly.test(text)) return false
  const control = text.charCodeAt(10) - 48
  if (mod11(text, bbanWeights) === control) return true
  return text.slice(4, 6) === '00' && mod11(text.slice(6), shortBbanWeights) === control
}

/** `15032080119` as people read it: `1503.20.80119`. Text that is no account number comes back as it is. */
export function formatBban(bban: string): string {
  return isBban(bban) ? `${bban.slice(0, 4)}.${bban.slice(4, 6)}.${bban.slice(6)}` : bban
}

/** Remainder modulo 97 of an IBAN's characters, letters counted as 10-35 (ISO 7064). */
function mod97(text: string): number {
  let rest = 0
  for (const char of text) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/**
 * True for an IBAN of any country with valid check digits (ISO 13616), written without blanks. A Norwegian one
 * must also have 15 characters and hold a valid BBAN.
 */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false
  if (mod97(text.slice(4) + text.slice(0, 4)) !== 1) return false
  return !text.startsWith('NO') || isBban(text.slice(4))
}

/**
 * IBAN of a Norwegian account number: `15032080119` gives `NO5015032080119`.
 * @throws RangeError when the text is not a valid BBAN.
 */
export function bbanToIban(bban: string): string {
  if (!isBban(bban)) throw new RangeError(`"${bban.slice(0, 40)}" is not a Norwegian account number`)
  const check = 98 - mod97(`${bban}NO00`)
  return `NO${check.toString().padStart(2, '0')}${bban}`
}

/** BBAN inside a Norwegian IBAN, or undefined for any other text. */
export function ibanToBban(iban: string): string | undefined {
  return iban.startsWith('NO') && isIban(iban) ? iban.slice(4) : undefined
}

/**
 * The key under which an account is one and the same however it is written: a Norwegian BBAN and its IBAN, with
 * or without dots and blanks, both become the IBAN. Anything else is only cleaned (blanks, dots and hyphens out,
 * upper case), never refused: banks name accounts by numbers of their own too.
 */
export function normaliseAccount(text: string): string {
  const key = compact(text).toUpperCase()
  return isBban(key) ? bbanToIban(key) : key
}

/** True for an organisation number: 9 digits, modulo 11. The first digit is not tested (new ranges are planned). */
export function isOrganisationNumber(text: string): boolean {
  if (text.length !== 9 || !digitsOnly.test(text)) return false
  return mod11(text, organisationWeights) === text.charCodeAt(8) - 48
}

/** Check digit by Luhn (MOD10) of the digits before it. */
function luhn(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const doubled = (digits.charCodeAt(digits.length - 1 - i) - 48) * (i % 2 === 0 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return String((10 - (sum % 10)) % 10)
}

/** Check character by MOD11, weights 2-7 from the right; `-` stands for 10. */
function kidMod11(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    sum += (digits.charCodeAt(digits.length - 1 - i) - 48) * ((i % 6) + 2)
  }
  const control = (11 - (sum % 11)) % 11
  return control === 10 ? '-' : String(control)
}

/** Both check characters that a KID body (1-24 digits) may end in. Which one holds is the creditor's agreement. */
export function kidCheckCharacters(body: string): { mod10: string; mod11: string } {
  if (!/^\d{1,24}$/.test(body)) throw new RangeError('a KID body has 1 to 24 digits')
  return { mod10: luhn(body), mod11: kidMod11(body) }
}

/**
 * True for a possible KID: 2-25 characters, digits with a last digit by MOD10 or MOD11, or `-` by MOD11. Leading
 * zeros count. The payee's bank has the last word, for only it knows the agreement.
 */
export function isKid(text: string): boolean {
  if (!/^\d{1,24}[\d-]$/.test(text)) return false
  const checks = kidCheckCharacters(text.slice(0, -1))
  const last = text.slice(-1)
  return last === checks.mod11 || last === checks.mod10
}
