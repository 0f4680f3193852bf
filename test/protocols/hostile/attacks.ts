import { deflateRawSync, gzipSync } from 'node:zlib'
import { zip } from '../container/archives.ts'
import { message } from '../mt940/samples.ts'
import { beginning, payment } from '../nets-ocr/samples.ts'

type Piece = string | Uint8Array
/** A file made to harm: what it is, its bytes piece by piece, and the code it is refused with; null: it is only odd. */
export type Attack = readonly [name: string, make: () => Iterable<Piece>, code: string | null]

const megabyte = 2 ** 20
const once = (piece: Piece): Iterable<Piece> => [piece]

/** `before`, then `piece` so many times, a few kilobytes at once, then `after`. */
function* many(before: string, piece: string, times: number, after = ''): Iterable<Piece> {
  yield before
  const block = Math.max(1, Math.floor(8_192 / piece.length))
  for (let made = 0; made < times; made += block) yield piece.repeat(Math.min(block, times - made))
  yield after
}

/** Pieces that differ from each other. */
function* numbered(before: string, times: number, piece: (i: number) => string, after = ''): Iterable<Piece> {
  yield before
  const block = piece(0).length > 1_000 ? 1 : 100
  for (let i = 0; i < times; i += block) {
    yield Array.from({ length: block }, (_, k) => piece(i + k)).join('')
  }
  yield after
}

const head =
  '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
const tail = '</Stmt></BkToCstmrStmt></Document>'
const laughs = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('')
const movement = ':61:2603030303C1,00NTRFNONREF'
const statement = Buffer.from(message(movement))

/** An archive in an archive in an archive. */
const nest = (depth: number): Uint8Array =>
  depth === 0 ? statement : zip([{ name: 'a.zip', bytes: nest(depth - 1) }])

