import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import type { StatedBalance } from '../../src/domain/statement.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
})
afterEach(() => at.close())

const sync = () => syncAccount(at.ports, at.clientId, at.accountId)
const hour = 3_600_000
const rows: BankRow[] = [
  { day: '2026-03-02', minor: 125_000n, kid: '2345676' },
  { day: '2026-03-05', minor: -30_000n, text: 'Husleie' },
  { day: '2026-03-06', minor: 9900n, text: 'Faktura 7' },
  { day: '2026-03-09', minor: -250n, text: 'Gebyr betaling' },
  { day: '2026-03-10', minor: 55_000n, kid: '1234566' },
]
const proofs = async (...dates: string[]) => {
  const days = await at.days()
  return dates.map((date) => days.get(date)?.proof)
}

test('days with a closing balance are proven, today is open', async () => {
  at.bank.rows = [...rows]
  await sync()
  expect(await proofs('2026-02-08', '2026-03-02', '2026-03-06', '2026-03-09', '2026-03-10')).toEqual([
    'proven',
    'proven',
    'proven',
    'proven',
    'open',
  ])
  at.clock.advance(24 * hour)
  await sync()
  expect(await proofs('2026-03-10', '2026-03-11')).toEqual(['proven', 'open'])
  const [, second] = await at.events('account.day_proven')
  expect(second?.data).toMatchObject({ days: ['2026-03-10'], count: 1 })
  // Closing balances that every read repeats are kept once.
  const kept = await at.within((tx) => tx.prisma.balance.count({ where: { type: 'closingBooked' } }))
  expect(kept).toBe(41)
})

/** Of the balances that the bank knows, only those at the beginning and end of yesterday. */
const openingAs = (type: 'openingBooked' | 'previouslyClosedBooked') => (balances: StatedBalance[]) =>
  balances.slice(1, 3).map((one, i): StatedBalance => {
    const evening = one.date ?? ''
    const date = type === 'openingBooked' ? addDays(evening, 1) : evening
    return i === 0 ? one : { ...one, type, code: type, date }
  })

test.each(['openingBooked', 'previouslyClosedBooked'] as const)(
  'opening and closing balance of one answer are one statement: its day is proven by the next one (%s)',
  async (type) => {
    at.bank.rows = [...rows]
    at.bank.states = openingAs(type)
    await sync()
    expect(await proofs('2026-03-08', '2026-03-09')).toEqual(['unprovable', 'open'])
    at.clock.advance(6 * hour)
    await sync()
    expect(await proofs('2026-03-09')).toEqual(['open'])
    at.clock.advance(24 * hour)
    await sync()
    expect(await proofs('2026-03-09', '2026-03-10', '2026-03-11')).toEqual(['proven', 'proven', 'open'])
  },
)

test('and they do show that the day does not add up', async () => {
  at.bank.rows = [...rows]
  at.bank.states = openingAs('openingBooked')
  at.bank.hides = (row) => row.minor === -250n
  await sync()
  expect(await proofs('2026-03-09')).toEqual(['gap'])
})

test('of days before the first that was read nothing is said, whatever balances the bank lists', async () => {
  at.bank.rows = [{ day: '2026-02-02', minor: 1_000_000n }, ...rows]
  await sync()
  const found = await at.within((tx) => completeness(tx, at.accountId))
  expect(found.firstDay).toBe('2026-02-08')
  expect(found.gaps).toEqual([])
})

test('a row that the bank leaves out is a gap named by its amount, closed when it comes', async () => {
  at.bank.rows = [...rows]
  at.bank.hides = (row) => row.minor === 9900n
  await sync()
  const found = await at.within((tx) => completeness(tx, at.accountId))
  const [gap] = found.gaps
  expect(found.gaps).toEqual([
    {
      id: expect.stringMatching(/^gap_/),
      from: '2026-03-06',
      to: '2026-03-06',
      currency: 'NOK',
      differenceMinor: 9900n,
      cause: 'missing_credit',
      suspects: [],
      openedAt: at.clock.now(),
      closedAt: null,
      backfills: 0,
    },
  ])
  expect(found.provenThrough).toBe('2026-03-05')
  expect((await at.events('account.gap_opened'))[0]?.data).toMatchObject({
    gapId: gap?.id,
    difference: { amount: '99.00', currency: 'NOK' },
    to: '2026-03-06',
  })
  at.clock.advance(60_000)
  await sync()
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual(found.gaps)
  at.bank.hides = () => false
  at.clock.advance(6 * hour)
  await sync()
  expect(await proofs('2026-03-05', '2026-03-06', '2026-03-07')).toEqual(['proven', 'proven', 'proven'])
  expect((await at.events('account.gap_closed')).map((one) => one.data)).toMatchObject([{ gapId: gap?.id }])
  expect(await at.events('account.gap_opened')).toHaveLength(1)
  const past = await at.within((tx) => completeness(tx, at.accountId, { gaps: 'closed' }))
  expect(past.gaps).toEqual([{ ...gap, closedAt: at.clock.now() }])
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
  expect(await at.stored()).toEqual(ledgerOf(at.bank))
})

