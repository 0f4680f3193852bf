import { byte, decodeBytes, nameStarts } from './characters.ts'
import { readMarkup } from './markup.ts'
import {
  fail,
  failTooLong,
  lineBreaks,
  refill,
  type Scan,
  startScan,
  take,
  type XmlHandler,
  type XmlLimits,
} from './scan.ts'
import { readEndTag, readStartTag } from './tags.ts'
import { readText, settleText } from './text.ts'

export type XmlScanner = {
  /** Goes on with bytes of valid UTF-8. Handlers are called before it returns. Gives how many bytes are left over. */
  write(bytes: Uint8Array): number
  /** Says that the file ends here. */
  end(): void
  /** The line on which the bytes written so far end. */
  lastLine(): number
}

/**
 * A scanner of XML 1.0 without document types: well-formedness and limits, no validity, no namespaces. Where it may,
 * it looks at each byte once and makes nothing but the texts it gives out.
 * @throws ReadFailure from `write` and `end`; after one, the scanner is spent.
 */
export function createScanner(on: XmlHandler, limits: XmlLimits): XmlScanner {
  const scan = startScan(on, limits)
  return {
    write(bytes) {
      refill(scan, bytes)
      while (scan.at < scan.length) {
        if (readToken(scan)) continue
        if (scan.length - scan.at > limits.tokenLength) failTooLong(scan)
        break
      }
      return scan.length - scan.at
    },
    end() {
      const rest = scan.source.slice(scan.at).trim()
      if (scan.root === 'before' && !scan.begun && rest === '') {
        fail(scan, 'file_empty', 'there is nothing but blanks in the file')
      }
      if (scan.root !== 'closed' || rest !== '') fail(scan, 'xml_truncated', 'the file ends too early')
    },
    lastLine: () => scan.line + lineBreaks(scan, scan.at, scan.length),
  }
}

/** Reads one token; false where it is not whole yet, and then nothing of it was taken. */
function readToken(scan: Scan): boolean {
  const { bytes, at } = scan
  if (bytes[at] !== byte.less) return readText(scan)
  if (at + 1 >= scan.length) return false
  const code = bytes[at + 1] as number
  if (code === byte.slash) return readEndTag(scan)
  if (nameStarts[code]) return readStartTag(scan)
  if (code === byte.exclamation || code === byte.question) return readOther(scan)
  return scan.malformed('a < that begins no tag')
}

/** A comment, a CDATA section, a processing instruction, a declaration. */
function readOther(scan: Scan): boolean {
  const { source, at } = scan
  const markup = readMarkup(source, at, scan.malformed)
  if (markup.kind === 'open') return false
  if (markup.kind === 'doctype') fail(scan, 'xml_doctype', 'document type declarations are not allowed')
  else {
    if (markup.kind === 'declaration' && scan.begun) {
      scan.malformed('an XML declaration that is not at the beginning')
    }
    if (markup.kind === 'cdata') {
      if (scan.root !== 'open') scan.malformed('text outside the root element')
      settleText(scan)
      if (scan.leaf) scan.text += decodeBytes(markup.bytes).replace(/\r\n?/g, '\n')
      if (scan.text.length > scan.limits.tokenLength) failTooLong(scan)
    } else settleText(scan)
    scan.begun = true
    const lines = lineBreaks(scan, at, markup.end)
    take(scan, markup.end)
    scan.line += lines
  }
  return true
}
