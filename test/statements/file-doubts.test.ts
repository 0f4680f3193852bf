// What can be read of a file, and yet cannot be true: days to come, sums that do not fit, numbers with wrong check digits.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt } from '../support/camt-text.ts'
import { mt940 } from '../support/mt-text.ts'
import { ocrFile } from '../support/ocr-text.ts'

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
const hand = async (bytes: Uint8Array) =>
  (await at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))).file
const rules = (file: { warnings: unknown }) => (file.warnings as { rule: string }[]).map(({ rule }) => rule)
const statements = () =>
  at.within((tx) => tx.prisma.statement.findMany({ orderBy: { bankStatementId: 'asc' } }))

const day = '2026-03-02'
const one = { id: 'S1', day, opening: 10_000n, rows: [{ day, minor: 4000n, text: 'Faktura 1' }] }

test('a statement of days to come is no evidence, and makes no calendar of years', async () => {
  await hand(camt(one))
  const file = await hand(camt({ ...one, id: 'S2', day: '2031-01-01', rows: [] }))
  expect(file).toMatchObject({ state: 'partial', statements: 1 })
  expect(file.warnings).toMatchObject([
    { rule: 'date_in_future', detail: expect.stringContaining('2031-01-01') },
  ])
  const [, late] = await statements()
  expect(late).toMatchObject({
    openingMinor: null,
    closingMinor: null,
    proven: null,
    fromDate: null,
    toDate: null,
  })
  const balances = await at.within((tx) => tx.prisma.balance.findMany())
  expect(balances.every(({ date }) => date === day)).toBe(true)
  expect([...(await at.days()).keys()].at(-1)).toBe('2026-03-10')
})

test('a row booked years ahead is kept as it was stated, and is no transaction', async () => {
  const rows = [...one.rows, { day: '2031-01-01', minor: 100n, text: 'Feil år' }]
  const file = await hand(camt({ ...one, rows }))
  expect(file).toMatchObject({ state: 'partial', entries: 2, added: 1 })
  expect(rules(file)).toEqual(['date_in_future', 'does_not_add_up'])
  expect(await at.stored()).toEqual([`${day} 4000  Faktura 1`])
  expect(await at.within((tx) => tx.prisma.observation.count())).toBe(2)
  // A month-end ahead is what banks do.
  const soon = { day: '2026-03-31', minor: 100n, text: 'Termin' }
  expect(await hand(camt({ ...one, id: 'S3', rows: [...one.rows, soon] }))).toMatchObject({
    added: 1,
    warnings: [],
  })
})

test('a statement that does not add up says by how much', async () => {
  for (const write of [camt, mt940]) {
    const file = await hand(write({ ...one, missing: 1000n }))
    expect(file.warnings).toEqual([
      {
        rule: 'does_not_add_up',
        detail: expect.stringMatching(
          /^statement S1 of account acc_\w+ \(86011117947\) .* 140\.00 NOK, the closing balance is 150\.00, difference 10\.00$/,
        ),
        line: null,
      },
    ])
  }
})

test('an entry without a day that can be read makes its statement no proof of itself', async () => {
  const lost = { day: '2026-02-30', minor: 0n, text: 'Uten dag' }
  const file = await hand(camt({ ...one, rows: [...one.rows, lost], to: '2026-03-03' }))
  expect(file).toMatchObject({ state: 'partial', added: 1, warnings: [{ rule: 'entry_unreadable' }] })
  expect(await statements()).toMatchObject([{ proven: false }])
  expect(await hand(ocrFile([{ minor: 100, kid: '2345676', day: '2026-02-30' }]))).toMatchObject({
    state: 'partial',
    warnings: [{ rule: 'entry_unreadable', line: 3 }],
  })
})

test('an account number with wrong check digits is named', async () => {
  const file = await hand(camt({ ...one, account: '97100000008' }))
  expect(file).toMatchObject({ state: 'imported', added: 1 })
  expect(file.warnings).toMatchObject([
    { rule: 'account_number_unusual', detail: expect.stringMatching(/97100000008.*check digits/) },
  ])
})
