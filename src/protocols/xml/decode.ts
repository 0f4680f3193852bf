import { isAscii, isUtf8 } from 'node:buffer'
import type { TextDecoder } from 'node:util'
import { linesBeforeInvalid, strictDecoder, type XmlEncoding } from './encoding.ts'

/** Bytes of a file in any encoding as bytes of UTF-8. */
export type ByteDecoder = {
  /** `valid` is what stands before the fault, if there is one; `lines`: lines from the end of that to the fault. */
  decode(bytes: Uint8Array): { readonly valid: Uint8Array; readonly fault?: { readonly lines: number } }
  /** Says that the file ends here; true where it ends inside a character. */
  endsInside(): boolean
}

/** @throws ReadFailure `xml_encoding_unknown`. */
export function createByteDecoder(encoding: XmlEncoding): ByteDecoder {
  const decoder = strictDecoder(encoding)
  return decoder.encoding === 'utf-8' ? utf8Decoder() : otherDecoder(decoder, encoding)
}

/** UTF-8 is only looked at, not turned into characters: that is done where texts are given out. */
function utf8Decoder(): ByteDecoder {
  let rest: Uint8Array = new Uint8Array(0)
  return {
    decode(bytes) {
      const all =
        rest.length > 0
          ? Buffer.concat([rest, bytes])
          : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const whole = all.subarray(0, wholeCharacters(all))
      if (!isUtf8(whole)) return { valid: whole.subarray(0, validLength(whole)), fault: { lines: 0 } }
      rest = all.subarray(whole.length)
      return { valid: whole }
    },
    endsInside: () => rest.length > 0,
  }
}

/** Bytes without a character that goes on after them. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const code = bytes[bytes.length - back] as number
    if (code < 0x80) break
    if (code >= 0xc0) {
      const length = code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2
      return back < length ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

/** How many of the bytes are valid before the first that is not. */
function validLength(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length]
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes.subarray(0, middle))))) valid = middle
    else invalid = middle
  }
  return wholeCharacters(bytes.subarray(0, valid))
}

function otherDecoder(decoder: TextDecoder, encoding: XmlEncoding): ByteDecoder {
  // In these every byte is a character, and the first half of them is ASCII.
  const single = /^(windows-125\d|iso-8859-\d+)$/.test(decoder.encoding)
  return {
    decode(bytes) {
      if (single && isAscii(bytes)) return { valid: bytes }
      try {
        return { valid: Buffer.from(decoder.decode(bytes, { stream: true })) }
      } catch {
        return { valid: new Uint8Array(0), fault: { lines: linesBeforeInvalid(encoding, bytes) } }
      }
    },
    endsInside() {
      try {
        decoder.decode()
        return false
      } catch {
        return true
      }
    },
  }
}
