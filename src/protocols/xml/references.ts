import { decodeBytes, isCharacter } from './characters.ts'

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Character data as it is meant: references replaced (the five of XML and numbers; there are no others without a
 * document type), line ends made one (XML 1.0, 2.11 and 4.1). `fail` gets what is wrong and never comes back.
 */
export function readReferences(bytes: string, fail: (detail: string) => never): string {
  const text = decodeBytes(bytes).replace(/\r\n?/g, '\n')
  return text.includes('&') ? replaceReferences(text, fail) : text
}

/** An attribute's value: as character data, but every blank is a space (XML 1.0, 3.3.3). */
export function readAttributeValue(bytes: string, fail: (detail: string) => never): string {
  const text = decodeBytes(bytes).replace(/\r\n|[\r\n\t]/g, ' ')
  return text.includes('&') ? replaceReferences(text, fail) : text
}

function replaceReferences(text: string, fail: (detail: string) => never): string {
  return text.replace(/&([^;&]*)(;?)/g, (_, name: string, end: string) => {
    if (end === '') return fail('a reference does not end in ;')
    const code = codePoint(name)
    if (code === undefined) {
      const entity = Object.hasOwn(entities, name) ? entities[name] : undefined
      return entity ?? fail(`undefined entity "${name.slice(0, 40)}"`)
    }
    return isCharacter(code) ? String.fromCodePoint(code) : fail('a reference to what is no character')
  })
}

/** The number of `&#8364;` or `&#x20AC;`; undefined for anything else. */
function codePoint(name: string): number | undefined {
  const [, hexadecimal, decimal] = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name) ?? []
  if (hexadecimal) return Number.parseInt(hexadecimal, 16)
  return decimal ? Number.parseInt(decimal, 10) : undefined
}
