import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listTransactions } from '../../src/statements/read.ts'
import { listsNewestFirst } from '../../src/statements/source-order.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, nok, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
  return () => at.close()
})

const booked: BankRow[] = [
  { day: '2026-03-02', minor: -100n, text: 'one' },
  { day: '2026-03-02', minor: -200n, text: 'two' },
  { day: '2026-03-02', minor: -300n, text: 'three' },
  { day: '2026-03-05', minor: -400n, text: 'four' },
  { day: '2026-03-05', minor: -500n, text: 'five' },
]
const sync = () => syncAccount(at.ports, at.clientId, at.accountId)
const listed = async () => {
  const rows = await at.within((tx) => listTransactions(tx, at.accountId, { limit: 50 }))
  return rows.map(({ text }) => text)
}

describe('within a day transactions stand as they were booked', () => {
  test.each([
    ['oldest', booked],
    ['newest', booked.toReversed()],
  ])('where the bank lists the %s first', async (_, rows) => {
    at.bank.rows = rows
    await sync()
    expect(await listed()).toEqual(['one', 'two', 'three', 'four', 'five'])
  })

  test('however many there are of a day', async () => {
    const day = '2026-03-05'
    at.bank.pageSize = 5000
    at.bank.rows = Array.from({ length: 4100 }, (_none, i) => ({ day, minor: -100n, text: String(i) }))
    at.bank.rows.push({ day: '2026-03-02', minor: 5n, text: 'before' })
    await sync()
    const rows = await at.within((tx) => listTransactions(tx, at.accountId, { limit: 5000 }))
    const turned = Array.from({ length: 4100 }, (_none, i) => String(4099 - i))
    expect(rows.map(({ text }) => text)).toEqual(['before', ...turned])
  })

  test('also those that come in later, between known ones and under ids that are never changed', async () => {
    at.bank.idStability = 'permanent'
    const late: BankRow = { day: '2026-03-05', minor: -600n, text: 'six' }
    const named = [...booked, late].map((row, i) => ({ ...row, id: `id${i}` })).toReversed()
    at.bank.rows = named.slice(2)
    await sync()
    at.bank.rows = named
    at.clock.advance(3_600_000)
    await sync()
    expect(await listed()).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
  })
})

describe('a source lists its newest rows first', () => {
  const row = (bookingDate: string, minor: bigint, after?: bigint) => ({
    bookingDate,
    amount: nok(minor),
    ...(after === undefined ? {} : { balanceAfter: nok(after) }),
  })
  test('where the day of the last is before that of the first', () => {
    expect(listsNewestFirst([row('2026-03-05', 1n), row('2026-03-02', 1n)])).toBe(true)
    expect(listsNewestFirst([row('2026-03-02', 1n), row('2026-03-05', 1n)])).toBe(false)
  })
  test('where the balances of one day run backwards', () => {
    const day = [row('2026-03-02', 5n, 105n), row('2026-03-02', -2n, 103n), row('2026-03-02', 7n, 110n)]
    expect(listsNewestFirst(day)).toBe(false)
    expect(listsNewestFirst(day.toReversed())).toBe(true)
  })
  test('never where nothing tells', () => {
    expect(listsNewestFirst([])).toBe(false)
    expect(listsNewestFirst([row('2026-03-02', 5n), row('2026-03-02', 6n)])).toBe(false)
  })
})
