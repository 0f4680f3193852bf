/** What banks put before the words that matter: the day of a card payment, who it was to or from. */
const prefixes = [
  /^\d{1,2}[./-]\d{1,2}([./-](\d{4}|\d{2}))?\.?(?=\s)/u,
  /^\d{4}-\d{2}-\d{2}(?=\s)/u,
  /^(til|fra|to|from|betaling til|betaling fra|betalt til|nettgiro til|nettgiro fra|overføring til|overføring fra)\s*:/u,
  /^(dato|date|kjøpsdato)\s*:?\s*\d{1,2}[./-]\d{1,2}([./-](\d{4}|\d{2}))?(?=\s)/u,
]

/** Characters of a text that are compared: what a bank writes is shorter, and each row may be held against hundreds. */
const compared = 2000

/**
 * The words of a text as they can be compared between a bank's routes, and before and after it was enriched: lower case,
 * without punctuation, blanks, and the date or `Til:` that some routes put before them. Empty for a text of nothing else.
 */
export function cleanWords(text: string): readonly string[] {
  let rest = text.slice(0, compared).normalize('NFKC').toLowerCase().trim()
  for (let before = ''; before !== rest; ) {
    before = rest
    for (const prefix of prefixes) rest = rest.replace(prefix, '').trim()
  }
  return rest.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
}

/**
 * How much two texts say the same, 0 to 1: 1 the same words in the same order; 0.75 one has all words of the other
 * (a description that was enriched, a payee with an address behind the name); below that the share of common words.
 * 0 when one of them says nothing.
 */
export function wordsLike(one: string | null, other: string | null): number {
  if (one === null || other === null) return 0
  const [mine, others] = [cleanWords(one), cleanWords(other)]
  if (mine.length === 0 || others.length === 0)
    return one.trim() === other.trim() && one.trim() !== '' ? 1 : 0
  if (mine.join(' ') === others.join(' ')) return 1
  const left = new Map<string, number>()
  for (const word of others) left.set(word, (left.get(word) ?? 0) + 1)
  let common = 0
  for (const word of mine) {
    const times = left.get(word) ?? 0
    if (times === 0) continue
    left.set(word, times - 1)
    common++
  }
  if (common === Math.min(mine.length, others.length)) return contained
  return (0.5 * common) / (mine.length + others.length - common)
}

/** Of `wordsLike`: one text has all words of the other. */
export const contained = 0.75
