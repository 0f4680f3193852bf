/** Letters beyond SWIFT's character set x, as Norwegian banks write them there; `Ø` before a small letter is `Oe`. */
const letters: Readonly<Record<string, string>> = {
  æ: 'ae',
  ø: 'oe',
  å: 'aa',
  Æ: 'AE',
  Ø: 'OE',
  Å: 'AA',
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  Ä: 'AE',
  Ö: 'OE',
  Ü: 'UE',
  ß: 'ss',
  '–': '-',
  '—': '-',
  '’': "'",
  '&': '+',
}

const titled = (pair: string) => pair.slice(0, 1) + pair.slice(1).toLowerCase()

/**
 * A text in SWIFT's character set x (letters, digits, blank and `/-?:().,'+`) on one line, blanks single. Letters with
 * marks lose them; what has no likeness there becomes a point. Runs of `:` and `-` are shortened: no line of a field may begin
 * with them.
 */
export function swiftText(text: string | undefined): string {
  return (text ?? '')
    .toWellFormed()
    .normalize('NFC')
    .replace(/([ÆØÅÄÖÜ])(?=\p{Ll})/gu, (sign) => titled(letters[sign] ?? sign))
    .replace(/[æøåÆØÅäöüÄÖÜß–—’&]/g, (sign) => letters[sign] ?? sign)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\p{Cc}\ufeff]+/gu, ' ')
    .replace(/[^A-Za-z0-9/\-?:().,'+ ]/gu, '.')
    .replace(/[:-]{3,}/g, (run) => run.slice(0, 2))
    .trim()
}

/** What banks write where there is nothing to write. */
const nothing = /^(notprovided|nonref)?$/i

const names =
  'TRTP|RTYP|IBAN|BBAN|BIC|NAME|REMI|EREF|PREF|IREF|MARF|CSID|ORDP|BENM|ISDT|ADDR|ID|SVCL|SVCD|RTRN|ULTD|ULTB|ULTC|ULCD|PURP|OCMT|CHGS|EXCH|ACCW|SUM|TR|NRTX|PT|OGB|VA'
/** Codes that divide field 86; in a value they would be taken for such, also where it begins with one. */
const first = new RegExp(`^(${names})/`)
const inside = new RegExp(`/(${names})(?=/|$)`, 'g')

/** A value of field 86, cut at `most` characters; undefined where nothing is left of it. */
export function codedValue(text: string | undefined, most: number): string | undefined {
  const bare = (value: string) => value.replace(/^[ /]+|[ /]+$/g, '')
  const plain = bare(bare(swiftText(text)).slice(0, Math.max(most, 0)))
  const safe = plain.replace(first, '$1.').replace(inside, '.$1')
  return nothing.test(safe) ? undefined : safe
}

/** A reference is there as it is or not at all: one that was cut, or lost a letter, would be another one. */
export function codedReference(text: string | undefined, most = 35): string | undefined {
  const whole = codedValue(text, most)
  return whole === text?.trim() ? whole : undefined
}

const lineLength = 65
export const narrativeLength = 6 * lineLength

/** Characters by which a line may end earlier than it could. */
const earlier = 3
/** What the ends of lines may cost of field 86. */
export const lostAtEnds = 5 * earlier

/**
 * Lines of field 86, of 65 characters each. None begins with `:` or `-`, which would end the field, and none ends in a blank,
 * which is lost on the way; nor does one begin with a blank where that can be had: such a line ends earlier.
 */
export function narrativeLines(text: string): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > lineLength) {
    const end = endOf(rest, /[:\- ]/) ?? endOf(rest, /[:-]/) ?? lineLength
    lines.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...lines, rest]
}

/** Where a line ends so that the next one begins with none of some signs. */
function endOf(text: string, never: RegExp): number | undefined {
  for (let end = lineLength; end >= lineLength - earlier; end--) {
    if (!never.test(text.charAt(end)) && text.charAt(end - 1) !== ' ') return end
  }
  return undefined
}
