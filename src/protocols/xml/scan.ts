import { ReadFailure, type ReadFailureCode } from '../read-failure.ts'
import { createInsideReader, type XmlAttributes } from './attributes.ts'
import { byte } from './characters.ts'
import { createNames, type XmlName } from './names.ts'

/** What a reader does with elements. Names come without their prefix: banks choose prefixes freely. */
export type XmlHandler = {
  open(name: string, attributes: XmlAttributes, line: number): void
  /** `text`: all text of an element without elements in it, trimmed; of any other element nothing. */
  close(name: string, text: string): void
}

export type XmlLimits = {
  readonly bytes: number
  readonly depth: number
  readonly attributes: number
  /** Bytes of one text, name, tag or comment, in UTF-8. */
  readonly tokenLength: number
}

/** Where a scanner is. */
export type Scan = {
  readonly on: XmlHandler
  readonly limits: XmlLimits
  /** Says what is not well-formed, and never comes back. */
  readonly malformed: (detail: string) => never
  readonly names: ReturnType<typeof createNames>
  readonly inside: ReturnType<typeof createInsideReader>
  /** What was written and not yet read: from `at` to `length`. What lies behind that is old. */
  bytes: Buffer
  length: number
  /** The same bytes, each a character: single ones are quicker in `bytes`, pieces are quicker from here. */
  source: string
  at: number
  line: number
  /** Names of the open elements. */
  readonly stack: XmlName[]
  root: 'before' | 'open' | 'closed'
  /** There was some markup: what comes now is not at the beginning. */
  begun: boolean
  /** No element was found in the one that is open. */
  leaf: boolean
  /** Text of the leaf: what is decoded, and after it what is not, with the kinds of bytes in that. */
  text: string
  raw: string
  kinds: number
}

export function startScan(on: XmlHandler, limits: XmlLimits): Scan {
  const malformed = (detail: string): never => fail(scan, 'xml_malformed', detail)
  const scan: Scan = {
    on,
    limits,
    malformed,
    inside: createInsideReader(malformed),
    names: createNames(),
    bytes: Buffer.alloc(0),
    length: 0,
    source: '',
    at: 0,
    line: 1,
    stack: [],
    root: 'before',
    begun: false,
    leaf: false,
    text: '',
    raw: '',
    kinds: 0,
  }
  return scan
}

/** Says what is wrong, with the elements it lies in, and never comes back. */
export function fail(scan: Scan, code: ReadFailureCode, detail: string): never {
  const path = scan.stack.slice(-pathLength).map(({ local }) => local.slice(0, 40))
  const place = path.length > 0 ? ` (in ${path.join('/')})` : ''
  throw new ReadFailure(code, detail + place, scan.line)
}
/** Elements named of a path, the innermost. */
const pathLength = 8

export const notXml = 'the file does not begin with an XML tag'

export function failTooLong(scan: Scan): never {
  return fail(scan, 'xml_token_too_long', `a text, tag or comment exceeds ${scan.limits.tokenLength} bytes`)
}

/** Puts new bytes behind those that are not read yet. */
export function refill(scan: Scan, more: Uint8Array): void {
  const rest = scan.length - scan.at
  const length = rest + more.length
  const { bytes } = scan
  if (length > bytes.length) scan.bytes = Buffer.alloc(length + scan.limits.tokenLength)
  bytes.copy(scan.bytes, 0, scan.at, scan.length)
  scan.bytes.set(more, rest)
  scan.at = 0
  scan.length = length
  scan.source = scan.bytes.toString('latin1', 0, length)
}

/** Takes a token that ends before `end`. */
export function take(scan: Scan, end: number): true {
  if (end - scan.at > scan.limits.tokenLength) failTooLong(scan)
  scan.at = end
  return true
}

/** Line ends between two places: LF, CR LF or CR. */
export function lineBreaks({ bytes }: Scan, from: number, to: number): number {
  let lines = 0
  for (let i = from; i < to; i++) {
    const code = bytes[i]
    if (code === byte.lineFeed) lines++
    else if (code === byte.carriageReturn && bytes[i + 1] !== byte.lineFeed) lines++
  }
  return lines
}
