import { decodeBytes, disallowed, isName } from './characters.ts'

type Fail = (detail: string) => never

/** What begins with `<!` or `<?`, up to the end of it. */
export type Markup =
  | { readonly kind: 'comment' | 'instruction' | 'declaration'; readonly end: number }
  | { readonly kind: 'cdata'; readonly end: number; readonly bytes: string }
  | { readonly kind: 'doctype' }
  /** It is not whole yet. */
  | { readonly kind: 'open' }

const open: Markup = { kind: 'open' }
const cdata = '<![CDATA['
const doctype = '<!DOCTYPE'

/** Reads a comment, a CDATA section, a processing instruction or the XML declaration (XML 1.0, 2.5 to 2.8). */
export function readMarkup(buffer: string, at: number, fail: Fail): Markup {
  if (buffer.startsWith('<?', at)) return readInstruction(buffer, at, fail)
  if (buffer.startsWith('<!--', at)) return readComment(buffer, at, fail)
  if (buffer.startsWith(doctype, at)) return { kind: 'doctype' }
  if (buffer.startsWith(cdata, at)) {
    const end = buffer.indexOf(']]>', at + cdata.length)
    if (end < 0) return open
    const bytes = buffer.slice(at + cdata.length, end)
    if (disallowed.test(bytes)) fail('a character that XML does not allow')
    return { kind: 'cdata', end: end + 3, bytes }
  }
  const begun = buffer.slice(at, at + cdata.length)
  if (['<!--', cdata, doctype].some((form) => form.startsWith(begun))) return open
  return fail('<! is followed by nothing known')
}

function readComment(buffer: string, at: number, fail: Fail): Markup {
  const dashes = buffer.indexOf('--', at + 4)
  if (dashes < 0 || dashes + 2 >= buffer.length) return open
  if (buffer[dashes + 2] !== '>') fail('-- inside a comment')
  if (disallowed.test(buffer.slice(at, dashes))) fail('a character that XML does not allow')
  return { kind: 'comment', end: dashes + 3 }
}

const instruction = /^<\?([^ \t\r\n?]+)(?:[ \t\r\n][\s\S]*)?\?>$/
const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.[0-9]+\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[A-Za-z][A-Za-z0-9._-]*\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\3)?[ \t\r\n]*\?>$/

function readInstruction(buffer: string, at: number, fail: Fail): Markup {
  const end = buffer.indexOf('?>', at + 2)
  if (end < 0) return open
  const bytes = buffer.slice(at, end + 2)
  const target = instruction.exec(bytes)?.[1]
  if (target === undefined || !isName(decodeBytes(target))) fail('a processing instruction without a name')
  if (disallowed.test(bytes)) fail('a character that XML does not allow')
  if (target?.toLowerCase() !== 'xml') return { kind: 'instruction', end: end + 2 }
  if (!declaration.test(bytes)) fail('the XML declaration is not well-formed')
  return { kind: 'declaration', end: end + 2 }
}
