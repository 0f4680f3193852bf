import { PadesRefused } from './pades-refused.ts'

/** Where a signature lies in a PDF, and what it covers. Offsets are in bytes. */
export type SignaturePlace = {
  /** What is signed: everything from 0 to `end` but the signature value itself. */
  readonly gapStart: number
  readonly gapEnd: number
  readonly end: number
  /** The CMS, with the zeros that fill its space. */
  readonly value: Buffer
  /** The dictionary's text (latin1) without the signature value. */
  readonly dictionary: string
}

const byteRangeKey = /\/ByteRange(?![A-Za-z0-9_.#-])/g
const fourNumbers = /^\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/
/** Names may hide letters behind hex (ISO 32000-1, 7.3.5): a byte range so written is not written honestly. */
const disguisedKey = /\/(?=[^\s/<>[\]()%]*#)(?:[A-Za-z]|#[0-9A-Fa-f]{2})+/g

function refuseDisguise(text: string): void {
  for (const [name] of text.matchAll(disguisedKey)) {
    const plain = name.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (plain === '/ByteRange' || plain === '/Contents') {
      throw new PadesRefused('byte_range', 'a key of the signature is written in disguise')
    }
  }
}

/** Start of the indirect object around `at`, and its end. */
function objectAround(text: string, at: number, after: number): { start: number; end: number } {
  const start = text.lastIndexOf(' obj', at)
  const closedBefore = text.lastIndexOf('endobj', at)
  const end = text.indexOf('endobj', after)
  if (start < 0 || end < 0 || closedBefore > start) {
    throw new PadesRefused('byte_range', 'a byte range stands outside any object')
  }
  return { start, end }
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}

function readPlace(text: string, at: number): SignaturePlace {
  const numbers = fourNumbers
    .exec(text.slice(at, at + 80))
    ?.slice(1)
    .map(Number)
  const [first, gapStart, gapEnd, rest] = numbers ?? []
  if (first === undefined || gapStart === undefined || gapEnd === undefined || rest === undefined) {
    throw new PadesRefused('byte_range', 'a byte range is not four numbers')
  }
  const end = gapEnd + rest
  if (first !== 0 || gapStart >= gapEnd || end > text.length) {
    throw new PadesRefused('byte_range', 'a byte range does not begin at 0 or leads beyond the file')
  }
  const gap = text.slice(gapStart, gapEnd)
  if (!/^<(?:[0-9a-fA-F]{2})+>$/.test(gap)) {
    throw new PadesRefused('byte_range', 'a byte range does not leave out exactly one hex string')
  }
  // The hex string left out must be the /Contents of the very dictionary that the byte range stands in.
  const object = objectAround(text, at, Math.max(at, gapEnd))
  const inside = object.start < gapStart && gapEnd < object.end
  if (!inside || !/\/Contents\s*$/.test(text.slice(Math.max(object.start, gapStart - 32), gapStart))) {
    throw new PadesRefused('byte_range', 'what a byte range leaves out is not the value of its own signature')
  }
  const dictionary = text.slice(object.start, gapStart) + text.slice(gapEnd, object.end)
  if (count(dictionary, byteRangeKey) !== 1 || count(dictionary, /\/Contents(?![A-Za-z0-9])/g) !== 1) {
    throw new PadesRefused('byte_range', 'a signature has two byte ranges or two values')
  }
  return { gapStart, gapEnd, end, value: Buffer.from(gap.slice(1, -1), 'hex'), dictionary }
}

/**
 * Finds every signature in the order of what they cover (ISO 32000-1, 12.8.1). Works on the bytes rather than
 * on a parsed document, so that it sees what lies outside of what a parser would show. Throws `PadesRefused`.
 */
export function signaturePlaces(pdf: Uint8Array): SignaturePlace[] {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1')
  refuseDisguise(text)
  const places = [...text.matchAll(byteRangeKey)].map((match) => readPlace(text, match.index))
  const ordered = places.toSorted((a, b) => a.end - b.end)
  for (const [index, place] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before && place.gapStart < before.end) {
      throw new PadesRefused('byte_range', 'two signatures overlap')
    }
  }
  return ordered
}

/** The claimed time of signing, `/M (D:20260302091000+01'00')` (ISO 32000-1, 7.9.4); null when there is none. */
export function claimedTime(dictionary: string): Date | null {
  const found =
    /\/M\s*\(D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:Z(?:00'?00'?)?|([+-])(\d{2})'?(\d{2})?'?)?\)/.exec(
      dictionary,
    )
  if (!found) return null
  const [, year, month, day, hour, minute, second, sign, zoneHour, zoneMinute] = found
  const zone = sign ? `${sign}${zoneHour}:${zoneMinute ?? '00'}` : 'Z'
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  return Number.isNaN(at.getTime()) ? null : at
}
