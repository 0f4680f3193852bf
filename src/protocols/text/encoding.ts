import { TextDecoder } from 'node:util'

/** How the bytes of a plain text file become characters. */
export type TextEncoding = {
  readonly label: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
  /** Its usual name; windows-1252 without characters of its own is ISO-8859-1. */
  readonly stated: string
  /** Bytes of a byte order mark. */
  readonly mark: number
}

const utf8: TextEncoding = { label: 'utf-8', stated: 'UTF-8', mark: 0 }

/**
 * Encoding of a plain text file from its first bytes: by byte order mark, by zero bytes beside the first character,
 * as UTF-8 where they are valid UTF-8, else as the Western single bytes that banks have always written.
 */
export function detectTextEncoding(head: Uint8Array): TextEncoding {
  const [first, second, third] = head
  if (first === 0xef && second === 0xbb && third === 0xbf) return { ...utf8, mark: 3 }
  if (first === 0xff && second === 0xfe) return { label: 'utf-16le', stated: 'UTF-16', mark: 2 }
  if (first === 0xfe && second === 0xff) return { label: 'utf-16be', stated: 'UTF-16', mark: 2 }
  if (first === 0 && second) return { label: 'utf-16be', stated: 'UTF-16', mark: 0 }
  if (first && second === 0) return { label: 'utf-16le', stated: 'UTF-16', mark: 0 }
  if (decodeUtf8(completeCharacters(head)) !== undefined) return utf8
  const own = head.some((byte) => byte >= 0x80 && byte <= 0x9f)
  return { label: 'windows-1252', stated: own ? 'windows-1252' : 'ISO-8859-1', mark: 0 }
}

/** The text, or undefined where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Every sequence of bytes is text in this encoding. */
export const decodeWestern = (bytes: Uint8Array): string => western.decode(bytes)
const western = new TextDecoder('windows-1252')

/** Text of a file's first bytes, for a look at what it is. */
export function decodeText(head: Uint8Array): string {
  const { label, mark } = detectTextEncoding(head)
  return new TextDecoder(label).decode(head.subarray(mark))
}

/** Without a character that is cut off at the end. */
function completeCharacters(head: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] as number
    if (byte >= 0xc0) return head.subarray(0, head.length - back)
    if (byte < 0x80) break
  }
  return head
}
