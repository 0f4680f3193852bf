import type { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import { ReadFailure, type ReadFailureCode } from '../read-failure.ts'
import {
  detectEncoding,
  encodingHeadBytes,
  linesBeforeInvalid,
  strictDecoder,
  type XmlEncoding,
} from './encoding.ts'

/** What a reader does with elements. Names come without their prefix: banks choose prefixes freely. */
export type XmlHandler = {
  open(name: string, attributes: Readonly<Record<string, string>>, line: number): void
  /** `text`: the characters since the last tag, so a leaf's whole text. */
  close(name: string, text: string): void
}

export type XmlLimits = {
  readonly bytes: number
  readonly depth: number
  readonly attributes: number
  /** Characters of one text, name, tag or comment. */
  readonly tokenLength: number
}

export const xmlLimits: XmlLimits = { bytes: 2 ** 31, depth: 64, attributes: 64, tokenLength: 65_536 }

export type XmlReader = {
  /** Reads on. Handlers are called before it returns. */
  write(bytes: Uint8Array): void
  /** Says that the file ends here. */
  end(): void
  /** What the file calls its encoding; known once an element was opened. */
  encoding(): string
  line(): number
}

/** saxes holds a token until it ends, so it is fed in pieces well below the token limit. */
const pieceBytes = 32_768

/**
 * A streaming XML reader in constant memory. No document types, so no entities beyond the five of XML; limits on
 * everything. A file is read strictly: what is not well-formed to its last byte ends in a failure.
 * @throws ReadFailure from `write` and `end`; after one, the reader is spent.
 */
export function createXmlReader(on: XmlHandler, limits: XmlLimits = xmlLimits): XmlReader {
  const parser = createParser(on, limits)
  let encoding: XmlEncoding = { label: 'utf-8', stated: 'UTF-8' }
  let decoder: TextDecoder | undefined
  let head: Uint8Array = new Uint8Array(0)
  let bytes = 0

  const start = () => {
    if (head.length === 0) throw new ReadFailure('file_empty', 'the file is empty', null)
    encoding = detectEncoding(head)
    if (!beginsWithTag(head)) throw notXml()
    decoder = strictDecoder(encoding)
    feed(head)
    head = new Uint8Array(0)
  }
  const feed = (slice: Uint8Array) => {
    for (let at = 0; at < slice.length; at += pieceBytes) decodeInto(slice.subarray(at, at + pieceBytes))
  }
  const decodeInto = (piece: Uint8Array) => {
    let text: string
    try {
      text = (decoder as TextDecoder).decode(piece, { stream: true })
    } catch {
      const line = parser.line() + linesBeforeInvalid(encoding, piece)
      throw new ReadFailure('xml_encoding', `the bytes are not valid ${encoding.stated}`, line)
    }
    parser.write(text)
  }

  return {
    write(chunk) {
      bytes += chunk.length
      if (bytes > limits.bytes) {
        throw new ReadFailure('file_too_large', `the file has more than ${limits.bytes} bytes`, null)
      }
      if (decoder) {
        feed(chunk)
        return
      }
      head = Buffer.concat([head, chunk])
      if (head.length >= encodingHeadBytes) start()
    },
    end() {
      if (!decoder) start()
      parser.end(endsInsideCharacter(decoder as TextDecoder))
    },
    encoding: () => encoding.stated,
    line: parser.line,
  }
}

const notXml = () => new ReadFailure('format_unknown', 'the file does not begin with an XML tag', 1)

/** Told by bytes, before decoding: an archive or picture is no text in a wrong encoding. */
function beginsWithTag(head: Uint8Array): boolean {
  const ignored = new Set([0x09, 0x0a, 0x0d, 0x20, 0x00, 0xef, 0xbb, 0xbf, 0xfe, 0xff])
  const first = head.find((byte) => !ignored.has(byte))
  return first === undefined || first === 0x3c
}

function endsInsideCharacter(decoder: TextDecoder): boolean {
  try {
    decoder.decode()
    return false
  } catch {
    return true
  }
}

/** What is known of the text fed so far. */
type Feed = {
  begun: boolean
  /** The file is at its end: what saxes finds missing now was cut off. */
  ending: boolean
  blankLines: number
  /** Characters fed, and those up to the last event: `parser.position` is right only inside handlers. */
  written: number
  seen: number
}

type Fail = (code: ReadFailureCode, detail: string) => never

/** saxes with our limits. */
function createParser(on: XmlHandler, limits: XmlLimits) {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const feed: Feed = { begun: false, ending: false, blankLines: 0, written: 0, seen: 0 }
  const line = () => parser.line + feed.blankLines
  const fail: Fail = (code, detail) => {
    throw new ReadFailure(code, detail, line())
  }
  listen(parser, feed, limits, fail, { ...on, open: (name, attributes) => on.open(name, attributes, line()) })
  return {
    line,
    write(piece: string) {
      const characters = feed.begun ? piece : withoutBlankLines(piece, feed)
      feed.written += characters.length
      parser.write(characters)
      if (feed.written - feed.seen > limits.tokenLength) {
        fail('xml_token_too_long', `a text, tag or comment exceeds ${limits.tokenLength} characters`)
      }
    },
    end(insideCharacter: boolean) {
      feed.ending = true
      if (insideCharacter) fail('xml_truncated', 'the file ends inside a character')
      if (!feed.begun) fail('file_empty', 'there is nothing but blanks in the file')
      parser.close()
    },
  }
}

/** Blank lines above the declaration are no XML, but they are how files come out of mail and copying. */
function withoutBlankLines(piece: string, feed: Feed): string {
  const characters = piece.trimStart()
  feed.blankLines += piece.slice(0, piece.length - characters.length).split('\n').length - 1
  if (characters === '') return ''
  feed.begun = true
  if (!characters.startsWith('<')) throw notXml()
  return characters
}

/**
 * The only place that listens to the parser. It must have seven handlers at most: with an eighth V8 gives up the
 * parser's shape and it becomes three times slower.
 */
function listen(
  parser: SaxesParser<{ xmlns: false; position: true }>,
  feed: Feed,
  limits: XmlLimits,
  fail: Fail,
  on: {
    open(name: string, attributes: Record<string, string>): void
    close(name: string, text: string): void
  },
): void {
  let depth = 0
  let text = ''
  const addText = (more: string) => {
    feed.seen = parser.position
    text += more
    if (text.length > limits.tokenLength)
      fail('xml_token_too_long', `a text exceeds ${limits.tokenLength} characters`)
  }
  parser.on('doctype', () => fail('xml_doctype', 'document type declarations are not allowed'))
  parser.on('error', (error) => {
    const detail = error.message.replace(/^\d+:\d+: /, '')
    if (feed.ending) fail('xml_truncated', `the file ends too early (${detail})`)
    fail('xml_malformed', detail)
  })
  parser.on('opentag', (tag) => {
    feed.seen = parser.position
    if (++depth > limits.depth) fail('xml_too_deep', `elements are nested deeper than ${limits.depth}`)
    if (Object.keys(tag.attributes).length > limits.attributes) {
      fail('xml_too_many_attributes', `<${tag.name}> has more than ${limits.attributes} attributes`)
    }
    text = ''
    on.open(localName(tag.name), tag.attributes as Record<string, string>)
  })
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('comment', () => {
    feed.seen = parser.position
  })
  parser.on('closetag', (tag) => {
    feed.seen = parser.position
    depth--
    on.close(localName(tag.name), text)
    text = ''
  })
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}
