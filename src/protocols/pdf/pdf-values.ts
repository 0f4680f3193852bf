/** A value of PDF syntax (ISO 32000-1, 7.3). Strings and numbers are kept as they are written. */
export type PdfValue =
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, PdfValue> }
  | { readonly kind: 'array'; readonly items: readonly PdfValue[] }
  | { readonly kind: 'reference'; readonly id: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'atom'; readonly text: string }
export type PdfDictionary = Extract<PdfValue, { kind: 'dictionary' }>

/** The text is no PDF syntax where a value should be. */
export class UnreadablePdf extends Error {
  constructor(what: string) {
    super(`unreadable PDF: ${what}`)
    this.name = 'UnreadablePdf'
  }
}

const depthAtMost = 60
const blank = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y
const reference = /(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![^\0\t\n\f\r ()<>[\]{}/%])/y
const regularName = /\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y
const hexString = /<([0-9A-Fa-f\0\t\n\f\r ]*)>/y
const regular = /[^\0\t\n\f\r ()<>[\]{}/%]+/y

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

export function skipBlank(text: string, at: number): number {
  return at + (match(blank, text, at)?.[0].length ?? 0)
}

type Read = { readonly value: PdfValue; readonly end: number }

/** A string in parentheses, as written; parentheses inside are balanced or escaped. */
function readString(text: string, at: number): Read {
  let depth = 0
  for (let index = at; index < text.length; index++) {
    const letter = text[index]
    if (letter === '\\') index++
    else if (letter === '(') depth++
    else if (letter === ')' && --depth === 0) {
      return { value: { kind: 'atom', text: text.slice(at, index + 1) }, end: index + 1 }
    }
  }
  throw new UnreadablePdf('a string without end')
}

function readArray(text: string, at: number, depth: number): Read {
  const items: PdfValue[] = []
  for (let index = skipBlank(text, at + 1); ; index = skipBlank(text, index)) {
    if (text[index] === ']') return { value: { kind: 'array', items }, end: index + 1 }
    const item = readValue(text, index, depth + 1)
    items.push(item.value)
    index = item.end
  }
}

function readName(text: string, at: number): { name: string; end: number } {
  const found = match(regularName, text, at)
  if (!found) throw new UnreadablePdf('a key that is no name')
  const name = (found[1] ?? '').replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return { name, end: at + found[0].length }
}

function readDictionary(text: string, at: number, depth: number): Read {
  const entries = new Map<string, PdfValue>()
  for (let index = skipBlank(text, at + 2); ; index = skipBlank(text, index)) {
    if (text.startsWith('>>', index)) return { value: { kind: 'dictionary', entries }, end: index + 2 }
    const { name, end } = readName(text, index)
    // Readers differ in which of two equal keys they take.
    if (entries.has(name)) throw new UnreadablePdf('a key stands twice in one dictionary')
    const entry = readValue(text, skipBlank(text, end), depth + 1)
    entries.set(name, entry.value)
    index = entry.end
  }
}

/** Reads the value that begins at `at`. Throws `UnreadablePdf`. */
export function readValue(text: string, at: number, depth = 0): Read {
  if (depth > depthAtMost) throw new UnreadablePdf('values nested too deep')
  const letter = text[at]
  if (letter === '(') return readString(text, at)
  if (letter === '[') return readArray(text, at, depth)
  if (letter === '/') {
    const { name, end } = readName(text, at)
    return { value: { kind: 'name', name }, end }
  }
  if (text.startsWith('<<', at)) return readDictionary(text, at, depth)
  const hex = match(hexString, text, at)
  if (hex) {
    const digits = (hex[1] ?? '').replace(/[^0-9A-Fa-f]/g, '').toLowerCase()
    return { value: { kind: 'atom', text: `<${digits}>` }, end: at + hex[0].length }
  }
  const found = match(reference, text, at)
  if (found) {
    if (Number(found[2]) !== 0) throw new UnreadablePdf('a reference to a later generation')
    return { value: { kind: 'reference', id: Number(found[1]) }, end: at + found[0].length }
  }
  const word = match(regular, text, at)?.[0]
  if (!word) throw new UnreadablePdf('no value')
  return { value: { kind: 'atom', text: word }, end: at + word.length }
}

/** Whether two values are written alike, blanks and order of keys apart. */
export function sameValue(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  if (!a || !b) return a === b
  if (a.kind === 'dictionary' && b.kind === 'dictionary') return differingKeys(a, b).length === 0
  if (a.kind === 'array' && b.kind === 'array') {
    return (
      a.items.length === b.items.length && a.items.every((item, index) => sameValue(item, b.items[index]))
    )
  }
  if (a.kind === 'reference' && b.kind === 'reference') return a.id === b.id
  if (a.kind === 'name' && b.kind === 'name') return a.name === b.name
  return a.kind === 'atom' && b.kind === 'atom' && a.text === b.text
}

/** Keys whose values differ, or that only one of the two has. */
export function differingKeys(a: PdfDictionary, b: PdfDictionary): string[] {
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()])
  return [...keys].filter((key) => !sameValue(a.entries.get(key), b.entries.get(key)))
}
