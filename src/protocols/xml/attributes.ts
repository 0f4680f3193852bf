import { byte, decodeBytes, disallowed, isName } from './characters.ts'
import { readAttributeValue } from './references.ts'

/** Attributes of one element in file order, names and values by turns. Names keep their prefix. */
export type XmlAttributes = readonly string[]

export const noAttributes: XmlAttributes = []

/** The value of an attribute; undefined where it is not there. */
export function attributeOf(attributes: XmlAttributes, name: string): string | undefined {
  for (let i = 0; i < attributes.length; i += 2) if (attributes[i] === name) return attributes[i + 1]
  return undefined
}

/**
 * Where the `>` of a tag stands that goes on at `from`; -1 where it is not there yet, -2 where a `<` comes before it.
 */
export function tagEnd(buffer: string, from: number): number {
  for (let i = from; i < buffer.length; i++) {
    const code = buffer.charCodeAt(i)
    if (code === byte.greater) return i
    if (code === byte.less) return -2
    if (code === byte.quote || code === byte.apostrophe) {
      i = buffer.indexOf(code === byte.quote ? '"' : "'", i + 1)
      if (i < 0) return -1
    }
  }
  return -1
}

const attribute = /[ \t\r\n]+([^ \t\r\n=<>"'/]+)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y
const rest = /[ \t\r\n]*(\/?)$/y

export type TagInside = {
  readonly attributes: XmlAttributes
  /** The tag is a whole element: `<a/>`. */
  readonly empty: boolean
}

/** Different insides of tags that are remembered, and how long they may be: `Ccy="NOK"` stands in every entry. */
const remembered = { insides: 512, length: 64 }

/** Reads the insides of tags and remembers what it read. */
export function createInsideReader(fail: (detail: string) => never): (inside: string) => TagInside {
  const known = new Map<string, TagInside>()
  return (inside) => {
    const before = known.get(inside)
    if (before) return before
    const read = readInside(inside, fail)
    if (inside.length <= remembered.length && known.size < remembered.insides) {
      // A copy: what is cut from a piece of the file keeps the whole piece.
      known.set(Buffer.from(inside, 'latin1').toString('latin1'), read)
    }
    return read
  }
}

/**
 * What stands between the name of a start tag and its `>`: attributes and perhaps the `/` of an empty element. `fail`
 * gets what is wrong and never comes back.
 */
function readInside(inside: string, fail: (detail: string) => never): TagInside {
  const attributes: string[] = []
  attribute.lastIndex = 0
  let at = 0
  for (let found = attribute.exec(inside); found; found = attribute.exec(inside)) {
    const name = decodeBytes(found[1] as string)
    const value = found[2] ?? found[3] ?? ''
    if (!isName(name)) fail('an attribute has a name that is none')
    if (attributeOf(attributes, name) !== undefined) fail(`the attribute ${name.slice(0, 40)} stands twice`)
    if (disallowed.test(value)) fail('a character that XML does not allow')
    attributes.push(name, readAttributeValue(value, fail))
    at = attribute.lastIndex
  }
  rest.lastIndex = at
  const end = rest.exec(inside)
  if (!end) return fail('a tag is not well-formed')
  return { attributes, empty: end[1] === '/' }
}
