import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import type { Evenings } from '../../src/statements/evenings.ts'
import { type Plan, planStatements } from '../../src/statements/export-plan.ts'

const nok = (minor: bigint) => ({ minor, currency: 'NOK' })
type Facts = {
  /** Balance at the end of days. */
  stated?: Record<string, bigint>
  proven?: string[]
  /** Sum of the rows of days. */
  rows?: Record<string, bigint>
  offsets?: Record<string, bigint>
}
const evenings = ({ stated = {}, proven = [], rows = {}, offsets = {} }: Facts): Evenings => ({
  currency: 'NOK',
  stated: new Map(Object.entries(stated)),
  proven,
  movements: Object.entries(rows).map(([date, sum]) => ({
    date,
    credits: { entries: sum > 0n ? 1 : 0, sum: nok(sum > 0n ? sum : 0n) },
    debits: { entries: sum > 0n ? 0 : 1, sum: nok(sum > 0n ? 0n : sum) },
  })),
  offsets: new Map(Object.entries(offsets)),
})
const told = ({ units, unwritten }: Plan) => ({
  units: units.map(({ from, to, opening, closing }) => {
    const mark = ({ amount, derived }: typeof opening) => `${amount.minor}${derived ? '*' : ''}`
    return `${from.slice(5)}..${to.slice(5)} ${mark(opening)}..${mark(closing)}`
  }),
  unwritten: unwritten.map(({ from, to, reason, differenceMinor }) =>
    [`${from.slice(5)}..${to.slice(5)}`, reason, differenceMinor]
      .filter((one) => one !== undefined)
      .join(' '),
  ),
})
const plan = (facts: Facts, from?: string, to?: string) =>
  told(planStatements(evenings(facts), { ...(from ? { from } : {}), ...(to ? { to } : {}) }))

const daily = {
  stated: {
    '2026-03-01': 100n,
    '2026-03-02': 150n,
    '2026-03-03': 150n,
    '2026-03-04': 150n,
    '2026-03-05': 50n,
  },
  rows: { '2026-03-02': 50n, '2026-03-05': -100n },
}

describe('balances that the bank stated', () => {
  test('make a statement of each day; days without rows share one', () => {
    expect(plan(daily)).toEqual({
      units: ['03-02..03-02 100..150', '03-03..03-04 150..150', '03-05..03-05 150..50'],
      unwritten: [],
    })
  })
  test('a period takes those that lie in it', () => {
    expect(plan(daily, '2026-03-03', '2026-03-05').units).toEqual([
      '03-03..03-04 150..150',
      '03-05..03-05 150..50',
    ])
  })
  test('days between two of them are one statement', () => {
    const { '2026-03-01': first, '2026-03-05': last } = daily.stated
    expect(plan({ ...daily, stated: { '2026-03-01': first, '2026-03-05': last } }).units).toEqual([
      '03-02..03-05 100..50',
    ])
  })
})

describe('days that cannot be written', () => {
  test('those without a balance before and after them are named', () => {
    expect(plan(daily, '2026-02-27', '2026-03-07')).toMatchObject({
      unwritten: ['02-27..03-01 no_balance_before', '03-06..03-07 no_balance_after'],
    })
  })
  test('so are those that do not add up, with what is missing', () => {
    const gap = { ...daily, rows: { ...daily.rows, '2026-03-02': 30n } }
    expect(plan(gap)).toEqual({
      units: ['03-03..03-04 150..150', '03-05..03-05 150..50'],
      unwritten: ['03-02..03-02 does_not_add_up 20'],
    })
  })
  test('without any balance all of them are', () => {
    expect(plan({ rows: daily.rows })).toEqual({
      units: [],
      unwritten: ['03-02..03-05 no_balance_before'],
    })
    expect(plan({}, '2026-03-02', '2026-03-03').unwritten).toEqual(['03-02..03-03 no_balance_before'])
    expect(plan({})).toEqual({ units: [], unwritten: [] })
  })
  test('days after the last known one', () => {
    expect(plan(daily, '2026-03-10', '2026-03-11').unwritten).toEqual(['03-10..03-11 no_balance_after'])
  })
})

describe('balances that the proof says', () => {
  const march = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']
  const { '2026-03-01': first, '2026-03-05': last } = daily.stated
  const spanned = { rows: daily.rows, proven: march, stated: { '2026-03-01': first, '2026-03-05': last } }
  test('stand only where the period begins or ends within proven days', () => {
    expect(plan(spanned, '2026-03-03', '2026-03-04').units).toEqual(['03-03..03-04 150*..150*'])
    expect(plan(spanned).units).toEqual(['03-02..03-05 100..50'])
  })
  test('not within days that are not proven', () => {
    expect(plan({ ...spanned, proven: [] }, '2026-03-03', '2026-03-04').units).toEqual([])
  })
  test('may rest on balances that were current when the bank was read', () => {
    const read = { rows: daily.rows, proven: march, offsets: { '2026-03-01': 100n, '2026-03-06': 100n } }
    expect(plan(read).units).toEqual(['03-02..03-05 100*..50*'])
    expect(plan({ ...read, offsets: {} }).units).toEqual([])
  })
  test('are none where two that were stated contradict each other', () => {
    const odd = { ...spanned, stated: { ...spanned.stated, '2026-03-03': 149n } }
    expect(plan(odd, '2026-03-03', '2026-03-04').units).toEqual([])
  })
})

test('every statement adds up, and they follow each other day by day without a hole', () => {
  const day = (i: number) => addDays('2026-03-01', i)
  const ledger = fc.array(
    fc.record({
      sum: fc.option(fc.bigInt({ min: -99n, max: 99n })),
      stated: fc.boolean(),
      proven: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  )
  fc.assert(
    fc.property(ledger, fc.nat(19), fc.nat(19), fc.boolean(), (days, a, b, open) => {
      let balance = 1000n
      const facts = {
        stated: {} as Record<string, bigint>,
        proven: [] as string[],
        rows: {} as Record<string, bigint>,
      }
      for (const [i, { sum, stated, proven }] of days.entries()) {
        balance += sum ?? 0n
        if (sum !== null) facts.rows[day(i)] = sum
        if (stated) facts.stated[day(i)] = balance
        if (proven) facts.proven.push(day(i))
      }
      const [from, to] = [day(Math.min(a, b)), day(Math.max(a, b))]
      const { units, unwritten } = planStatements(evenings(facts), open ? {} : { from, to })
      for (const [i, unit] of units.entries()) {
        expect(unit.opening.amount.minor + unit.credits.sum.minor + unit.debits.sum.minor).toBe(
          unit.closing.amount.minor,
        )
        const before = units[i - 1]
        if (!before) continue
        expect(unit.from).toBe(addDays(before.to, 1))
        expect(unit.opening.amount).toEqual(before.closing.amount)
      }
      const covered = [...units, ...unwritten].sort((one, other) => (one.from < other.from ? -1 : 1))
      if (open) return
      expect(covered[0]?.from).toBe(from)
      expect(covered.at(-1)?.to).toBe(to)
    }),
    { numRuns: 500 },
  )
})
