import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Choosable, chooseBalance } from '../../src/statements/balance-choice.ts'

const noon = (day: string) => new Date(`${day}T11:00:00Z`)
let serial = 0
/** `interimBooked 2026-03-10 read 2026-03-11 EUR`: without `read` on its own day, in kroner. */
function stated(text: string): Choosable {
  const [type = '', day = '', ...rest] = text.split(' ')
  const read = rest[rest.indexOf('read') + 1]
  const date = day === '-' ? null : day
  return {
    id: `bal_${serial++}`,
    type,
    date,
    currency: rest.includes('EUR') ? 'EUR' : 'NOK',
    readAt: noon(rest.includes('read') && read ? read : day),
  }
}
/** The place in the list of the one that is chosen. */
function chosen(list: string[]): number {
  const rows = list.map(stated)
  const best = chooseBalance(rows, 'NOK')
  return best ? rows.indexOf(best) : -1
}

describe('the balance of several', () => {
  test.each<[string, string[], number]>([
    ['none', [], -1],
    [
      'now before yesterday’s closing',
      ['closingBooked 2026-03-09 read 2026-03-10', 'interimBooked 2026-03-10'],
      1,
    ],
    [
      'an evening before what was there in the course of its day',
      ['interimBooked 2026-03-09', 'closingBooked 2026-03-09 read 2026-03-10'],
      1,
    ],
    [
      'an old closing handed in today does not beat what a later read said',
      ['interimBooked 2026-03-08', 'closingBooked 2025-12-31 read 2026-03-10'],
      0,
    ],
    [
      'a later closing beats what was read long ago',
      ['interimBooked 2025-12-01', 'closingBooked 2026-03-09 read 2026-03-10'],
      1,
    ],
    [
      'a closing dated today is what is there now: the plain word for that wins',
      ['closingBooked 2026-03-10', 'interimBooked 2026-03-10'],
      1,
    ],
    [
      'one dated in the future is of the day it was stated',
      ['interimBooked 2026-03-12 read 2026-03-09', 'interimBooked 2026-03-10'],
      1,
    ],
    ['without a date it is of the read', ['interimBooked - read 2026-03-10', 'interimBooked 2026-03-09'], 0],
    [
      'a day’s beginning only where nothing else is said of it',
      ['openingBooked 2026-03-10', 'closingBooked 2026-03-09 read 2026-03-10', 'interimBooked 2026-03-10'],
      2,
    ],
    ['booked before expected', ['expected 2026-03-10', 'closingBooked 2026-03-09 read 2026-03-10'], 1],
    [
      'expected where the booked one is more than a week old',
      ['expected 2026-03-10', 'closingBooked 2026-03-02 read 2026-03-03', 'interimAvailable 2026-03-10'],
      0,
    ],
    ['only available', ['interimAvailable 2026-03-10'], 0],
    ['what will be there is none', ['forwardAvailable 2026-03-12 read 2026-03-10', 'other 2026-03-10'], -1],
    [
      'the account’s own currency, though another is newer',
      ['interimBooked 2026-03-10 EUR', 'closingBooked 2026-03-06 read 2026-03-10'],
      1,
    ],
    ['another where there is none in it', ['interimBooked 2026-03-10 EUR'], 0],
  ])('%s', (_what, list, expected) => {
    expect(chosen(list)).toBe(expected)
  })

  test('does not depend on the order, and no booked one of a later moment is passed over', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-03-${String(n).padStart(2, '0')}`)
    const type = fc.constantFrom(
      'interimBooked',
      'closingBooked',
      'openingBooked',
      'expected',
      'interimAvailable',
    )
    const row = fc.record({ type, date: fc.option(day), read: day, currency: fc.constantFrom('NOK', 'EUR') })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.nat(), (list, turn) => {
        const rows = list.map((one, i): Choosable => ({ id: `bal_${i}`, ...one, readAt: noon(one.read) }))
        const best = chooseBalance(rows, 'NOK')
        const cut = turn % rows.length
        expect(chooseBalance([...rows.slice(cut), ...rows.slice(0, cut)].reverse(), 'NOK')).toBe(best)
        if (rows.some((one) => one.currency === 'NOK')) expect(best?.currency).toBe('NOK')
        const of = (one: Choosable) => {
          const read = one.readAt.toISOString().slice(0, 10)
          return one.date === null || one.date > read ? read : one.date
        }
        const booked = rows.filter((one) => one.currency === best?.currency && one.type.endsWith('Booked'))
        if (best?.type.endsWith('Booked')) {
          for (const one of booked) expect(of(one) <= of(best)).toBe(true)
        }
      }),
    )
  })
})
