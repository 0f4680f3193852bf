import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addRow, balancesAfter, bookedBalance, bookPending, dailyClosing } from '../../sandbox/bank/ledger.ts'
import { addDays, durationMs, osloDate, osloMidnightMs } from '../../sandbox/clock.ts'
import { bbanOf, ibanOf, isBban, makeBban } from '../../sandbox/identifiers.ts'
import { formatAmount, parseAmount } from '../../sandbox/money.ts'
import { seedData } from '../../sandbox/seed.ts'
import type { Store } from '../../sandbox/state.ts'

const today = '2026-03-02'

function freshStore(): Store {
  const data = seedData(today)
  const done = async () => {}
  return { data, next: () => ++data.sequence, changed: () => {}, saved: done, close: done }
}

test('whatever is booked on whatever day, closing balances, balances after and the balance agree', () => {
  const row = fc.record({
    minor: fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
    daysAgo: fc.integer({ min: 0, max: 90 }),
    pendingFirst: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
      const store = freshStore()
      const account = store.data.banks.fjordbanken?.accounts[0]
      if (!account) throw new Error('no account')
      let expected = bookedBalance(account)
      for (const { minor, daysAgo, pendingFirst } of rows) {
        const date = addDays(today, -daysAgo)
        const added = addRow(
          store,
          account,
          { amountMinor: minor, bookingDate: date, valueDate: date },
          pendingFirst ? 'pending' : 'booked',
        )
        if (pendingFirst) bookPending(store, account, added)
        expected += minor
      }
      const days = dailyClosing(account, addDays(today, 1))
      expect(bookedBalance(account)).toBe(expected)
      expect(days.at(-1)).toEqual({ date: today, amountMinor: expected })
      expect([...balancesAfter(account).values()].at(-1)).toBe(expected)
      const order = account.bookings.map(
        (one) => `${one.bookingDate} ${String(one.sequence).padStart(9, '0')}`,
      )
      expect(order).toEqual(order.toSorted())
    }),
    { numRuns: 40 },
  )
})

test('the test world is the same for the same day, with rows alike on one day', () => {
  expect(seedData(today)).toEqual(seedData(today))
  const rows = seedData(today).banks.fjordbanken?.accounts[0]?.bookings ?? []
  const keys = rows.map((row) => `${row.bookingDate} ${row.amountMinor} ${row.text}`)
  expect(rows.length).toBeGreaterThan(200)
  expect(new Set(keys).size).toBeLessThan(keys.length)
})

test('amounts are exact both ways', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (minor) => {
      expect(parseAmount(formatAmount(minor))).toBe(minor)
    }),
  )
  for (const text of ['', '1,5', '1.234', '+1', '1e3', 'NaN']) expect(parseAmount(text)).toBeUndefined()
})

test('account numbers are valid both as BBAN and as IBAN', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_000 }), (serial) => {
      const bban = makeBban('9901', serial)
      expect(isBban(bban)).toBe(true)
      expect(bbanOf(ibanOf(bban))).toBe(bban)
    }),
  )
  // The example of the IBAN registry for Norway.
  expect(ibanOf('86011117947')).toBe('NO9386011117947')
})

test('an Oslo day begins at Oslo midnight, also when the clocks change', () => {
  for (const date of ['2026-01-01', '2026-03-29', '2026-03-30', '2026-07-01', '2026-10-25', '2026-10-26']) {
    const at = osloMidnightMs(date)
    expect([osloDate(at), osloDate(at - 1)]).toEqual([date, addDays(date, -1)])
  }
})

test.each([
  ['PT24H', 86_400_000],
  ['P1DT30M', 88_200_000],
  ['P2W', 1_209_600_000],
  ['PT0S', 0],
  ['P', undefined],
  ['PT', undefined],
  ['P1M', undefined],
  ['-PT1H', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})
