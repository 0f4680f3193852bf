import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAmount } from '../../../src/domain/money.ts'
import { each } from '../../../src/protocols/batches.ts'
import { readCamt } from '../../../src/protocols/iso20022/camt.ts'
import { entry, readAll, statement } from './read.ts'

const folder = new URL('../../../fixtures/camt053/', import.meta.url)
const names = ['2026-03-02.v02.latin1.xml', '2026-03-03.v08.xml', '2026-03-04.v08.two-accounts.xml']

describe.each(names)('%s', (name) => {
  const bytes = readFileSync(new URL(name, folder))
  test('gives the same parts however it is cut', async () => {
    const whole = await readAll(bytes)
    expect(whole.failure).toBeUndefined()
    for (const chunk of [1, 2, 3, 5, 17, 255, 256, 257, 4_096])
      expect(await readAll(bytes, { chunk })).toEqual(whole)
  })
  test('cut short at any byte it ends in a failure, and no statement is taken for whole that is not', async () => {
    const whole = await readAll(bytes)
    const end = bytes.lastIndexOf('>')
    for (let length = 0; length <= end; length++) {
      const { failure, heads, entries } = await readAll(bytes.subarray(0, length))
      expect(failure?.code, `after ${length} bytes`).toBe(length === 0 ? 'file_empty' : 'xml_truncated')
      expect(heads).toEqual(whole.heads.slice(0, heads.length))
      expect(entries).toEqual(whole.entries.slice(0, entries.length))
    }
  }, 60_000)
  test('one byte changed is read or refused, never anything else', async () => {
    const place = fc.nat(bytes.length - 1)
    await fc.assert(
      fc.asyncProperty(place, fc.nat(255), async (at, value) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = value
        const { failure, entries } = await readAll(changed)
        for (const one of entries) expect(typeof one.amount.minor).toBe('bigint')
        if (failure) expect(failure.code).toMatch(/^(xml|format|file|record)_/)
      }),
      { numRuns: 300 },
    )
  })
})

test('any amounts come through exact to the øre, and their sum is exact', async () => {
  const amount = fc.record({
    minor: fc.bigInt({ min: 0n, max: 10n ** 17n }),
    credit: fc.boolean(),
    zeros: fc.nat(3),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(amount, { maxLength: 20 }),
      fc.integer({ min: 1, max: 400 }),
      async (amounts, chunk) => {
        const texts = amounts.map(({ minor, credit, zeros }) => {
          const text = formatAmount({ minor, currency: 'NOK' }) + '0'.repeat(zeros)
          const direction = `<CdtDbtInd>${credit ? 'CRDT' : 'DBIT'}</CdtDbtInd>`
          return entry({ amount: `<Amt Ccy="NOK">${text}</Amt>`, direction })
        })
        const { entries, warnings } = await readAll(statement(texts.join('\n')), { chunk })
        expect(warnings).toEqual([])
        expect(entries.map((one) => one.amount.minor)).toEqual(
          amounts.map(({ minor, credit }) => (credit ? minor : -minor)),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('entries are handed out while the file is still being read, however long it is', async () => {
  const [before = '', after = ''] = statement('|').split('|')
  let given = 0
  async function* file() {
    yield Buffer.from(before)
    for (; given < 20_000; given += 100) yield Buffer.from(entry().repeat(100))
    yield Buffer.from(after)
  }
  let [taken, furthestAhead] = [0, 0]
  for await (const part of each(readCamt(file()))) {
    if (part.kind === 'entry') taken++
    furthestAhead = Math.max(furthestAhead, given - taken)
  }
  expect(taken).toBe(20_000)
  expect(furthestAhead).toBeLessThan(200)
})