const xml: readonly Attack[] = [
  ['a million elements one in another', () => many(head, '<a>', 1_000_000), 'xml_too_deep'],
  ['a text without end', () => many(`${head}<Id>`, 'x'.repeat(1_000), 30_000), 'xml_token_too_long'],
  ['a text of references', () => many(`${head}<Id>`, '&amp;', 6_000_000), 'xml_token_too_long'],
  [
    'an attribute without end',
    () => many(`${head}<Ntry a="`, 'x'.repeat(1_000), 30_000),
    'xml_token_too_long',
  ],
  ['a name without end', () => many(`${head}<`, 'x'.repeat(1_000), 30_000), 'xml_token_too_long'],
  ['an end tag without end', () => many(`${head}</Stmt`, ' '.repeat(1_000), 30_000), 'xml_token_too_long'],
  ['a comment without end', () => many(`${head}<!--`, 'x'.repeat(1_000), 30_000), 'xml_token_too_long'],
  [
    'a section without end',
    () => many(`${head}<Id><![CDATA[`, 'x'.repeat(1_000), 30_000),
    'xml_token_too_long',
  ],
  ['a text of many sections', () => many(`${head}<Id>`, '<![CDATA[x]]>', 1_000_000), 'xml_token_too_long'],
  [
    'a tag of many attributes',
    () => numbered(`${head}<Id`, 2_000, (i) => ` a${i}=""`, '>'),
    'xml_too_many_attributes',
  ],
  ['blanks before the file', () => many('', '\n '.repeat(1_000), 20_000), 'xml_token_too_long'],
  [
    'a billion laughs',
    () => once(`<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">${laughs}]><d>&e20;</d>`),
    'xml_doctype',
  ],
  [
    'a file of the machine',
    () => once('<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]><d>&f;</d>'),
    'xml_doctype',
  ],
  [
    'an address of the network',
    () => once('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><d/>'),
    'xml_doctype',
  ],
  ['an entity without declaration', () => once(`${head}<Id>&xxe;</Id>`), 'xml_malformed'],
  [
    'a file included',
    () =>
      once(
        `${head}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>${tail}`,
      ),
    null,
  ],
  [
    'a style sheet of the network',
    () => once(head.replace('?>', '?><?xml-stylesheet href="http://127.0.0.1:9/a.xsl"?>') + tail),
    null,
  ],
  ['one entry with a million elements', () => many(`${head}<Ntry>`, '<a/>', 1_000_000), 'record_too_large'],
  [
    'one entry with a million texts',
    () => many(`${head}<Ntry>`, `<Ustrd>${'x'.repeat(60)}</Ustrd>`, 400_000),
    'record_too_large',
  ],
  [
    'one entry with a million details',
    () => many(`${head}<Ntry><NtryDtls>`, '<TxDtls/>', 1_000_000),
    'record_too_large',
  ],
  [
    'one entry with long texts without end',
    () => many(`${head}<Ntry>`, `<Ustrd>${'x'.repeat(60_000)}</Ustrd>`, 1_000),
    'record_too_large',
  ],
  [
    'a head with long texts without end',
    () => many(`${head}<Acct>`, `<Nm>${'x'.repeat(60_000)}</Nm>`, 1_000),
    'record_too_large',
  ],
  [
    'one entry with details of long texts',
    () =>
      many(
        `${head}<Ntry><NtryDtls>`,
        `<TxDtls><AddtlTxInf>${'x'.repeat(60_000)}</AddtlTxInf></TxDtls>`,
        1_000,
      ),
    'record_too_large',
  ],
  ['a million balances without an amount', () => many(head, '<Bal/>', 1_000_000), 'record_too_large'],
  [
    'balances of types without end',
    () => many(head, `<Bal><Tp><Cd>${'x'.repeat(60_000)}</Cd></Tp><Amt Ccy="NOK">1</Amt></Bal>`, 1_000, tail),
    null,
  ],
  [
    'a million balances',
    () => many(head, '<Bal><Amt Ccy="NOK">1</Amt></Bal>', 1_000_000),
    'record_too_large',
  ],
  ['names that are all different', () => numbered(head, 60_000, (i) => `<n${i}/>`, tail), null],
  [
    'long names that are all different',
    () => numbered(head, 500, (i) => `<n${i}${'x'.repeat(60_000)}/>`, tail),
    null,
  ],
  ['attributes that are all different', () => numbered(head, 60_000, (i) => `<a b="${i}"/>`, tail), null],
  ['forty thousand empty entries', () => many(head, '<Ntry/>', 40_000, tail), null],
  ['a hundred thousand comments', () => many(head, '<!-- -->', 100_000, tail), null],
  [
    'fifty thousand statements',
    () => many('<Document><BkToCstmrStmt>', '<Stmt/>', 50_000, '</BkToCstmrStmt></Document>'),
    null,
  ],
  [
    'UTF-16 cut in the middle of a character',
    () => once(Buffer.from(`\ufeff${head}`, 'utf16le').subarray(0, -1)),
    'xml_truncated',
  ],
  [
    'half a surrogate in UTF-16',
    () => once(Buffer.from(`\ufeff${head}\ud800<a/>${tail}`, 'utf16le')),
    'xml_encoding',
  ],
  [
    'overlong UTF-8',
    () => once(Buffer.concat([Buffer.from(head), Buffer.from([0xc0, 0xbc]), Buffer.from(tail)])),
    'xml_encoding',
  ],
  [
    'a mark of one encoding, a declaration of another',
    () => once(Buffer.from('\ufeff<?xml version="1.0" encoding="EBCDIC-CP-US"?><a/>')),
    'format_unknown',
  ],
  [
    'an encoding nobody knows',
    () => once('<?xml version="1.0" encoding="x-klingon"?><a/>'),
    'xml_encoding_unknown',
  ],
]

