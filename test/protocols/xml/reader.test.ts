import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReadFailure, readFailures } from '../../../src/protocols/read-failure.ts'
import { createXmlReader, xmlLimits } from '../../../src/protocols/xml/reader.ts'
import type { XmlLimits } from '../../../src/protocols/xml/scan.ts'

type Seen = { events: string[]; encoding: string }

function read(
  input: string | Uint8Array,
  options: { chunk?: number; limits?: Partial<XmlLimits> } = {},
): Seen {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  const events: string[] = []
  const reader = createXmlReader(
    {
      open: (name, attributes, line) => events.push(`<${name} ${JSON.stringify(attributes)} @${line}`),
      close: (name, text) => events.push(`>${name} ${text}`),
    },
    { ...xmlLimits, ...options.limits },
  )
  const step = options.chunk ?? bytes.length
  for (let at = 0; at < bytes.length; at += step) reader.write(bytes.subarray(at, at + step))
  reader.end()
  return { events, encoding: reader.encoding() }
}

function failureOf(work: () => unknown): Pick<ReadFailure, 'code' | 'line'> {
  try {
    work()
  } catch (error) {
    if (error instanceof ReadFailure) return { code: error.code, line: error.line }
    throw error
  }
  throw new Error('it was read without a failure')
}

describe('encodings', () => {
  const text = (label: string) => `<?xml version="1.0" encoding="${label}"?>\n<a>Bøe &amp; Sønn</a>`
  const mark = Buffer.from([0xef, 0xbb, 0xbf])
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16()
  test.each([
    ['UTF-8', Buffer.from(text('UTF-8')), 'UTF-8'],
    ['UTF-8 with a byte order mark', Buffer.concat([mark, Buffer.from(text('UTF-8'))]), 'UTF-8'],
    ['a mark against a declaration', Buffer.concat([mark, Buffer.from(text('ISO-8859-1'))]), 'ISO-8859-1'],
    ['no declaration', Buffer.from('<a>Bøe &amp; Sønn</a>'), 'UTF-8'],
    ['ISO-8859-1', Buffer.from(text('ISO-8859-1'), 'latin1'), 'ISO-8859-1'],
    ['UTF-16 little endian', Buffer.from(`\ufeff${text('UTF-16')}`, 'utf16le'), 'UTF-16'],
    ['UTF-16 big endian', swapped(Buffer.from(`\ufeff${text('UTF-16')}`, 'utf16le')), 'UTF-16'],
    ['UTF-16 without mark', Buffer.from(text('UTF-16'), 'utf16le'), 'UTF-16'],
  ])('%s is read, also byte by byte', (_name, bytes, encoding) => {
    for (const chunk of [bytes.length, 1, 7]) {
      const seen = read(bytes, { chunk })
      expect(seen.events.at(-1)).toBe('>a Bøe & Sønn')
      expect(seen.encoding).toBe(encoding)
    }
  })
  test('a byte that is no character of the encoding ends reading, at its line', () => {
    const bytes = Buffer.from('<a>\n<b>ok</b>\n<c>B\xf8e</c>\n</a>', 'latin1')
    expect(failureOf(() => read(bytes))).toEqual({ code: 'xml_encoding', line: 3 })
  })
  test('an unknown encoding and a false one are refused', () => {
    expect(failureOf(() => read(text('KLINGON-8'))).code).toBe('xml_encoding_unknown')
    expect(failureOf(() => read(text('UTF-16'))).code).toBe('xml_encoding')
  })
})

describe('attacks and accidents', () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
  test.each([
    ['xml_doctype', bomb],
    ['xml_doctype', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['xml_malformed', '<a>&unknown;</a>'],
    ['xml_malformed', '<a><b></a></b>'],
    ['xml_malformed', '<a/><b/>'],
    ['xml_malformed', '<a>\u0000</a>'],
    ['xml_malformed', '<a b="1" b="2"/>'],
    ['xml_truncated', '<a><b>1</b>'],
    ['xml_truncated', '<a'],
    ['xml_truncated', '<a>\u00f8'.concat('<!--')],
    ['file_empty', ''],
    ['file_empty', ' \n\n '],
    ['format_unknown', ':20:STARTOFSTATEMENT'],
    ['format_unknown', 'PK\u0003\u0004'],
  ] as const)('%s: %s', (code, text) => {
    expect(failureOf(() => read(text)).code).toBe(code)
    if (text) expect(failureOf(() => read(text, { chunk: 1 })).code).toBe(code)
  })
  test('a file cut inside a character is truncated', () => {
    const bytes = Buffer.from('<a>ø')
    expect(failureOf(() => read(bytes.subarray(0, bytes.length - 1))).code).toBe('xml_truncated')
  })
  test.each([
    ['xml_too_deep', '<a>'.repeat(65), {}],
    ['xml_token_too_long', `<a>${'x'.repeat(70_000)}</a>`, {}],
    ['xml_token_too_long', `<a>${'x'.repeat(70_000)}`, {}],
    ['xml_token_too_long', `<a b="${'x'.repeat(200_000)}"/>`, {}],
    ['xml_token_too_long', `<a><!-- ${'x'.repeat(200_000)}`, {}],
    ['xml_token_too_long', `<${'x'.repeat(200_000)}`, {}],
    ['xml_token_too_long', `<a>${'<![CDATA[xxxxxxxxxx]]>'.repeat(7_000)}`, {}],
    ['xml_too_many_attributes', `<a ${Array.from({ length: 65 }, (_, i) => `a${i}=""`).join(' ')}/>`, {}],
    ['file_too_large', '<a>0123456789</a>', { bytes: 10 }],
  ] as const)('%s', (code, text, limits) => {
    expect(failureOf(() => read(text, { limits, chunk: 4_096 })).code).toBe(code)
  })
  test('an endless token is refused long before it fills the memory', () => {
    const reader = createXmlReader({ open: () => {}, close: () => {} })
    const block = Buffer.alloc(32_768, 'x')
    reader.write(Buffer.from('<a>'))
    let blocks = 0
    const failure = failureOf(() => {
      for (; blocks < 1_000; blocks++) reader.write(block)
    })
    expect(failure.code).toBe('xml_token_too_long')
    expect(blocks).toBeLessThan(4)
  })
  test('every code has its explanation', () => {
    for (const detail of Object.values(readFailures)) expect(detail).toMatch(/\.$/)
  })
})

test('prefixes go, attributes stay, lines count from the top, blank lines above the declaration are forgiven', () => {
  const { events } = read('\n\n<?xml version="1.0"?>\n<n:a xmlns:n="urn:x">\r\n<n:b>1</n:b></n:a>')
  expect(events).toEqual(['<a ["xmlns:n","urn:x"] @4', '<b [] @5', '>b 1', '>a '])
})

test('however the bytes are cut, the events are the same', () => {
  const body = fc.array(
    fc.constantFrom('<a>', '</a>', '<b x="ø"/>', 'æ&amp;ø', '\r\n', '<![CDATA[<x>]]>', '<!--–-->', '𝒳'),
  )
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 9 }), (pieces, chunk) => {
      const text = `<?xml version="1.0"?><root>${pieces.join('')}</root>`
      const outcome = (size: number) => {
        try {
          return read(text, { chunk: size }).events
        } catch (error) {
          if (error instanceof ReadFailure) return [error.code, error.line]
          throw error
        }
      }
      expect(outcome(chunk)).toEqual(outcome(text.length * 4))
    }),
    { numRuns: 300 },
  )
})
