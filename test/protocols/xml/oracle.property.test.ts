import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { ReadFailure } from '../../../src/protocols/read-failure.ts'
import { xmlLimits } from '../../../src/protocols/xml/reader.ts'
import { createScanner } from '../../../src/protocols/xml/scanner.ts'
import { corpusMissing, corpusPath } from '../../corpus/corpus.ts'

/** What a reader made of a text: its events and, where it refused the text, that it did. */
type Outcome = { readonly events: readonly string[]; readonly refused: boolean }

const local = (name: string) => name.slice(name.indexOf(':') + 1)

/** Ours, with limits out of the way. */
function ours(text: string, chunk: number): Outcome {
  const events: string[] = []
  const limits = { ...xmlLimits, depth: 1_000, tokenLength: 2 ** 20 }
  const scanner = createScanner(
    {
      open: (name, attributes, line) => events.push(`<${name} ${JSON.stringify(attributes)} ${line}`),
      close: (name, content) => events.push(`>${name} ${content}`),
    },
    limits,
  )
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length; at += chunk) scanner.write(bytes.subarray(at, at + chunk))
    scanner.end()
    return { events, refused: false }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    return { events, refused: true }
  }
}

/** saxes, with the text of leaves put together as ours gives it; document types refused as ours refuses them. */
function saxes(text: string): Outcome {
  const parser = new SaxesParser({ position: true })
  const events: string[] = []
  let [leaf, content] = [false, '']
  const refuse = (reason: unknown): never => {
    throw new ReadFailure('xml_malformed', String(reason), null)
  }
  parser.on('doctype', refuse)
  parser.on('error', refuse)
  parser.on('opentag', ({ name, attributes }) => {
    ;[leaf, content] = [true, '']
    events.push(`<${local(name)} ${JSON.stringify(Object.entries(attributes).flat())} ${parser.line}`)
  })
  const add = (more: string) => {
    content += more
  }
  parser.on('text', add)
  parser.on('cdata', add)
  parser.on('closetag', ({ name }) => {
    events.push(`>${local(name)} ${leaf ? content.trim() : ''}`)
    leaf = false
  })
  try {
    parser.write(text).close()
    return { events, refused: false }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    return { events, refused: true }
  }
}

/** Both read it to the same events, or both refuse it; what was told before a refusal is the same as far as it goes. */
function agree(text: string, chunk = 2 ** 20): void {
  const [mine, oracle] = [ours(text, chunk), saxes(text)]
  const shown = JSON.stringify(text.slice(0, 2_000))
  expect(mine.refused, `refused: ${shown}`).toBe(oracle.refused)
  const length = mine.refused ? Math.min(mine.events.length, oracle.events.length) : oracle.events.length
  expect(mine.events.slice(0, length), shown).toEqual(oracle.events.slice(0, length))
}

const name = fc.constantFrom('a', 'Ntry', 'n:Amt', 'Æ', 'b-c.d', '_x', 'Document', 'x1')
const blank = fc.constantFrom('', '', ' ', '\n', '\r\n', '\t', '\r')
const piece = fc.oneof(
  fc.constantFrom(
    'x',
    'æøå',
    '10.00',
    ' ',
    '\n',
    '\r\n',
    '\r',
    '𝒳',
    '&amp;',
    '&lt;',
    '&#230;',
    '&#x1D4B3;',
    '>',
    ']',
    ']]',
  ),
  fc.constantFrom('<![CDATA[<x>&]]>', '<!-- c -->', '<?pi x?>', '<![CDATA[]]>', '\u00a0', '\ufeff', "'", '"'),
  fc.string({ maxLength: 6 }).map((text) => text.replace(/[<&\p{Cc}]|\]\]>/gu, '')),
)
const attribute = fc
  .tuple(name, blank, blank, fc.constantFrom('NOK', '', 'æ&amp;ø', 'a\nb\tc', '&#10;', 'a>b', "it''s"))
  .map(([key, before, after, value]) => ` ${key}${before}=${after}"${value}"`)
