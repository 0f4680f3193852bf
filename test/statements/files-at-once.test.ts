import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'
import { document, stmt, sum } from '../support/camt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => at.close())

const actor = { kind: 'api_key', id: 'test' } as const
const hand = (bytes: Uint8Array) =>
  at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))

const days = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06']
const rowsOf = (day: string): BankRow[] => [
  { day, minor: 12_500n, kid: '2345676' },
  { day, minor: -4900n, text: `Gebyr ${day}` },
]

test('several files of one account and a read of it at once all go in, and each movement is there once', async () => {
  await at.addConsent()
  at.bank.rows = days.flatMap(rowsOf)
  const files = days.map((day, i) => {
    const opening = sum(days.slice(0, i).flatMap(rowsOf), at.bank.openingMinor)
    return document('053', stmt({ id: `S${i}`, day, opening, rows: rowsOf(day) }))
  })
  const work = [...files.map(hand), syncAccount(at.ports, at.clientId, at.accountId)]
  const results = await Promise.allSettled(work)
  expect(results.map(({ status }) => status)).toEqual(work.map(() => 'fulfilled'))
  expect(await at.stored()).toEqual(ledgerOf(at.bank))
  const judged = await at.days()
  expect(days.map((day) => judged.get(day)?.proof)).toEqual(days.map(() => 'proven'))
})

test('files that name the same accounts in another order all go in', async () => {
  const other = '12345678903'
  const of = (account: string, day: string, id: string) =>
    stmt({ id, day, opening: 0n, rows: rowsOf(day), account })
  const files = days.map((day, i) => {
    const [one, two] = [of('86011117947', day, `A${i}`), of(other, day, `B${i}`)]
    return document('053', i % 2 === 0 ? one + two : two + one)
  })
  const results = await Promise.allSettled(files.map(hand))
  expect(results.map(({ status }) => status)).toEqual(files.map(() => 'fulfilled'))
  expect(await at.stored()).toHaveLength(20)
})
