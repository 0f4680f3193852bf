import { inflateSync } from 'node:zlib'
import { type PdfDictionary, type PdfValue, readValue, skipBlank, UnreadablePdf } from './pdf-values.ts'

/** The objects of a file as a reader finds them: by the cross-reference tables, the latest first. */
export type PdfFile = {
  /** Where each object in use begins. */
  readonly offsets: ReadonlyMap<number, number>
  readonly trailer: PdfDictionary
  readonly object: (id: number) => PdfValue | undefined
  /** The value itself, or what it refers to. */
  readonly resolve: (value: PdfValue | undefined) => PdfValue | undefined
  /** Content of a small stream object, decoded; undefined when it is none. */
  readonly stream: (id: number) => string | undefined
}

type Section = {
  readonly used: ReadonlyMap<number, number>
  readonly freed: readonly number[]
  readonly trailer: PdfDictionary
}

const revisionsAtMost = 50
const streamAtMostBytes = 4096

/** Where the last cross-reference table begins, as the file says at its end (ISO 32000-1, 7.5.5). */
export function startOfCrossReference(text: string): number {
  const found = /startxref\s+(\d{1,10})\s+%%EOF\s*$/.exec(text.slice(-1200))
  if (!found) throw new UnreadablePdf('no cross-reference at the end')
  return Number(found[1])
}

/** One cross-reference table with its trailer (7.5.4). Tables only: cross-reference streams are refused. */
export function readSection(text: string, at: number): Section {
  const used = new Map<number, number>()
  const freed: number[] = []
  const line = /[\0\t\n\f\r ]*(?:(\d{10}) (\d{5}) ([nf])|(\d{1,10}) (\d{1,10})|(trailer))[\0\t\n\f\r ]/y
  if (!text.startsWith('xref', at)) throw new UnreadablePdf('no cross-reference table')
  line.lastIndex = at + 4
  let id = 0
  let left = 0
  for (;;) {
    const found = line.exec(text)
    if (!found) throw new UnreadablePdf('the cross-reference table breaks off')
    const [, offset, generation, state, first, count, trailer] = found
    if (trailer && left === 0) break
    if (offset && left > 0) {
      if (state === 'n' && Number(generation) === 0) used.set(id, Number(offset))
      else freed.push(id)
      id++
      left--
    } else if (first && left === 0) {
      id = Number(first)
      left = Number(count)
    } else throw new UnreadablePdf('the cross-reference table miscounts')
  }
  const { value } = readValue(text, skipBlank(text, line.lastIndex))
  if (value.kind !== 'dictionary' || value.entries.has('XRefStm') || value.entries.has('Encrypt')) {
    throw new UnreadablePdf('a trailer that is not supported')
  }
  return { used, freed, trailer: value }
}

export function numberOf(value: PdfValue | undefined): number | undefined {
  return value?.kind === 'atom' && /^[+-]?\d*\.?\d+$/.test(value.text) ? Number(value.text) : undefined
}

function allSections(text: string): Section[] {
  const sections: Section[] = []
  const seen = new Set<number>()
  let at: number | undefined = startOfCrossReference(text)
  while (at !== undefined) {
    if (seen.has(at) || seen.size > revisionsAtMost) throw new UnreadablePdf('too many revisions')
    seen.add(at)
    const section = readSection(text, at)
    sections.push(section)
    const previous = section.trailer.entries.get('Prev')
    at = numberOf(previous)
    if (previous && at === undefined) throw new UnreadablePdf('the previous revision is not to be found')
  }
  return sections
}

const header = /(\d{1,10})[\0\t\n\f\r ]+0[\0\t\n\f\r ]+obj/y

/** Opens a file with classic cross-reference tables, given as latin1 text. Throws `UnreadablePdf`. */
export function openPdf(text: string): PdfFile {
  const sections = allSections(text)
  const offsets = new Map<number, number>()
  const known = new Set<number>()
  for (const { used, freed } of sections) {
    for (const [id, offset] of used) if (!known.has(id)) offsets.set(id, offset)
    for (const id of [...used.keys(), ...freed]) known.add(id)
  }
  const read = (id: number) => {
    const offset = offsets.get(id)
    if (offset === undefined) return undefined
    header.lastIndex = offset
    const found = header.exec(text)
    if (Number(found?.[1] ?? -1) !== id) throw new UnreadablePdf(`object ${id} is not where it should be`)
    return readValue(text, skipBlank(text, header.lastIndex))
  }
  const object = (id: number) => read(id)?.value
  const resolve = (value: PdfValue | undefined) => (value?.kind === 'reference' ? object(value.id) : value)
  return {
    offsets,
    trailer: sections[0]?.trailer ?? { kind: 'dictionary', entries: new Map() },
    object,
    resolve,
    stream(id) {
      const found = read(id)
      if (found?.value.kind !== 'dictionary') return undefined
      const keyword = /[\0\t\n\f\r ]*stream\r?\n/y
      keyword.lastIndex = found.end
      const length = numberOf(resolve(found.value.entries.get('Length')))
      if (!keyword.test(text) || length === undefined || length > streamAtMostBytes) return undefined
      const raw = Buffer.from(text.slice(keyword.lastIndex, keyword.lastIndex + length), 'latin1')
      const filter = found.value.entries.get('Filter')
      if (!filter) return raw.toString('latin1')
      if (filter.kind !== 'name' || filter.name !== 'FlateDecode' || found.value.entries.has('DecodeParms'))
        return undefined
      try {
        return inflateSync(raw, { maxOutputLength: streamAtMostBytes }).toString('latin1')
      } catch {
        return undefined
      }
    },
  }
}
