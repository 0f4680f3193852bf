import { ReadFailure } from '../read-failure.ts'
import { type ByteDecoder, createByteDecoder } from './decode.ts'
import { detectEncoding, type XmlEncoding } from './encoding.ts'
import { notXml, type XmlHandler, type XmlLimits } from './scan.ts'
import { createScanner, type XmlScanner } from './scanner.ts'

export const xmlLimits: XmlLimits = { bytes: 2 ** 31, depth: 64, attributes: 64, tokenLength: 65_536 }

export type XmlReader = {
  /** Reads on. Handlers are called before it returns, or with the next bytes where these are few. */
  write(bytes: Uint8Array): void
  /** Says that the file ends here. */
  end(): void
  /** What the file calls its encoding; known once an element was opened. */
  encoding(): string
}

/** Bytes that are read at once: the scanner looks again at a token that is not whole, so they must not be few. */
const pieceBytes = { least: 8_192, most: 8_192 }

/**
 * A streaming XML reader in constant memory. No document types, so no entities beyond the five of XML; limits on
 * everything. A file is read strictly: what is not well-formed to its last byte ends in a failure.
 * @throws ReadFailure from `write` and `end`; after one, the reader is spent.
 */
export function createXmlReader(on: XmlHandler, limits: XmlLimits = xmlLimits): XmlReader {
  const scanner = createScanner(on, limits)
  const waiting = createPile()
  let encoding: XmlEncoding = { label: 'utf-8', stated: 'UTF-8' }
  let decoder: ByteDecoder | undefined
  let bytes = 0
  /** Bytes that the scanner has not read. */
  let rest = 0

  const start = (head: Uint8Array): ByteDecoder => {
    if (head.length === 0) throw new ReadFailure('file_empty', 'the file is empty', null)
    encoding = detectEncoding(head.subarray(0, pieceBytes.least))
    if (!beginsWithTag(head)) throw new ReadFailure('format_unknown', notXml, 1)
    return createByteDecoder(encoding)
  }
  const read = (all: Uint8Array) => {
    let from = 0
    if (!decoder) {
      decoder = start(all)
      from = markLength(all)
    }
    let size = pieceBytes.most
    for (let at = from; at < all.length; at += size) {
      // What is left over of a long token is looked at again: each time beside at least as much that is new.
      size = Math.max(pieceBytes.most, rest)
      rest = decodeInto(scanner, decoder, all.subarray(at, at + size), encoding)
    }
  }

  return {
    write(chunk) {
      bytes += chunk.length
      if (bytes > limits.bytes) {
        throw new ReadFailure('file_too_large', `the file has more than ${limits.bytes} bytes`, null)
      }
      if (waiting.add(chunk) >= Math.max(pieceBytes.least, rest)) read(waiting.take())
    },
    end() {
      read(waiting.take())
      if (decoder?.endsInside()) {
        throw new ReadFailure('xml_truncated', 'the file ends inside a character', scanner.lastLine())
      }
      scanner.end()
    },
    encoding: () => encoding.stated,
  }
}

/** Bytes that wait until they are enough. */
function createPile() {
  let chunks: Uint8Array[] = []
  let length = 0
  return {
    /** Gives how many wait now. */
    add(chunk: Uint8Array): number {
      chunks.push(chunk)
      length += chunk.length
      return length
    },
    take(): Uint8Array {
      const [first] = chunks
      const all = first && chunks.length === 1 ? first : Buffer.concat(chunks, length)
      chunks = []
      length = 0
      return all
    },
  }
}

/** Gives how many bytes are left over. */
function decodeInto(
  scanner: XmlScanner,
  decoder: ByteDecoder,
  piece: Uint8Array,
  encoding: XmlEncoding,
): number {
  const { valid, fault } = decoder.decode(piece)
  const rest = scanner.write(valid)
  if (!fault) return rest
  const line = scanner.lastLine() + fault.lines
  throw new ReadFailure('xml_encoding', `the bytes are not valid ${encoding.stated}`, line)
}

/** A byte order mark in UTF-8; the decoders of other encodings pass over theirs. */
const markLength = (head: Uint8Array): number =>
  head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0

/** Told by bytes, before decoding: an archive or picture is no text in a wrong encoding. */
function beginsWithTag(head: Uint8Array): boolean {
  const ignored = new Set([0x09, 0x0a, 0x0d, 0x20, 0x00, 0xef, 0xbb, 0xbf, 0xfe, 0xff])
  const first = head.find((byte) => !ignored.has(byte))
  return first === undefined || first === 0x3c
}
