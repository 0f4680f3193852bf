import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
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

const day = 24 * 3_600_000
const fee: BankRow = { day: '2026-02-12', minor: -4900n, text: 'Gebyr' }
const sale: BankRow = { day: '2026-02-12', minor: 100n, text: 'Salg' }
const late: BankRow = { day: '2026-02-13', minor: 7n, text: 'Nytt' }
const sync = (options = {}) => syncAccount(at.ports, at.clientId, at.accountId, options)
const begun = () => at.bank.began.length
/** Newest first: what is booked while the list is read pushes a row to the next page. */
function bookWhileReading() {
  let booked = false
  at.bank.meddle = (call, query) => {
    if (call !== 'transactions' || query?.cursor !== '3' || booked) return
    booked = true
    at.bank.rows = [late, ...at.bank.rows]
  }
}

test('a row without an id that two pages show is read a second time, and is one', async () => {
  at.bank.rows = [sale, sale, fee, { ...sale, minor: 200n }]
  bookWhileReading()
  expect(await sync()).toMatchObject({ state: 'succeeded', added: 5 })
  expect(await at.stored()).toEqual(ledgerOf(at.bank))
  expect(begun()).toBe(2)
})

test('equal rows on both sides of a border show again, and stay two; they raise no doubt any more', async () => {
  at.bank.rows = [sale, sale, fee, fee]
  expect(await sync()).toMatchObject({ state: 'succeeded', added: 4 })
  expect(await at.stored()).toEqual(ledgerOf(at.bank))
  expect(begun()).toBe(2)
  at.bank.historyDaysPresent = 60
  await sync({ psu: { ipAddress: '192.0.2.7' } })
  expect(begun()).toBe(3)
})

test('without a person the second look costs a read: where none is left there is none', async () => {
  at.bank.readsPerDay = 1
  at.bank.rows = [sale, sale, fee, fee]
  expect(await sync()).toMatchObject({ state: 'succeeded', added: 4 })
  expect(begun()).toBe(1)
})

test('days that are read again anyway need none', async () => {
  at.bank.rows = [sale]
  await sync()
  at.clock.advance(day)
  at.bank.rows = [1, 2, 3, 4].map(() => ({ day: '2026-03-09', minor: -4900n, text: 'Gebyr' }))
  await sync()
  expect(begun()).toBe(2)
})
