/** Signs that are not seen: control characters, zero-width marks, direction marks, the byte order mark. */
const invisible = /[\p{Cc}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/gu
/** Signs that banks fill a line up with. */
const padding = /^[*._=~#-]{3,}|[*._=~#-]{3,}$/g

/** Words of the terminal, not of the purchase: card, day, amount and rate around the shop's name. */
const cardLines: readonly RegExp[] = [
  // `*1234 02.03 NOK 129.00 EXAMPLE SHOP Kurs: 1.0000`
  /^\*\d{4} \d{2}\.\d{2}\.? [A-Z]{3} [\d .,]+ (?<shop>.+?) Kurs:? ?\d+[.,]\d+$/i,
  // `Varekjøp EXAMPLE SHOP Dato 02.03 kl. 15.33`
  /^(?:visa |bankaxept |mastercard )?varekjøp (?<shop>.+?) dato \d{2}\.\d{2}(?:\.\d{2,4})? kl\.? ?\d{2}[.:]\d{2}$/i,
  // `VISA VARE 123456******1234 02.03 EXAMPLE SHOP`
  /^(?:visa|mastercard|mc) (?:vare|kjøp|varekjøp) \d{4,6}[*x]{4,8}\d{4} \d{2}\.\d{2}(?:\.\d{2,4})? (?<shop>.+)$/i,
]

/**
 * A bank's text as one line that a person can read: unseen characters and padding gone, blanks single, lines joined,
 * a line that is there twice said once. The words of a card terminal around a shop's name are left out only where the whole
 * text has one of the known shapes. Null where nothing is left. Nothing is looked up and nothing is guessed; the
 * original stays beside it.
 */
export function cleanDescription(text: string | null): string | null {
  if (text === null) return null
  const lines = text
    .normalize('NFC')
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map(cleanLine)
    .filter((line) => line !== '')
  const line = [...new Set(lines)].join(' ')
  return shopIn(line) ?? (line || null)
}

function cleanLine(line: string): string {
  const plain = line.replace(/\t/g, ' ').replace(invisible, '').replace(/\s+/g, ' ').trim()
  return plain.replace(padding, '').trim()
}

function shopIn(line: string): string | undefined {
  for (const shape of cardLines) {
    const shop = shape.exec(line)?.groups?.shop?.trim()
    if (shop && /\p{L}{2}/u.test(shop)) return shop
  }
  return undefined
}
