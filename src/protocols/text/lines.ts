import { TextDecoder } from 'node:util'
import { ReadFailure } from '../read-failure.ts'
import { decodeUtf8, decodeWestern, detectTextEncoding, type TextEncoding } from './encoding.ts'

export type LineHandler = {
  /** One line without its end; `number` counts from 1. `open`: the file ends in it, so it may be cut off. */
  line(text: string, number: number, open: boolean): void
  /** Said once, where a file that began as UTF-8 goes on in other bytes. */
  otherEncoding?(line: number): void
}

export type LineLimits = {
  readonly bytes: number
  /** Bytes of one line. */
  readonly lineBytes: number
}

export const lineLimits: LineLimits = { bytes: 2 ** 31, lineBytes: 65_536 }

export type LineReader = {
  /** Reads on. The handler is called before it returns. */
  write(bytes: Uint8Array): void
  /** Says that the file ends here. */
  end(): void
  /** Known once a line was given. */
  encoding(): string
}

/** Bytes from which encoding and line ends are told. */
const headBytes = 65_536

/**
 * Cuts a text file of any encoding into lines, in constant memory. Lines may end in LF, CR LF or CR.
 * @throws ReadFailure `file_empty`, `file_too_large`, `record_too_large` for a line beyond the limit.
 */
export function createLineReader(on: LineHandler, limits: LineLimits = lineLimits): LineReader {
  const pile = createPile()
  let feed: LineFeed | undefined
  let encoding: TextEncoding = { label: 'utf-8', stated: 'UTF-8', mark: 0 }
  let bytes = 0
  const start = (): LineFeed => {
    const head = pile.take()
    if (head.length === 0) throw new ReadFailure('file_empty', 'the file is empty', null)
    // The same bytes, however the file came in pieces.
    const sample = head.subarray(0, headBytes)
    encoding = detectTextEncoding(sample)
    feed = createFeed(encoding, sample, on, limits)
    feed.write(head.subarray(encoding.mark))
    return feed
  }
  return {
    write(chunk) {
      bytes += chunk.length
      if (bytes > limits.bytes) {
        throw new ReadFailure('file_too_large', `the file has more than ${limits.bytes} bytes`, null)
      }
      if (feed) feed.write(chunk)
      else if (pile.add(chunk) >= headBytes) start()
    },
    end() {
      const open = feed ?? start()
      open.end()
    },
    encoding: () => encoding.stated,
  }
}

/** Bytes that wait; joined once, however small the pieces they came in. */
function createPile() {
  let chunks: Uint8Array[] = []
  let length = 0
  return {
    add(chunk: Uint8Array): number {
      chunks.push(chunk)
      length += chunk.length
      return length
    },
    take(): Uint8Array {
      const all = Buffer.concat(chunks, length)
      chunks = []
      length = 0
      return all
    },
    length: () => length,
  }
}

type LineFeed = { write(bytes: Uint8Array): void; end(): void }

function createFeed(encoding: TextEncoding, head: Uint8Array, on: LineHandler, limits: LineLimits): LineFeed {
  const wide = encoding.label.startsWith('utf-16') ? new TextDecoder(encoding.label) : undefined
  const end = head.includes(0x0a) || !head.includes(0x0d) ? 0x0a : 0x0d
  const rest = createPile()
  let number = 0
  let mixed = false

  const give = (slab: Uint8Array, open: boolean) => {
    const western = encoding.label === 'windows-1252'
    const whole = western ? decodeWestern(slab) : decodeUtf8(slab)
    // Only lines that are not UTF-8 themselves are read in other bytes.
    const texts = whole?.split(end === 0x0a ? '\n' : '\r')
    let from = 0
    for (let i = 0; from <= slab.length; i++) {
      const found = slab.indexOf(end, from)
      const to = found < 0 ? slab.length : found
      number++
      if (to - from > limits.lineBytes) throw lineTooLong(number)
      const text = texts?.[i] ?? decodeLine(slab.subarray(from, to))
      on.line(text.endsWith('\r') ? text.slice(0, -1) : text, number, open)
      from = to + 1
    }
  }
  const decodeLine = (line: Uint8Array): string => {
    const text = decodeUtf8(line)
    if (text !== undefined) return text
    if (!mixed) on.otherEncoding?.(number)
    mixed = true
    return decodeWestern(line)
  }
  const lineTooLong = (line: number) =>
    new ReadFailure('record_too_large', `a line has more than ${limits.lineBytes} bytes`, line)
  const take = (bytes: Uint8Array) => {
    const last = bytes.lastIndexOf(end)
    if (last < 0) {
      if (rest.add(bytes) > limits.lineBytes) throw lineTooLong(number + 1)
      return
    }
    rest.add(bytes.subarray(0, last))
    give(rest.take(), false)
    if (last + 1 < bytes.length) rest.add(bytes.subarray(last + 1))
  }
  return {
    write: (bytes) => take(wide ? Buffer.from(wide.decode(bytes, { stream: true })) : bytes),
    end() {
      if (wide) take(Buffer.from(wide.decode()))
      if (rest.length() > 0) give(rest.take(), true)
    },
  }
}
