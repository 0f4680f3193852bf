import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { zip } from '../protocols/container/archives.ts'
import { balance, entry, statement } from '../protocols/iso20022/read.ts'
import { notice, ntry } from '../support/camt-text.ts'
import { ocrFile } from '../support/ocr-text.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/camt053/${name}`, import.meta.url))
const days = ['2026-03-02.v02.latin1.xml', '2026-03-03.v08.xml', '2026-03-04.v08.two-accounts.xml'].map(
  fixture,
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontobro-inspect-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(args: readonly string[], stdin: string | Uint8Array = '') {
  let [out, err] = ['', '']
  async function* input() {
    yield typeof stdin === 'string' ? Buffer.from(stdin) : stdin
  }
  const code = await main(args, {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    stdin: input(),
  })
  return { code, out, err }
}

async function inspectText(text: string) {
  const { code, out } = await run(['inspect', '-', '--json'], text)
  return { code, result: JSON.parse(out) }
}

const first = async (inside: string) => (await inspectText(statement(inside))).result.statements[0]

describe('--json', () => {
  test('one line for each file, amounts as exact decimals', async () => {
    const { code, out } = await run(['inspect', ...days, '--json'])
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines.map((line) => line.file)).toEqual(days)
    expect(lines[0]).toEqual({
      file: days[0],
      format: 'camt.053',
      version: 'camt.053.001.02',
      encoding: 'ISO-8859-1',
      statements: [
        {
          id: '99990100019-20260302',
          account: 'NO5499990100019',
          currency: 'NOK',
          from: '2026-03-02',
          to: '2026-03-02',
          openingBalance: '250000.00',
          openingType: 'OPBD',
          closingBalance: '225494.50',
          closingType: 'CLBD',
          entries: 3,
          credits: 1,
          debits: 2,
          sumCredits: '18750.00',
          sumDebits: '43255.50',
          proven: true,
        },
      ],
      warnings: [],
    })
    expect(lines[1].statements[0]).toMatchObject({ entries: 5, sumDebits: '116634.56', proven: true })
    expect(lines[2].statements).toMatchObject([
      { entries: 0, proven: true },
      { currency: 'EUR', sumCredits: '1999.99', proven: true },
    ])
  })
  test('a file that cannot be read is an error with its line, the others are read, and the exit code is 1', async () => {
    const broken = join(folder, 'broken.xml')
    const beginning = readFileSync(days[1]!).subarray(0, 2_000)
    await writeFile(broken, beginning)
    const { code, out } = await run(['inspect', '--json', broken, join(folder, 'none.xml'), folder, days[0]!])
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(1)
    expect(lines[0]).toEqual({
      file: broken,
      error: {
        code: 'xml_truncated',
        detail: expect.stringContaining('ends too early'),
        line: beginning.toString().split('\n').length,
      },
    })
    expect(lines[1].error).toEqual({ code: 'file_unreadable', detail: 'there is no such file', line: null })
    expect(lines[2].error.code).toBe('file_unreadable')
    expect(lines[3].statements).toHaveLength(1)
  })
  test('an entry that cannot be read makes the file an error: sums without it would be wrong', async () => {
    const { code, result } = await inspectText(statement(entry({ amount: '<Amt Ccy="NOK">1,50</Amt>' })))
    expect(code).toBe(1)
    expect(result).toEqual({
      file: '-',
      error: { code: 'entry_unreadable', detail: '"1,50" is not an amount', line: 5 },
    })
  })
})

describe('what is proven', () => {
  const opening = balance('OPBD', '100.00')
  test('booked entries alone lead from the opening to the closing balance', async () => {
    const pending = entry({ status: '<Sts><Cd>PDNG</Cd></Sts>' })
    expect(await first(opening + balance('CLBD', '110.00') + entry() + pending)).toMatchObject({
      entries: 2,
      sumCredits: '20.00',
      proven: true,
    })
    expect((await first(opening + balance('CLBD', '110.01') + entry())).proven).toBe(false)
  })
  test('a missing booked balance proves nothing, an available one is no substitute', async () => {
    expect((await first(opening + entry())).proven).toBeNull()
    const available = await first(opening + balance('CLAV', '110.00') + entry())
    expect(available).toMatchObject({ closingBalance: '110.00', closingType: 'CLAV', proven: null })
    expect((await first(balance('PRCD', '100') + balance('CLBD', '110') + entry())).proven).toBe(true)
  })
  test('a reversal counts by its own direction', async () => {
    const reversal = entry({ direction: '<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>' })
    expect(await first(opening + balance('CLBD', '90.00') + reversal)).toMatchObject({
      credits: 0,
      debits: 1,
      sumDebits: '10.00',
      proven: true,
    })
  })
  test('currencies are never added to each other', async () => {
    const euro = entry({ amount: '<Amt Ccy="EUR">10.00</Amt>' })
    expect(await first(opening + balance('CLBD', '120.00') + entry() + euro)).toMatchObject({
      entries: 2,
      sumCredits: '10.00',
      otherCurrencies: [{ currency: 'EUR', sumCredits: '10.00', sumDebits: '0.00' }],
      proven: false,
    })
  })
  test('a zero entry counts on the side the bank put it', async () => {
    const zero = { amount: '<Amt Ccy="NOK">0.00</Amt>' }
    const debit = entry({ ...zero, direction: '<CdtDbtInd>DBIT</CdtDbtInd>' })
    expect(await first(entry(zero) + debit)).toMatchObject({ credits: 1, debits: 1, sumDebits: '0.00' })
  })
})