const element: fc.Arbitrary<string> = fc.letrec((tie) => ({
  element: fc
    .tuple(
      name,
      fc.uniqueArray(attribute, { maxLength: 2, selector: (text) => text.trim().split(/[\s=]/)[0] }),
      blank,
      fc.array(fc.oneof({ maxDepth: 4 }, piece, tie('element') as fc.Arbitrary<string>), { maxLength: 5 }),
    )
    .map(([tag, attributes, space, inside]) =>
      inside.length === 0 && space !== '\r'
        ? `<${tag}${attributes.join('')}${space}/>`
        : `<${tag}${attributes.join('')}${space}>${inside.join('')}</${tag}${space}>`,
    ),
})).element as fc.Arbitrary<string>
const document = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0"?>', "<?xml version='1.0' encoding='UTF-8' ?>\r\n"),
    element,
    blank,
  )
  .map((parts) => parts.join(''))

/** What a fault may put into a document. */
const splinters = [
  '<',
  '>',
  '/',
  '&',
  ';',
  '"',
  "'",
  '=',
  '!',
  '?',
  '-',
  ']',
  '[',
  '--',
  ']]>',
  '<!',
  '<?',
  '</',
  '/>',
  '<!--',
  '-->',
  '<![CDATA[',
  '<?xml version="1.0"?>',
  '<a>',
  '</a>',
  '<a/>',
  '\u0001',
  '\u007f',
  '\ufffe',
  '\n',
  ' ',
  '&#0;',
  '&#xD800;',
  '&nbsp;',
  '&amp',
  ' a="1"',
  ' a=1',
  '<!DOCTYPE a>',
  '\u0300',
  '1',
  ':',
  '\u00b7',
] as const

const runs = Number(process.env.FUZZ_RUNS ?? 2_000)

describe('the scanner and saxes, an XML parser of others,', () => {
  test('agree on well-formed documents, however they are cut', () => {
    fc.assert(
      fc.property(document, fc.integer({ min: 1, max: 40 }), (text, chunk) => {
        agree(text)
        agree(text, chunk)
        // Pieces side by side may come to end a section that was never begun.
        if (!text.replace(/<!\[CDATA\[.*?\]\]>/g, '').includes(']]>')) expect(saxes(text).refused).toBe(false)
      }),
      { numRuns: runs },
    )
  })
  test('agree on documents with a fault', () => {
    const fault = fc.tuple(fc.nat(), fc.nat(6), fc.constantFrom('', ...splinters))
    fc.assert(
      fc.property(
        document,
        fc.array(fault, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        (text, faults, chunk) => {
          const broken = faults.reduce((before, [place, length, more]) => {
            const at = place % (before.length + 1)
            return (before.slice(0, at) + more + before.slice(at + length)).toWellFormed()
          }, text)
          // A declaration below blank lines is forgiven on purpose, and no version but 1.0 means anything to a bank.
          fc.pre(!/^\s+<\?xml/.test(broken) && broken.trim() !== '')
          // `<?x?y ?>` is no instruction (XML 1.0, 2.6), but saxes takes it for one.
          fc.pre(!/<\?[^\s?>]*\?(?!>)/.test(broken))
          agree(broken)
          agree(broken, chunk)
        },
      ),
      { numRuns: runs },
    )
  })
  test.skipIf(corpusMissing)('agree on the real files', () => {
    const folders = ['camt.052', 'camt.053', 'camt.054', 'pain.001', 'pain.002', 'hostile']
    let seen = 0
    for (const folder of folders) {
      for (const file of readdirSync(corpusPath(folder))) {
        const bytes = readFileSync(corpusPath(`${folder}/${file}`))
        const text = bytes.toString('latin1').includes('encoding="UTF-16') ? '' : bytes.toString('utf8')
        if (!text.trimStart().startsWith('<') || text.includes('\ufffd')) continue
        seen++
        agree(text.trimStart(), 4_096)
      }
    }
    expect(seen).toBeGreaterThan(100)
  })
})
