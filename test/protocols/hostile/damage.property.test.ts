import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMoney } from '../../../src/domain/money.ts'
import { readFailures } from '../../../src/protocols/read-failure.ts'
import { readStatementFile } from '../../../src/protocols/statement-file.ts'
import { zip } from '../container/archives.ts'
import { dialects } from '../mt940/samples.ts'
import { avtaleGiro, transmission } from '../nets-ocr/samples.ts'
import { collect, inChunks, type Reading } from '../read-parts.ts'

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/camt053/${name}`, import.meta.url))
const ocr = transmission([
  { ore: 102_000n, kid: '1234567897' },
  { ore: -5_050n, kid: '2345676' },
])

/** Small files of every format, and what a simple look at their letters says they add up to. */
const samples: readonly (readonly [string, Buffer, (text: string) => bigint])[] = [
  ['camt.053.001.02', fixture('2026-03-02.v02.latin1.xml'), sumOfCamt],
  ['camt.053.001.08', fixture('2026-03-04.v08.two-accounts.xml'), sumOfCamt],
  ['MT940', Buffer.from(dialects), sumOfMt],
  ['OCR giro', Buffer.from(ocr, 'latin1'), sumOfOcr],
  ['AvtaleGiro', Buffer.from(avtaleGiro, 'latin1'), sumOfOcr],
]

/** In the smallest unit of whatever currency. */
function sumOfCamt(text: string): bigint {
  let sum = 0n
  for (const [entry] of text.matchAll(/<Ntry>.*?<\/Ntry>/gs)) {
    const [, currency = '', amount = ''] = /<Amt(?: Ccy="([^"]*)"|[^>]*)>([^<]*)</.exec(entry) ?? []
    const { minor } = parseMoney(amount, currency || 'NOK')
    sum += /<CdtDbtInd>CRDT</.exec(entry) && /<CdtDbtInd>(....)</.exec(entry)?.[1] === 'CRDT' ? minor : -minor
  }
  return sum
}

function sumOfMt(text: string): bigint {
  let sum = 0n
  for (const [, mark, digits = ''] of text.matchAll(/^:61:\d{6}(?:\d{4})?(R?[CDcd])[A-Za-z]?([\d,.]+)/gm)) {
    const { minor } = parseMoney(digits.replace(',', '.'), 'NOK')
    sum += mark?.toUpperCase() === 'C' || mark?.toUpperCase() === 'RD' ? minor : -minor
  }
  return sum
}

function sumOfOcr(text: string): bigint {
  let sum = 0n
  for (const line of text.split(/\r?\n|\r/)) {
    if (!/^NY(09|21)\d\d30/.test(line)) continue
    const ore = BigInt(line.slice(32, 49))
    sum += line[31] === '-' ? -ore : ore
  }
  return sum
}

const read = (bytes: Uint8Array): Promise<Reading> => collect(readStatementFile(inChunks(bytes)))
const codes = Object.keys(readFailures)
const sumOf = ({ entries }: Reading) => entries.reduce((sum, { amount }) => sum + amount.minor, 0n)

/** Statements with their entries, as far as they came to their end. */
function statementsOf({ parts }: Reading): readonly unknown[] {
  const statements: unknown[] = []
  let entries: unknown[] = []
  for (const part of parts) {
    if (part.kind === 'statement') entries = []
    else if (part.kind === 'entry') entries.push(part.entry)
    else if (part.kind === 'statementEnd') {
      const booked = part.head.balances.filter(({ code }) => /^6[02]/.test(code))
      statements.push([part.head.id, part.head.account, booked, entries])
    }
  }
  return statements
}

/**
 * Where a file ends that is cut between two of its statements, nothing shows that there was more; one that is cut
 * inside has no closing balance, so it never adds up.
 */
function isRightAsFarAsItGoes(cut: Reading, whole: Reading): void {
  const last = cut.heads.at(-1)
  const isOpen = last?.balances.every(({ code }) => !code.startsWith('62'))
  const statements = statementsOf(cut).slice(0, isOpen ? -1 : undefined)
  expect(statements).toEqual(statementsOf(whole).slice(0, statements.length))
  expect(cut.entries).toEqual(whole.entries.slice(0, cut.entries.length))
}

describe.each(samples)('a file of %s', (name, bytes, sumOfText) => {
  test('adds up as its letters do', async () => {
    const whole = await read(bytes)
    expect([whole.failure, whole.warnings.filter((rule) => rule !== 'agreements_passed_over')]).toEqual([
      undefined,
      [],
    ])
    expect(sumOf(whole)).toBe(sumOfText(bytes.toString('latin1')))
    expect(whole.entries.length).toBeGreaterThan(0)
  })

  test('cut short at any byte says so, or is right as far as it goes', async () => {
    const whole = await read(bytes)
    const end = bytes.toString('latin1').trimEnd().length
    for (let length = 0; length < end; length++) {
      const cut = await read(bytes.subarray(0, length))
      if (cut.failure) expect(codes).toContain(cut.failure.code)
      else if (name.startsWith('camt')) expect.unreachable(`nothing said after ${length} bytes`)
      else if (cut.warnings.length === 0) isRightAsFarAsItGoes(cut, whole)
    }
  }, 120_000)

  test('packed and cut short at any byte is refused', async () => {
    for (const packed of [gzipSync(bytes), zip([{ name: 'statement', bytes }])]) {
      for (let length = 0; length < packed.length; length++) {
        const { failure } = await read(packed.subarray(0, length))
        expect(failure?.code, `after ${length} bytes`).toMatch(
          /^(archive_damaged|file_empty|format_unknown)$/,
        )
      }
    }
  }, 120_000)

  test('with a bit turned says so, or adds up as its letters now do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const turned = Buffer.from(bytes)
        turned.writeUInt8(turned.readUInt8(at) ^ (1 << bit), at)
        const reading = await read(turned)
        if (reading.failure) expect(codes).toContain(reading.failure.code)
        else if (reading.warnings.length === 0)
          expect(sumOf(reading)).toBe(sumOfText(turned.toString('latin1')))
      }),
      { numRuns: 500, seed: Number(process.env.FUZZ_SEED ?? 20_022), endOnFailure: true },
    )
  })
})
