/** Marks that make another letter in Norwegian and Swedish: ring (å), and dots on a and o (ä, ö). */
const ownLetter = /^(?:[aå]\u030a|[ao]\u0308)$/

/**
 * One letter without the accents that registers write inconsistently (é, ü, č), but with what makes it another
 * letter: å is not a, ø is not o, and neither are ä and ö.
 */
function plainLetter(letter: string): string {
  const apart = letter.normalize('NFD')
  return ownLetter.test(apart) ? letter : apart.replace(/\p{M}/gu, '')
}

/**
 * The words of a name in a form that can be compared: lower case, accents off, `aa` as `å` (two spellings of
 * one letter), hyphens as spaces, other punctuation off.
 */
export function nameWords(name: string): string[] {
  const letters = [...name.normalize('NFC').toLocaleLowerCase('nb')].map(plainLetter).join('')
  return letters
    .replace(/aa/g, 'å')
    .replace(/['’`´.]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

function isSubsequence(short: readonly string[], long: readonly string[]): boolean {
  let at = 0
  for (const word of long) if (word === short[at]) at++
  return at === short.length
}

/**
 * Whether two spellings can be the same person's name, given that the birth dates agree: first given name and
 * last family name are the same, and the middle names of one are among those of the other, in order. Cautious:
 * a nickname, another call name or a changed family name is no match, and then a person decides.
 */
export function sameName(a: string, b: string): boolean {
  const [short, long] = [nameWords(a), nameWords(b)].toSorted((x, y) => x.length - y.length)
  if (!short || !long || short.length === 0) return false
  if (short.length === 1) return long.length === 1 && short[0] === long[0]
  return short[0] === long[0] && short.at(-1) === long.at(-1) && isSubsequence(short, long)
}
