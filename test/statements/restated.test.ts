// A movement that a file tells again with more words, or other ones: once, wherever it is known that it is told again.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { type BankRow, openBenches } from '../support/account-at-bank.ts'
import { type CamtStatement, document, stmt } from '../support/camt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const actor = { kind: 'api_key', id: 'test' } as const
const day = '2026-03-02'
const opening = 100_000n
const row = (minor: bigint, text: string): BankRow => ({ day, minor, text })
const report = (statement: CamtStatement) =>
  document('052', stmt(statement).replaceAll('<Stmt>', '<Rpt>').replaceAll('</Stmt>', '</Rpt>'), statement.id)
const statement = (one: CamtStatement) => document('053', stmt(one), one.id)

/** What stands after the files, and how many entries there ever were. */
async function after(...files: Uint8Array[]) {
  const at = await benches.bench()
  try {
    for (const bytes of files) {
      await at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))
    }
    return (await at.stored()).map((line) => line.split(' ').slice(1).join(' ').replace('  ', ' '))
  } finally {
    await at.close()
  }
}

const early = [row(7000n, 'Innbetaling faktura 12'), row(-4900n, 'Gebyr')]
const late = [row(7000n, 'Innbetaling faktura 12 Ola Nordmann'), row(-4900n, 'Gebyr'), row(300n, 'Rente')]
const words = ['-4900 Gebyr', '300 Rente', '7000 Innbetaling faktura 12 Ola Nordmann']

test('a report of the day, then its statement with more words', async () => {
  const files = [
    report({ id: 'R', day, opening, rows: early }),
    statement({ id: 'S', day, opening, rows: late }),
  ]
  expect(await after(...files)).toEqual(words)
})

test('the same statement issued again in other words', async () => {
  const again = [row(7000n, 'Overføring fra Ola'), ...late.slice(1)]
  const [one, other] = [late, again].map((rows, i) => statement({ id: `S${i}`, day, opening, rows }))
  if (!one || !other) throw new Error('two files')
  expect(await after(one, other)).toEqual(['-4900 Gebyr', '300 Rente', '7000 Overføring fra Ola'])
})

test('another part of the day in other words is another movement', async () => {
  const first = statement({ id: 'S1', day, opening, rows: [row(7000n, 'Innbetaling faktura 12')] })
  const third = statement({
    id: 'S3',
    day,
    opening: 120_000n,
    rows: [row(7000n, 'Innbetaling faktura 12 Kari')],
  })
  expect(await after(first, third)).toEqual([
    '7000 Innbetaling faktura 12',
    '7000 Innbetaling faktura 12 Kari',
  ])
})

test('a report of the day with other words than the statement has: both stand, for nobody knows', async () => {
  const files = [
    report({ id: 'R', day, opening, rows: [row(7000n, 'Avtalegiro')] }),
    statement({ id: 'S', day, opening, rows: [row(7000n, 'Husleie')] }),
  ]
  expect(await after(...files)).toEqual(['7000 Avtalegiro', '7000 Husleie'])
})
