import { deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readStatementFile } from '../../src/protocols/statement-file.ts'
import { zip } from '../protocols/container/archives.ts'
import { message } from '../protocols/mt940/samples.ts'
import { beginning, payment } from '../protocols/nets-ocr/samples.ts'
import { collect, inChunks } from '../protocols/read-parts.ts'
import { corpusMissing, expectedIn, openCorpusFile } from './corpus.ts'

const megabyte = 2 ** 20

/**
 * Reads to the end or the refusal, within a second and two hundred megabytes more than before. Of the processor's
 * time, so that the test holds on a busy machine too.
 */
async function readWithin(source: AsyncIterable<Uint8Array>) {
  const begun = process.cpuUsage()
  const before = process.memoryUsage.rss()
  const reading = await collect(readStatementFile(source))
  const { user, system } = process.cpuUsage(begun)
  expect((user + system) / 1_000).toBeLessThan(1_000)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * megabyte)
  return reading
}

const head =
  '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
const laughs = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('')
const movement = ':61:2603030303C1,00NTRFNONREF'

/** What a file made to harm looks like, and the code it must be refused with; null where it is only odd. */
const made: readonly (readonly [string, () => string | Uint8Array, string | null])[] = [
  ['a million elements one in another', () => head + '<a>'.repeat(1_000_000), 'xml_too_deep'],
  ['a text of thirty megabytes', () => `${head}<Id>${'x'.repeat(30 * megabyte)}`, 'xml_token_too_long'],
  [
    'an attribute of thirty megabytes',
    () => `${head}<Ntry a="${'x'.repeat(30 * megabyte)}"`,
    'xml_token_too_long',
  ],
  [
    'a billion laughs',
    () => `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">${laughs}]><d>&e20;</d>`,
    'xml_doctype',
  ],
  [
    'a file of the machine',
    () => '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]><d>&f;</d>',
    'xml_doctype',
  ],
  ['an address of the network', () => '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><d/>', 'xml_doctype'],
  ['an entity without declaration', () => `${head}<Id>&xxe;</Id>`, 'xml_malformed'],
  ['one entry with a million elements', () => `${head}<Ntry>${'<a/>'.repeat(1_000_000)}`, 'record_too_large'],
  ['a line of thirty megabytes', () => `:20:A\n:25:B\n:86:${'x'.repeat(30 * megabyte)}`, 'record_too_large'],
  [
    'a field of a million lines',
    () => message(`${movement}\n:86:${'x\n'.repeat(1_000_000)}`),
    'record_too_large',
  ],
  [
    'a movement with a million fields',
    () => message(`${movement}${'\n:86:x'.repeat(1_000_000)}`),
    'record_too_large',
  ],
  ['a million balances', () => message(':65:C260303NOK1,00\n'.repeat(1_000_000)), 'record_too_large'],
  ['a balance of blanks', () => message(`:62F:C260303NOK${' '.repeat(60_000)}x`), null],
  ['a balance of digits', () => message(`:62F:C260303NOK${'1'.repeat(60_000)}`), null],
  ['a movement of digits', () => message(`:61:2603030303C${'1'.repeat(60_000)}`), null],
  ['a reference of blanks', () => message(`${movement}${' '.repeat(30_000)}x${' '.repeat(30_000)}`), null],
  ['thirty thousand subfields', () => message(`${movement}\n:86:166${'?20'.repeat(20_000)}`), null],
  ['thirty thousand codes', () => message(`${movement}\n:86:${'/REMI/'.repeat(10_000)}`), null],
  ['thirty thousand empty statements', () => ':20:A\n'.repeat(30_000), null],
  [
    'a payment with a million records',
    () =>
      [
        ...beginning,
        ...payment(1, { ore: 1n }),
        ...Array(200_000).fill(`NY0910320000001${'x'.repeat(65)}`),
      ].join('\n'),
    null,
  ],
  ['a record of thirty megabytes', () => `NY000010${'0'.repeat(30 * megabyte)}`, 'record_too_large'],
  ['zeros', () => Buffer.alloc(30 * megabyte), null],
  ['a gzip of a gzip of a gzip', () => gzipSync(gzipSync(gzipSync('x'))), 'archive_nested'],
  [
    'a zip whose files share their bytes',
    () =>
      zip(
        Array.from({ length: 900 }, (_, i) => ({
          name: `${i}`,
          bytes: Buffer.from(message(movement)),
          shared: i > 0,
        })),
      ),
    'archive_damaged',
  ],
  [
    'a zip of too many files',
    () => zip(Array.from({ length: 5_000 }, (_, i) => ({ name: `${i}`, bytes: Buffer.from('x') }))),
    'archive_too_large',
  ],
  ['a zip that swells', () => zip([{ name: 'a', bytes: Buffer.alloc(64 * megabyte) }]), 'archive_too_large'],
  [
    'a zip that swells and hides it',
    () => zip([{ name: 'a', bytes: Buffer.alloc(64 * megabyte, '\n'), lie: { size: 100 } }]),
    'archive_damaged',
  ],
  ['deflated bytes without an archive', () => deflateRawSync(Buffer.alloc(megabyte)), 'format_unknown'],
]

describe('files made to harm', () => {
  test.each(made)('%s', async (_, make, code) => {
    const bytes = make()
    const { failure } = await readWithin(
      inChunks(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, 65_536),
    )
    if (code !== null) expect(failure?.code).toBe(code)
  })
})

test.skipIf(corpusMissing)('known attacks are refused, as they are and packed', async () => {
  const files = expectedIn('hostile')
  expect(files.length).toBeGreaterThan(10)
  for (const [file, { hasDoctype }] of files) {
    const { failure, parts } = await readWithin(openCorpusFile(file))
    expect(parts, file).toEqual([])
    expect(failure?.code, file).toMatch(
      hasDoctype ? /^(xml_doctype|xml_token_too_long|format_unknown)$/ : /^format_unknown$/,
    )
  }
})
