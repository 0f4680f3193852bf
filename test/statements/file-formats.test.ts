import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { zip } from '../protocols/container/archives.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt, document, stmt } from '../support/camt-text.ts'
import { mt940 } from '../support/mt-text.ts'

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

const monday: BankRow[] = [
  { day: '2026-03-02', minor: 7000n, text: 'Faktura 1' },
  { day: '2026-03-02', minor: -4900n, text: 'Gebyr' },
]
const tuesday: BankRow[] = [{ day: '2026-03-03', minor: -100n, text: 'Porto' }]
const one = { id: 'S1', day: '2026-03-02', opening: 100_000n, rows: monday }
const two = { id: 'S2', day: '2026-03-03', opening: 102_100n, rows: tuesday }
const facts = (rows: readonly BankRow[]) => rows.map((row) => `${row.day} ${row.minor}  ${row.text}`).sort()
const statements = () => at.within((tx) => tx.prisma.statement.findMany({ orderBy: { fromDate: 'asc' } }))

test('MT940, in gzip', async () => {
  expect(await hand(gzipSync(mt940(one)))).toMatchObject({
    state: 'imported',
    format: 'mt940',
    added: 2,
    warnings: [],
  })
  expect(await at.stored()).toEqual(facts(monday))
  expect(await statements()).toMatchObject([
    { format: 'mt940', route: 'file:mt', openingMinor: 100_000n, proven: true },
  ])
})

test('an archive of several formats, each statement under its own', async () => {
  const file = await hand(
    zip([
      { name: 'readme.txt', bytes: Buffer.from('Vedlagt følger kontoutskrift.') },
      { name: 'mandag.xml', bytes: camt(one) },
      { name: 'tirsdag.sta', bytes: mt940(two) },
    ]),
  )
  expect(file).toMatchObject({ state: 'imported', format: 'mixed', statements: 2, added: 3 })
  expect(file.warnings).toMatchObject([{ rule: 'archive_file_skipped' }])
  expect(await at.stored()).toEqual(facts([...monday, ...tuesday]))
  expect((await statements()).map(({ format }) => format)).toEqual(['camt.053', 'mt940'])
  expect((await at.days()).get('2026-03-02')?.proof).toBe('proven')
})

test('a damaged archive: the statements that were whole, and no more', async () => {
  const packed = gzipSync(document('053', stmt(one) + stmt(two)))
  expect(await hand(packed.subarray(0, packed.length - 9))).toMatchObject({
    error: { code: 'archive_damaged' },
  })
  const apart = zip([
    { name: 'mandag.xml', bytes: camt(one).subarray(0, 900) },
    { name: 'tirsdag.xml', bytes: camt(two) },
  ])
  expect(await hand(apart)).toMatchObject({ state: 'partial', statements: 1, added: 1 })
  expect(await at.stored()).toContain(facts(tuesday)[0])
})

test('of an MT940 that breaks off the statements that had ended go in, and no row stands twice', async () => {
  const whole = mt940(one).toString() + mt940(two).toString()
  const within = Buffer.from(whole.slice(0, whole.lastIndexOf('Porto') + 3))
  expect(await hand(within)).toMatchObject({
    ...{ state: 'partial', statements: 1, added: 2 },
    error: { code: 'file_truncated', detail: expect.stringContaining('S2') },
  })
  expect(await at.stored()).toEqual(facts(monday))
  expect(await hand(Buffer.from(whole))).toMatchObject({ state: 'imported', added: 1 })
  const wholeDay = facts([...monday, ...tuesday])
  // Each piece after the whole file, also such as end with a line.
  for (const cut of [
    whole.lastIndexOf('\r\n:86') + 2,
    whole.lastIndexOf(':62F'),
    whole.lastIndexOf(':62F') + 4,
  ])
    expect(await hand(Buffer.from(whole.slice(0, cut)))).toMatchObject({ state: 'partial', added: 0 })
  expect(await hand(mt940(two).subarray(0, 100))).toMatchObject({ state: 'failed' })
  expect(await at.stored()).toEqual(wholeDay)
})

test('a report of the running day gives rows, and closes no day', async () => {
  const report = document('052', stmt(one).replaceAll('Stmt>', 'Rpt>'))
  expect(await hand(report)).toMatchObject({ state: 'imported', format: 'camt.052', added: 2 })
  expect(await statements()).toMatchObject([{ openingMinor: null, closingMinor: null, proven: null }])
  const types = await at.within((tx) => tx.prisma.balance.findMany({ orderBy: { code: 'asc' } }))
  expect(types.map(({ code, type }) => `${code} ${type}`)).toEqual([
    'CLBD interimBooked',
    'OPBD openingBooked',
  ])
  await hand(camt(one))
  expect(await at.stored()).toEqual(facts(monday))
  await hand(camt(two))
  expect((await at.days()).get('2026-03-02')?.proof).toBe('proven')
})

test('statements that all have the same id are each kept', async () => {
  const text = [one, two].map((part) => mt940({ ...part, id: 'STARTUMS' }).toString()).join('')
  expect(await hand(Buffer.from(text))).toMatchObject({ state: 'imported', statements: 2, added: 3 })
  expect((await statements()).map(({ bankStatementId }) => bankStatementId)).toEqual([
    'STARTUMS',
    'STARTUMS (2)',
  ])
})

test('rows outside the days of their statement belong to the day they were booked on', async () => {
  const late = { day: '2026-02-27', minor: -300n, text: 'Etterpostert' }
  await hand(camt({ ...one, id: 'S0', day: '2026-02-27', rows: [], opening: 100_000n }))
  await hand(camt({ ...one, rows: [...monday, late] }))
  await hand(camt({ ...one, id: 'again', rows: [...monday, late] }))
  expect(await at.stored()).toEqual(facts([...monday, late]))
})