describe('the table', () => {
  test('shows accounts and amounts the Norwegian way, aligned', async () => {
    const { code, out } = await run(['inspect', days[2]!])
    expect(code).toBe(0)
    const lines = out.replaceAll('\u00a0', ' ').split('\n')
    expect(lines.slice(1)).toEqual([
      'camt.053.001.08 · UTF-8 · 2 statements',
      '',
      '  Account        Period              Opening        In        Out          Closing  Adds up',
      '  ─────────────────────────────────────────────────────────────────────────────────────────',
      '  9999.01.00019  04.03.2026  NOK  122 349,94      0,00  (0)  0,00  (0)  122 349,94  ✓ yes',
      '  9999.01.00027  04.03.2026  EUR    5 000,00  1 999,99  (1)  0,00  (0)    6 999,99  ✓ yes',
      '',
      '',
    ])
  })
  test('says what could not be read, and with which reservations it was', async () => {
    const wrong = await run(['inspect', '-'], '<a>')
    expect(wrong).toMatchObject({ code: 1, out: '' })
    expect(wrong.err).toBe('-, line 1: the file ends too early (in a) (xml_truncated)\n')
    const odd = await run(['inspect', '-'], statement(balance('CLBD', '-5', '') + entry({ status: '' })))
    expect(odd.out).toContain('−5,00  – balance missing')
    expect(odd.out).toContain('! line 5: entries have no status')
  })
})

describe('what is not whole, or no statement of its own', () => {
  const good = readFileSync(days[0]!)
  test('of an archive with a damaged file the others are shown, and the error', async () => {
    const packed = zip([
      { name: 'a.xml', bytes: good },
      { name: 'b.xml', bytes: good.subarray(0, 900) },
    ])
    const { code, out, err } = await run(['inspect', '-'], packed)
    expect([code, out]).toEqual([1, expect.stringContaining('✓ yes')])
    expect(err).toMatch(/^-, line \d+: b\.xml: the file ends too early .*\(xml_truncated\)\n$/)
    const { result } = JSON.parse(`{"result":${(await run(['inspect', '--json', '-'], packed)).out}}`)
    expect(result).toMatchObject({ statements: [{ proven: true }], error: { code: 'xml_truncated' } })
  })
  test('notices show the days of their entries, and miss no balance', async () => {
    const rows = ['2026-03-02', '2026-03-04'].map((day) => ntry({ day, minor: 100n })).join('')
    const camt = await run(['inspect', '-'], notice('N1', rows))
    expect(camt.out).toMatch(/02\.03\.2026–04\.03\.2026 .* – details only\n/)
    const ocr = await run(['inspect', '-'], ocrFile([{ minor: 100, kid: '2345676', day: '2026-03-02' }]))
    expect(ocr.out).toMatch(/ 02\.03\.2026 .* – details only\n/)
  })
})

describe('the command line', () => {
  test('help names every command', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      expect(await run(args)).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringContaining('inspect FILE…'),
      })
    }
    expect((await run(['inspect', '--help'])).out).toContain('Usage: kontobro inspect')
  })
  test.each([
    [[], 'no command given'],
    [['inspekt'], 'there is no command "inspekt"'],
    [['inspect'], 'name at least one file'],
    [['inspect', '--xml', 'a'], 'there is no option "--xml"'],
    [['inspect', '-', '-'], 'standard input can be read only once'],
  ])('%j is wrong usage: exit code 2', async (args, message) => {
    const { code, err, out } = await run(args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(message)
    expect(err).toContain('Usage: kontobro')
  })
  test('a file may begin with a hyphen after --', async () => {
    expect((await run(['inspect', '--json', '--', '-x.xml'])).out).toContain('"file":"-x.xml"')
  })
})
