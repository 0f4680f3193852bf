import { isName } from './characters.ts'

/** A name as it stands in the file, in bytes, and without its prefix. */
export type XmlName = { readonly codes: Uint8Array; readonly local: string }

const slots = 4_096
/** Longer names than any format has are not remembered. */
const longest = 64
/** Names looked at before one is taken for new. */
const probes = 8

/**
 * Names that occurred before, so that none is made twice: files have a hundred different names, each thousands of
 * times. It never grows beyond its slots. Gives undefined for bytes that are no name.
 */
export function createNames(): (
  bytes: Buffer,
  from: number,
  to: number,
  hash: number,
) => XmlName | undefined {
  const known: (XmlName | undefined)[] = Array(slots).fill(undefined)
  return (bytes, from, to, hash) => {
    for (let probe = 0; probe < probes; probe++) {
      const slot = (hash + probe) & (slots - 1)
      const name = known[slot]
      if (name === undefined) {
        const made = makeName(bytes, from, to)
        if (to - from <= longest) known[slot] = made
        return made
      }
      if (stands(name.codes, bytes, from, to)) return name
    }
    return makeName(bytes, from, to)
  }
}

function stands(codes: Uint8Array, bytes: Buffer, from: number, to: number): boolean {
  if (codes.length !== to - from) return false
  for (let i = 0; i < codes.length; i++) if (codes[i] !== bytes[from + i]) return false
  return true
}

function makeName(bytes: Buffer, from: number, to: number): XmlName | undefined {
  const name = bytes.toString('utf8', from, to)
  if (!isName(name)) return undefined
  const local = name.slice(name.indexOf(':') + 1)
  const isLong = to - from > longest
  return { codes: Uint8Array.from(bytes.subarray(from, to)), local: isLong ? local : interned(local) }
}

/** The same string, quick to compare: as keys of objects are. */
const interned = (text: string): string => Object.keys({ [text]: true })[0] as string
