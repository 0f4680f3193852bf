import { byte, decodeBytes, kind, textKinds } from './characters.ts'
import { readReferences } from './references.ts'
import { fail, failTooLong, lineBreaks, notXml, type Scan } from './scan.ts'

/** Reads text up to the next `<`; false where that is not there yet. */
export function readText(scan: Scan): boolean {
  const { bytes, at, limits } = scan
  const end = Math.min(scan.length, at + limits.tokenLength + 1)
  let i = at
  let lines = 0
  let blankKinds = 0
  for (; i < end; i++) {
    const code = bytes[i]
    if (code === byte.lineFeed) lines++
    else if (code === byte.carriageReturn) {
      blankKinds = kind.carriageReturn
      if (bytes[i + 1] !== byte.lineFeed) lines++
    } else if (code !== byte.space && code !== byte.tab) break
  }
  const from = i
  let kinds = 0
  for (; i < end; i++) {
    const found = textKinds[bytes[i] as number] as number
    if (found === 0) continue
    if (found === kind.lineFeed) lines++
    else if (found & kind.stop) {
      if (bytes[i] === byte.less) break
      lookCloser(scan, i)
    }
    kinds |= found
  }
  if (i >= end) return false
  if (from < i || scan.raw !== '' || scan.text !== '') takeText(scan, from, i, kinds | blankKinds)
  scan.line += kinds & kind.carriageReturn ? lineBreaks(scan, at, i) : lines
  scan.at = i
  return true
}

/** A byte at which text may be no text. What is not whole yet will be looked at again. */
function lookCloser(scan: Scan, i: number): void {
  const { source } = scan
  const code = source.charCodeAt(i)
  if (code < 0x20) scan.malformed('a character that XML does not allow')
  if (code === byte.bracket && source.startsWith(']]>', i)) scan.malformed(']]> in a text')
  if (code === 0xef && (source.startsWith('\xef\xbf\xbe', i) || source.startsWith('\xef\xbf\xbf', i))) {
    scan.malformed('a character that XML does not allow')
  }
}

/** `from`: where the blanks end that the text begins with. */
function takeText(scan: Scan, from: number, to: number, kinds: number): void {
  const { source, at, limits } = scan
  if (scan.root !== 'open') {
    if (!scan.begun) fail(scan, 'format_unknown', notXml)
    scan.malformed('text outside the root element')
  } else if (scan.leaf) {
    const more = source.slice(scan.raw === '' && scan.text === '' ? from : at, to)
    scan.raw = scan.raw === '' ? more : scan.raw + more
    scan.kinds |= kinds
    if (scan.text.length + scan.raw.length > limits.tokenLength) failTooLong(scan)
  } else if (kinds & kind.reference) readReferences(source.slice(from, to), scan.malformed)
}

/** Decodes what was not yet: after it comes what stands for itself. */
export function settleText(scan: Scan): void {
  const { raw, kinds } = scan
  if (raw === '') return
  if (kinds & (kind.reference | kind.carriageReturn)) scan.text += readReferences(raw, scan.malformed)
  else scan.text += kinds & kind.wide ? decodeBytes(raw) : raw
  scan.raw = ''
  scan.kinds = 0
}

/** Forgets text before an element: it is none of a leaf's. What it refers to must be right all the same. */
export function dropText(scan: Scan): void {
  if (scan.kinds & kind.reference) settleText(scan)
  scan.text = ''
  scan.raw = ''
  scan.kinds = 0
}

/** Text of the leaf that ends here, trimmed. */
export function leafText(scan: Scan): string {
  if (scan.raw !== '') settleText(scan)
  const { text } = scan
  if (text === '') return text
  scan.text = ''
  const last = text.charCodeAt(text.length - 1)
  const first = text.charCodeAt(0)
  const plain = first > byte.space && first < 0x80 && last > byte.space && last < 0x80
  return plain ? text : text.trim()
}
