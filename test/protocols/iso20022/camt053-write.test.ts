import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { StatementEntry } from '../../../src/domain/statement.ts'
import { fitCamtEntry } from '../../../src/protocols/iso20022/camt053-fit.ts'
import {
  camtEnd,
  camtStatementEnd,
  writeCamtStart,
  writeCamtStatementStart,
} from '../../../src/protocols/iso20022/camt053-write.ts'
import { writeCamtEntry } from '../../../src/protocols/iso20022/camt053-write-entry.ts'
import type { WrittenStatement } from '../../../src/protocols/written-statement.ts'
import { besideProject } from '../../corpus/beside.ts'
import { writtenEntry, writtenStatement } from '../written.ts'
import { readAll } from './read.ts'

const createdAt = '2026-03-05T08:00:00.000Z'
const write = (...statements: { head: WrittenStatement; entries: readonly StatementEntry[] }[]) =>
  [
    writeCamtStart({ id: 'M1', createdAt }),
    ...statements.flatMap(({ head, entries }) => [
      writeCamtStatementStart(head, createdAt),
      ...entries.map(writeCamtEntry),
      camtStatementEnd,
    ]),
    camtEnd,
  ].join('')
const generated = fc.record({
  entries: fc.array(writtenEntry(), { maxLength: 6 }),
  opening: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
})
const written = ({ entries, opening }: { entries: StatementEntry[]; opening: bigint }) =>
  write({ head: writtenStatement(entries, opening), entries })

test('every entry is read back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(generated, async (one) => {
      const { entries, heads, warnings, failure } = await readAll(written(one))
      expect(failure).toBeUndefined()
      expect(warnings.filter((rule) => rule !== 'details_in_other_currency')).toEqual([])
      expect(entries).toEqual(one.entries.map(fitCamtEntry))
      const head = writtenStatement(one.entries, one.opening)
      expect(heads).toMatchObject([
        {
          account: 'NO9386011117947',
          accountKind: 'IBAN',
          currency: 'NOK',
          from: '2026-03-02',
          to: '2026-03-04',
          owner: 'Prøve & Sønn AS',
          balances: [
            { type: 'openingBooked', amount: head.opening.amount, date: '2026-03-02', derived: true },
            { type: 'closingBooked', amount: head.closing.amount, date: '2026-03-04' },
          ],
        },
      ])
      expect(heads[0]?.balances[1]).not.toHaveProperty('derived')
    }),
    { numRuns: 300 },
  )
}, 60_000)

test('what fits stays as it is, and what was made to fit fits', () => {
  fc.assert(
    fc.property(writtenEntry(), (entry) => {
      const once = fitCamtEntry(entry)
      expect(fitCamtEntry(once)).toEqual(once)
      expect(once.amount).toEqual(entry.amount)
      expect(once.details).toHaveLength(entry.details.length)
    }),
    { numRuns: 300 },
  )
})

test('plain entries lose nothing', async () => {
  const entry: StatementEntry = {
    status: 'booked',
    amount: { minor: 125_050n, currency: 'NOK' },
    direction: 'credit',
    bookingDate: '2026-03-02',
    valueDate: '2026-03-01',
    reversal: false,
    bankIds: { entryReference: 'E1', servicerReference: '4711' },
    bankTransactionCode: 'PMNT-RCDT-VCOM',
    proprietaryCode: '230',
    text: 'Innbetaling',
    charges: [{ amount: { minor: -500n, currency: 'NOK' }, included: true, code: 'COMM' }],
    batches: [{ transactions: 1, messageId: 'B1' }],
    details: [
      {
        amount: { minor: 125_050n, currency: 'NOK' },
        references: {
          endToEndId: 'E2E',
          messageId: 'B1',
          paymentInformationId: 'P1',
          instructionId: 'I1',
          mandateId: 'MND',
          transactionId: 'T1',
          servicerReference: 'S1',
          kid: '2345676',
          creditorReferences: ['2345676', 'RF18539007547034'],
        },
        debtor: { name: 'Kari Prøve', account: '86011117947', bic: 'EXMPNOKK' },
        creditor: { name: 'Prøve AS', account: 'NO9386011117947', bic: 'EXMPNOKKXXX' },
        text: 'Faktura 1\nFaktura 2',
        returnReason: 'AC04',
      },
    ],
  }
  expect(fitCamtEntry(entry)).toEqual(entry)
  const { entries } = await readAll(write({ head: writtenStatement([entry], 0n), entries: [entry] }))
  expect(entries).toEqual([entry])
})

const schema = besideProject('reference/iso20022/xsd/camt.053.001.08.xsd')
const xsd = fileURLToPath(schema.url)
const lints = spawnSync('xmllint', ['--version']).status === 0
const missing = [
  ...(lints ? [] : ['xmllint is not installed']),
  ...(schema.missing ? ['the schema is not beside the project'] : []),
]
const folder = mkdtempSync(join(tmpdir(), 'kontobro-camt-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.skipIf(missing.length > 0)(
  `whatever is written is valid camt.053.001.08${missing.length > 0 ? ` (skipped, ${missing.join(', ')})` : ''}`,
  () => {
    const files = fc.sample(generated, { numRuns: 60, seed: 8 }).map((one, i) => {
      const file = join(folder, `${i}.xml`)
      writeFileSync(file, written(one))
      return file
    })
    const two = { entries: [], opening: -5n }
    const several = join(folder, 'several.xml')
    const head = writtenStatement(two.entries, two.opening)
    writeFileSync(several, write({ head, entries: [] }, { head, entries: [] }))
    execFileSync('xmllint', ['--noout', '--schema', xsd, ...files, several], { stdio: 'pipe' })
  },
  60_000,
)
