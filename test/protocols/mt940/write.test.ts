import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StatementEntry } from '../../../src/domain/statement.ts'
import { each } from '../../../src/protocols/batches.ts'
import { readMt940 } from '../../../src/protocols/mt940/mt940.ts'
import { mtLines, writeMtStatementEnd, writeMtStatementStart } from '../../../src/protocols/mt940/write.ts'
import { fitMtEntry, writeMtEntry } from '../../../src/protocols/mt940/write-entry.ts'
import { swiftText } from '../../../src/protocols/mt940/write-text.ts'
import { collect, inChunks } from '../read-parts.ts'
import { writtenEntry, writtenStatement } from '../written.ts'

function write(entries: readonly StatementEntry[], openingMinor: bigint, currency = 'NOK'): string {
  const head = writtenStatement(entries, openingMinor, currency)
  return mtLines([
    ...writeMtStatementStart(head),
    ...entries.flatMap(writeMtEntry),
    ...writeMtStatementEnd(head),
  ])
}
const read = (text: string) => collect(each(readMt940(inChunks(Buffer.from(text)))))

const statement = fc.constantFrom('NOK', 'JPY', 'KWD').chain((currency) =>
  fc.record({
    entries: fc.array(writtenEntry(currency), { maxLength: 6 }),
    opening: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    currency: fc.constant(currency),
  }),
)

test('every entry is read back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(statement, async ({ entries, opening, currency }) => {
      const text = write(entries, opening, currency)
      const back = await read(text)
      expect(back.failure).toBeUndefined()
      expect(back.warnings).toEqual([])
      expect(back.entries).toEqual(entries.map(fitMtEntry))
      const head = writtenStatement(entries, opening, currency)
      expect(back.heads).toMatchObject([
        {
          account: 'NO9386011117947',
          currency,
          from: '2026-03-02',
          to: '2026-03-04',
          balances: [
            {
              type: 'previouslyClosedBooked',
              amount: head.opening.amount,
              date: '2026-03-01',
              derived: true,
            },
            { type: 'closingBooked', amount: head.closing.amount, date: '2026-03-04' },
          ],
        },
      ])
    }),
    { numRuns: 400 },
  )
}, 60_000)

test("it is SWIFT's: its character set, its line lengths, six lines of field 86, no line that ends a field", () => {
  fc.assert(
    fc.property(statement, ({ entries, opening, currency }) => {
      const text = write(entries, opening, currency)
      expect(text).toMatch(/^[A-Za-z0-9/\-?:().,'+ \r\n]*$/)
      const lines = text.split('\r\n')
      for (const [i, line] of lines.entries()) {
        expect(line.length).toBeLessThanOrEqual(line.startsWith(':86:') ? 69 : 90)
        if (!/^:\d\d[A-Z]?:/.test(line) && i < lines.length - 2) expect(line).toMatch(/^[^:-].{0,64}$/)
      }
      for (const field of text.split(/\r\n(?=:\d\d[A-Z]?:|-\r\n)/)) {
        if (field.startsWith(':86:')) expect(field.split('\r\n').length).toBeLessThanOrEqual(6)
        if (field.startsWith(':61:')) expect(field).not.toContain('\r\n')
      }
    }),
    { numRuns: 200 },
  )
})

test('what fits stays as it is', () => {
  fc.assert(
    fc.property(writtenEntry(), (entry) => {
      const once = fitMtEntry(entry)
      expect(fitMtEntry(once)).toEqual(once)
    }),
    { numRuns: 300 },
  )
})

test('a payment in its fields', () => {
  const entry: StatementEntry = {
    status: 'booked',
    amount: { minor: -125_050n, currency: 'NOK' },
    bookingDate: '2026-03-02',
    valueDate: '2026-03-01',
    reversal: false,
    bankIds: { servicerReference: '4711' },
    bankTransactionCode: 'PMNT-ICDT-DMCT',
    text: 'Betaling',
    details: [
      {
        amount: { minor: -125_050n, currency: 'NOK' },
        references: { endToEndId: 'E2E/1', kid: '2345676' },
        creditor: { name: 'Blåbær & Sønn AS', account: '86011117947' },
        text: 'Faktura 1\nfor februar',
      },
    ],
  }
  expect(writeMtEntry(entry)).toEqual([
    ':61:2603010302D1250,50NTRFNONREF//4711',
    ':86:/TRTP/Betaling/BBAN/86011117947/NAME/Blaabaer + Soenn AS/EREF/E2E',
    '/1/REMI/KID 2345676 Faktura 1 for februar',
  ])
})

test('no line of words begins or ends with a blank', () => {
  const text = Array.from({ length: 60 }, (_none, i) => 'x'.repeat(i % 7)).join(' ')
  const entry: StatementEntry = {
    ...{ status: 'booked', bookingDate: '2026-03-02', reversal: false, bankIds: {} },
    amount: { minor: -100n, currency: 'NOK' },
    details: [{ amount: { minor: -100n, currency: 'NOK' }, references: {}, text }],
  }
  const [, ...lines] = writeMtEntry(entry)
  expect(lines.length).toBeGreaterThan(3)
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^\S.*\S$/)
  expect(lines.join('').replace(':86:', '')).toBe(`/REMI/${text.replace(/ +/g, ' ').trim()}`)
})

test.each([
  ['Ærlig talt – nå', 'Aerlig talt - naa'],
  ['ØVRE Øvre Ås Å. Öl ÆRA', 'OEVRE Oevre Aas AA. Oel AERA'],
  ['naïve café', 'naive cafe'],
  ['5 € til 東京 😀', '5 . til .. .'],
  ['a\n\tb', 'a b'],
  ['-----', '--'],
])('%j is %j to SWIFT', (text, swift) => {
  expect(swiftText(text)).toBe(swift)
})
