const digitsOf = (text: string) => [...text].map(Number)

function weighted(text: string, weights: readonly number[]): number {
  return digitsOf(text).reduce((sum, digit, index) => sum + digit * (weights[index] ?? 0), 0)
}

/** MOD11 check digit, or undefined when none exists (the remainder gives 10). */
function mod11(text: string, weights: readonly number[]): number | undefined {
  const digit = (11 - (weighted(text, weights) % 11)) % 11
  return digit === 10 ? undefined : digit
}

const accountWeights = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
const organisationWeights = [3, 2, 7, 6, 5, 4, 3, 2]
const k1Weights = [3, 7, 6, 1, 8, 9, 4, 5, 2]

/** Is this a Norwegian account number (11 digits, MOD11)? */
export const isBban = (text: string): boolean =>
  /^\d{11}$/.test(text) && mod11(text.slice(0, 10), accountWeights) === Number(text[10])

/** The first valid account number with this bank prefix (4 digits) at or after `serial` (6 digits). */
export function makeBban(prefix: string, serial: number): string {
  const first = `${prefix}${String(serial).padStart(6, '0')}`
  const digit = mod11(first, accountWeights)
  return digit === undefined ? makeBban(prefix, serial + 1) : `${first}${digit}`
}

/** IBAN of a Norwegian account number (ISO 13616, 97-10; "NO00" is 232400 in digits). */
export function ibanOf(bban: string): string {
  const rest = Number(BigInt(`${bban}232400`) % 97n)
  return `NO${String(98 - rest).padStart(2, '0')}${bban}`
}

/** The account number inside a Norwegian IBAN; other text is given back without spaces and dots. */
export function bbanOf(account: string): string {
  const text = account.replace(/[ .]/g, '').toUpperCase()
  return /^NO\d{13}$/.test(text) ? text.slice(4) : text
}

/** The first valid organisation number whose first eight digits are `first` or later. */
export function makeOrganisationNumber(first: number): string {
  const text = String(first).padStart(8, '0')
  const digit = mod11(text, organisationWeights)
  return digit === undefined ? makeOrganisationNumber(first + 1) : `${text}${digit}`
}

/** A synthetic national number (month + 80) for a birth date, from `individual` upwards. */
export function makeNationalNumber(birthdate: string, individual: number): string {
  const [year = '', month = '', day = ''] = birthdate.split('-')
  const nine = `${day}${Number(month) + 80}${year.slice(2)}${String(individual).padStart(3, '0')}`
  const k1 = mod11(nine, k1Weights)
  const k2 = k1 === undefined ? undefined : mod11(`${nine}${k1}`, accountWeights)
  return k2 === undefined ? makeNationalNumber(birthdate, individual + 1) : `${nine}${k1}${k2}`
}

/** KID: `digits` and its MOD10 (Luhn) check digit. */
export function makeKid(digits: string): string {
  const sum = digitsOf(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = index % 2 === 0 ? digit * 2 : digit
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