const lines: readonly Attack[] = [
  ['a line without end', () => many(':20:A\n:25:B\n:86:', 'x'.repeat(1_000), 30_000), 'record_too_large'],
  [
    'a field of a million lines',
    () => many(`:20:A\n:25:B\n:60F:C260302NOK1,00\n${movement}\n:86:`, 'x\n', 1_000_000),
    'record_too_large',
  ],
  [
    'a movement with a million fields',
    () => many(`:20:A\n:25:B\n:60F:C260302NOK1,00\n${movement}`, '\n:86:x', 1_000_000),
    'record_too_large',
  ],
  [
    'a statement of a million balances',
    () => many(':20:A\n:25:B\n', ':65:C260303NOK1,00\n', 1_000_000),
    'record_too_large',
  ],
  ['a balance of blanks', () => once(message(`:62F:C260303NOK${' '.repeat(60_000)}x`)), null],
  ['a balance of digits', () => once(message(`:62F:C260303NOK${'1'.repeat(60_000)}`)), null],
  ['a movement of digits', () => once(message(`:61:2603030303C${'1'.repeat(60_000)}`)), null],
  [
    'a reference of blanks',
    () => once(message(`${movement}${' '.repeat(30_000)}x${' '.repeat(30_000)}`)),
    null,
  ],
  ['twenty thousand subfields', () => once(message(`${movement}\n:86:166${'?20'.repeat(20_000)}`)), null],
  ['ten thousand codes', () => once(message(`${movement}\n:86:${'/REMI/'.repeat(10_000)}`)), null],
  ['ten thousand amounts', () => once(message(`${movement}\n/OCMT/${'EUR1,'.repeat(10_000)}`)), null],
  ['thirty thousand empty statements', () => many('', ':20:A\n', 30_000), null],
  [
    'a payment of many records',
    () =>
      many(
        [...beginning, ...payment(1, { ore: 1n }), ''].join('\n'),
        `NY0910320000001${'x'.repeat(65)}\n`,
        100_000,
      ),
    null,
  ],
  ['a record without end', () => many('NY000010', '0'.repeat(1_000), 30_000), 'record_too_large'],
  ['zeros', () => many('', '\0'.repeat(1_000), 30_000), 'format_unknown'],
]

const shared = () =>
  zip(Array.from({ length: 900 }, (_, i) => ({ name: `${i}`, bytes: statement, shared: i > 0 })))
/** A gzip file that goes on with blanks, as many as wanted. */
function* swelling(times: number): Iterable<Piece> {
  yield gzipSync(statement)
  const blanks = gzipSync(Buffer.alloc(16 * megabyte, '\n'))
  for (let i = 0; i < times; i++) yield blanks
}

const archives: readonly Attack[] = [
  ['a gzip of a gzip of a gzip', () => once(gzipSync(gzipSync(gzipSync('x')))), 'archive_nested'],
  ['a zip of a zip of a zip', () => once(nest(3)), 'archive_nested'],
  ['a zip whose files share their bytes', () => once(shared()), 'archive_damaged'],
  [
    'a zip of too many files',
    () => once(zip(Array.from({ length: 2_000 }, (_, i) => ({ name: `${i}`, bytes: statement })))),
    'archive_too_large',
  ],
  [
    'a zip that swells',
    () => once(zip([{ name: 'a', bytes: Buffer.alloc(16 * megabyte) }])),
    'archive_too_large',
  ],
  [
    'a zip that swells and hides it',
    () => once(zip([{ name: 'a', bytes: Buffer.alloc(16 * megabyte, '\n'), lie: { size: 100 } }])),
    'archive_damaged',
  ],
  [
    'a zip with names of other places',
    () => once(zip([{ name: '../../etc/passwd', bytes: statement }])),
    'archive_empty',
  ],
  ['a gzip that swells', () => swelling(8), 'archive_too_large'],
  [
    'a gzip that goes on with something else',
    () => [gzipSync(statement), Buffer.alloc(100, 'x')],
    'archive_damaged',
  ],
  ['deflated bytes without an archive', () => once(deflateRawSync(Buffer.alloc(megabyte))), 'format_unknown'],
]

export const attacks: readonly Attack[] = [...xml, ...lines, ...archives]
