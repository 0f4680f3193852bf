import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { pageOf, readCursor } from '../../src/http/paging.ts'
import { commaSeparated, date, id, instant, money } from '../../src/http/wire.ts'

test('money goes out and comes back exactly', () => {
  fc.assert(
    fc.property(
      fc.bigInt(-(10n ** 15n), 10n ** 15n),
      fc.constantFrom('NOK', 'JPY', 'KWD'),
      (minor, currency) => {
        const wire = z.encode(money, { minor, currency })
        expect(typeof wire.amount).toBe('string')
        expect(money.parse(wire)).toEqual({ minor, currency })
      },
    ),
  )
})

test.each([
  ['1,50', 'NOK'],
  ['1.005', 'NOK'],
  ['1.5', 'JPY'],
  ['1e3', 'NOK'],
  ['', 'NOK'],
  ['1.00', 'nok'],
  [1.5, 'NOK'],
])('%s %s is not money', (amount, currency) => {
  expect(money.safeParse({ amount, currency }).success).toBe(false)
})

test('a float never becomes money on the way out', () => {
  expect(() => z.encode(money, { minor: 1.5 as unknown as bigint, currency: 'NOK' })).toThrow()
})

test('moments are UTC, dates are real', () => {
  expect(instant.parse('2026-01-05T08:00:00Z')).toEqual(new Date('2026-01-05T08:00:00Z'))
  expect(z.encode(instant, new Date('2026-01-05T08:00:00Z'))).toBe('2026-01-05T08:00:00.000Z')
  for (const wrong of ['2026-01-05', '2026-01-05T08:00:00+01:00', '2026-13-05T08:00:00Z']) {
    expect(instant.safeParse(wrong).success).toBe(false)
  }
  expect(date.safeParse('2026-02-29').success).toBe(false)
})

test('an id of another kind is no id', () => {
  const text = `acc_${'0'.repeat(26)}`
  expect(id('account').safeParse(text).success).toBe(true)
  expect(id('company').safeParse(text).success).toBe(false)
})

test('a list of values in a query is checked value by value', () => {
  const states = commaSeparated(z.enum(['open', 'closed']))
  expect(states.parse('open,closed')).toEqual(['open', 'closed'])
  expect(states.safeParse('open,gone').success).toBe(false)
})

test('a cursor leads to where the page ended, and nothing else is a cursor', () => {
  const rows = [1, 2, 3].map((n) => ({ date: `2026-01-0${n}`, id: `x${n}` }))
  const { data, nextCursor } = pageOf(rows, 2, (row) => [row.date, row.id])
  expect(data).toHaveLength(2)
  expect(readCursor(nextCursor ?? undefined, 'date', 'id')).toEqual({ date: '2026-01-02', id: 'x2' })
  expect(pageOf(rows, 3, (row) => [row.id]).nextCursor).toBeNull()
  expect(readCursor(undefined, 'id')).toBeNull()
  for (const wrong of [nextCursor ?? '', 'x', 'bnVsbA', 'eyJhIjoxfQ', 'WzFd', 'WyJcdTAwMDAiXQ']) {
    expect(() => readCursor(wrong, 'id')).toThrow(/cursor/)
  }
})
