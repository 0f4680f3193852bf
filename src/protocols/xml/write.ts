/** Everything but the characters of XML 1.0 (production `Char`). */
const noXmlCharacter = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** A text as XML can hold it: line ends as line feeds, without characters that XML does not know, trimmed. */
export function xmlText(text: string): string {
  return text.replace(/\r\n?/g, '\n').toWellFormed().replace(noXmlCharacter, '').trim()
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)

/** `<Name>text</Name>`; nothing where there is no text. `attributes` as they are to stand in the tag. */
export function leaf(name: string, text: string | undefined, attributes = ''): string {
  return text === undefined || text === '' ? '' : `<${name}${attributes}>${escaped(text)}</${name}>`
}

/** An element around others; nothing where they are nothing. */
export function around(name: string, ...inside: readonly string[]): string {
  const content = inside.join('')
  return content === '' ? '' : `<${name}>${content}</${name}>`
}
