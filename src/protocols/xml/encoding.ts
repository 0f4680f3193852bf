import { TextDecoder } from 'node:util'
import { ReadFailure } from '../read-failure.ts'

/** `label` goes to the decoder, `stated` is what the file itself calls its encoding. */
export type XmlEncoding = { readonly label: string; readonly stated: string }

const declaration = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/

/**
 * Encoding of an XML file from its first bytes (XML 1.0, appendix F): byte order mark first, then the declaration,
 * otherwise UTF-8. A mark wins over a declaration that says something else.
 * @throws ReadFailure `xml_encoding_unknown` for a label without a decoder, `xml_encoding` when a file of single
 *   bytes calls itself UTF-16.
 */
export function detectEncoding(head: Uint8Array): XmlEncoding {
  const wide = wideEncoding(head)
  if (wide) {
    const text = new TextDecoder(wide).decode(head.subarray(0, head.length & ~1))
    return { label: wide, stated: declaration.exec(text)?.[1] ?? 'UTF-16' }
  }
  const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
  const text = Buffer.from(head.subarray(marked ? 3 : 0)).toString('latin1')
  const stated = declaration.exec(text)?.[1] ?? 'UTF-8'
  if (marked) return { label: 'utf-8', stated }
  if (/^(utf-?16|ucs-?2|iso-10646-ucs)/i.test(stated)) {
    throw new ReadFailure('xml_encoding', `the file calls itself ${stated} but is written in single bytes`, 1)
  }
  return { label: stated, stated }
}

function wideEncoding(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = head
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0 && second === 0x3c) return 'utf-16be'
  if (first === 0x3c && second === 0) return 'utf-16le'
  return undefined
}

/** A decoder that throws at the first invalid byte. */
export function strictDecoder(encoding: XmlEncoding): TextDecoder {
  try {
    return new TextDecoder(encoding.label, { fatal: true })
  } catch {
    throw new ReadFailure('xml_encoding_unknown', `the encoding "${encoding.stated}" is not known`, 1)
  }
}

/** Lines above the first invalid byte of a slice that a strict decoder refused. */
export function linesBeforeInvalid(encoding: XmlEncoding, slice: Uint8Array): number {
  const text = new TextDecoder(encoding.label).decode(slice)
  // A character that began in the slice before shows as invalid too, in the first places.
  const at = text.indexOf('\ufffd', 3)
  return text.slice(0, at < 0 ? 0 : at).split('\n').length - 1
}
