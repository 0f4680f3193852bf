import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { each } from '../../src/protocols/batches.ts'
import { readCamt } from '../../src/protocols/iso20022/camt.ts'
import { readMt940 } from '../../src/protocols/mt940/mt940.ts'
import { prepareExport, type StatementExport, writeCamt, writeMt940 } from '../../src/statements/export.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { collect, inChunks } from '../protocols/read-parts.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const prepare = (at: Bench, period: { from?: string; to?: string } = {}) =>
  at.within(async (tx) => {
    const account = await tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } })
    return prepareExport(tx, account, period)
  }) as Promise<StatementExport>
async function textOf(pieces: AsyncIterable<string>): Promise<Buffer> {
  let text = ''
  for await (const piece of pieces) text += piece
  return Buffer.from(text)
}
/** What the bank's own books say at the end of a day. */
const truth = ({ bank }: Bench, evening: string) =>
  bank.rows.filter((row) => row.day <= evening).reduce((sum, row) => sum + row.minor, bank.openingMinor)

async function readThreeTimes(at: Bench): Promise<void> {
  for (const hours of [0, 26, 30]) {
    at.clock.advance(hours * 3_600_000)
    await syncAccount(at.ports, at.clientId, at.accountId)
  }
}

const rows: BankRow[] = [
  { day: '2026-03-05', minor: -30_000n, text: 'Husleie' },
  { day: '2026-03-06', minor: 9_900n, kid: '2345676' },
  { day: '2026-03-10', minor: 55_000n, text: 'Faktura 7' },
  { day: '2026-03-11', minor: -100n, text: 'Gebyr' },
]

test('a bank that closes every day gives a statement a day, of its own balances', async () => {
  const at = await benches.bench()
  await at.addConsent()
  at.bank.rows = [...rows]
  await readThreeTimes(at)
  const { statements, unwritten } = await prepare(at, { from: '2026-03-04', to: '2026-03-11' })
  expect(unwritten).toEqual([])
  expect(
    statements.map(({ from, to, opening, closing }) => [from, to, opening.derived, closing.derived]),
  ).toEqual([
    ['2026-03-04', '2026-03-04', false, false],
    ['2026-03-05', '2026-03-05', false, false],
    ['2026-03-06', '2026-03-06', false, false],
    ['2026-03-07', '2026-03-09', false, false],
    ['2026-03-10', '2026-03-10', false, false],
    ['2026-03-11', '2026-03-11', false, false],
  ])
  await at.close()
})

test('a bank that says only what is there now gives one statement, with balances from the proof', async () => {
  const at = await benches.bench()
  await at.addConsent()
  at.bank.rows = rows.filter((row) => row.day <= '2026-03-10')
  at.bank.statesClosing = false
  await syncAccount(at.ports, at.clientId, at.accountId)
  expect((await prepare(at)).statements).toEqual([])
  for (const row of [
    { day: '2026-03-11', minor: -500n },
    { day: '2026-03-12', minor: 700n },
  ]) {
    at.clock.advance(26 * 3_600_000)
    at.bank.rows.push({ ...row, text: 'Ny' })
    await syncAccount(at.ports, at.clientId, at.accountId)
  }
  const { statements, unwritten } = await prepare(at)
  expect(unwritten).toEqual([])
  expect(statements).toMatchObject([{ from: '2026-03-11', to: '2026-03-11', opening: { derived: true } }])
  expect(statements[0]?.opening.amount.minor).toBe(truth(at, '2026-03-10'))
  expect(statements[0]?.closing.amount.minor).toBe(truth(at, '2026-03-11'))
  expect((await prepare(at, { from: '2026-03-01' })).unwritten).toMatchObject([
    { from: '2026-03-01', reason: 'no_balance_before' },
  ])
  await at.close()
})

const movement = fc.record({
  back: fc.integer({ min: -3, max: 9 }),
  minor: fc.bigInt({ min: -9_000n, max: 9_000n }),
  words: fc.string({ maxLength: 30 }),
  hidden: fc.boolean(),
})
const history = fc.record({
  movements: fc.array(movement, { maxLength: 12 }),
  statesClosing: fc.boolean(),
  hides: fc.boolean(),
  from: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  length: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
})

test('whatever was read: a balance that is written is the one of the bank’s books, and what is written reads back', async () => {
  let written = 0
  for (const one of fc.sample(history, { numRuns: 14, seed: 3 })) {
    const at = await benches.bench()
    await at.addConsent()
    at.bank.statesClosing = one.statesClosing
    const all = one.movements.map(({ back, minor, words, hidden }, i) => ({
      day: addDays('2026-03-10', -back),
      minor,
      text: `${i} ${words.replace(/\p{Cc}/gu, '')}`.trim(),
      hidden: hidden && one.hides,
    }))
    at.bank.hides = (row) => all.some(({ text, hidden }) => hidden && text === row.text)
    for (const hours of [0, 26, 30, 27]) {
      at.clock.advance(hours * 3_600_000)
      at.bank.rows = all.filter(({ day }) => day <= at.bank.today())
      await syncAccount(at.ports, at.clientId, at.accountId)
    }
    const from = one.from === undefined ? undefined : addDays('2026-03-01', one.from)
    const to = one.length === undefined ? undefined : addDays(from ?? '2026-03-04', one.length)
    const prepared = await prepare(at, { ...(from ? { from } : {}), ...(to ? { to } : {}) })
    for (const { from: first, to: last, opening, closing } of prepared.statements) {
      expect(opening.amount.minor, `${JSON.stringify(one.statesClosing)} evening before ${first}`).toBe(
        truth(at, addDays(first, -1)),
      )
      expect(closing.amount.minor, `evening of ${last}`).toBe(truth(at, last))
    }
    if (prepared.unwritten.length === 0 && prepared.statements.length > 0) {
      written++
      const count = prepared.statements.reduce(
        (sum, { credits, debits }) => sum + credits.entries + debits.entries,
        0,
      )
      for (const back of [
        await collect(each(readCamt(inChunks(await textOf(writeCamt(at.db, at.clientId, prepared)))))),
        await collect(each(readMt940(inChunks(await textOf(writeMt940(at.db, at.clientId, prepared)))))),
      ]) {
        expect(back).toMatchObject({ failure: undefined, warnings: [] })
        expect(back.entries).toHaveLength(count)
        expect(back.heads.map((head) => [head.from, head.to])).toEqual(
          prepared.statements.map((statement) => [statement.from, statement.to]),
        )
      }
    }
    await at.close()
  }
  expect(written).toBeGreaterThan(3)
}, 120_000)