test('a row that was known and is left out comes back as the same entry', async () => {
  at.bank.rows = [...rows]
  await sync()
  const before = await at.within((tx) => tx.prisma.entry.findMany({ orderBy: { id: 'asc' } }))
  at.bank.hides = (row) => row.minor === -30_000n
  at.clock.advance(6 * hour)
  expect(await sync()).toMatchObject({ removed: 1 })
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toMatchObject([
    {
      differenceMinor: -30_000n,
      cause: 'removed_row',
      suspects: [before.find((one) => one.amountMinor === -30_000n)?.id],
    },
  ])
  expect(await at.events('account.day_reopened')).toHaveLength(1)
  at.bank.hides = () => false
  at.clock.advance(6 * hour)
  expect(await sync()).toMatchObject({ added: 0, revised: 1 })
  const after = await at.within((tx) => tx.prisma.entry.findMany({ orderBy: { id: 'asc' } }))
  expect(after.map((one) => [one.id, one.state])).toEqual(before.map((one) => [one.id, one.state]))
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
})

test('a backdated row reopens its day and is proven again by what the bank then states', async () => {
  at.bank.rows = [...rows]
  await sync()
  at.clock.advance(24 * hour)
  at.bank.rows = [...rows, { day: '2026-03-06', minor: -1100n, text: 'Etterpostering' }]
  await sync()
  expect((await at.events('account.day_reopened')).map((one) => one.data)).toMatchObject([
    { from: '2026-03-06' },
  ])
  expect(await proofs('2026-03-06', '2026-03-07', '2026-03-10')).toEqual(['proven', 'proven', 'proven'])
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
})

test('without closing balances, what lies between two steady balances is proven as a span', async () => {
  at.bank.statesClosing = false
  at.bank.rows = rows.filter((row) => row.day <= '2026-03-09')
  await sync()
  expect(at.bank.calls.filter((call) => call === 'balances')).toHaveLength(2)
  expect(await proofs('2026-03-06', '2026-03-10')).toEqual(['unprovable', 'open'])
  at.clock.advance(48 * hour)
  at.bank.rows = [...rows, { day: '2026-03-11', minor: 700n, text: 'Renter' }]
  await sync()
  expect(await proofs('2026-03-10', '2026-03-11', '2026-03-12')).toEqual(['unprovable', 'proven', 'open'])
  at.clock.advance(24 * hour)
  at.bank.rows = [...at.bank.rows, { day: '2026-03-12', minor: 800n, text: 'Renter' }]
  at.bank.hides = (row) => row.minor === 800n
  await sync()
  expect(await proofs('2026-03-11', '2026-03-12')).toEqual(['proven', 'gap'])
  at.bank.hides = () => false
  at.clock.advance(24 * hour)
  await sync()
  expect(await proofs('2026-03-11', '2026-03-12', '2026-03-13', '2026-03-14')).toEqual([
    'proven',
    'proven',
    'proven',
    'open',
  ])
})

test('a row that could be read only later is no gap between balances of the moment', async () => {
  at.bank.statesClosing = false
  at.bank.rows = [...rows]
  at.bank.unreadable = 1
  at.bank.hides = (row) => row.minor === 9900n
  await sync()
  at.clock.advance(24 * hour)
  at.bank.unreadable = 0
  at.bank.hides = () => false
  for (const _day of [11, 12, 13]) {
    await sync()
    at.clock.advance(24 * hour)
  }
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
  expect(await at.events('account.gap_opened')).toEqual([])
  expect(await proofs('2026-03-10', '2026-03-11', '2026-03-12')).toEqual(['unprovable', 'open', 'proven'])
})

test('what is missing beside a row that could not be read is a gap of days that were read', async () => {
  at.bank.rows = [...rows]
  at.bank.unreadable = 1
  at.bank.hides = (row) => row.minor === 9900n
  await sync()
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toMatchObject([
    { to: '2026-03-06', cause: 'rows_unreadable' },
  ])
  at.clock.advance(6 * hour)
  at.bank.unreadable = 0
  await sync()
  expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toMatchObject([
    { to: '2026-03-06', cause: 'missing_credit' },
  ])
  expect(await at.events('account.gap_changed')).toHaveLength(1)
})
