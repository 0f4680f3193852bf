import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { type Anchor, proveDays } from '../../src/statements/proof.ts'

// DESIGN 5.3 read once more, by another hand: what it lets be proven is proven, and nothing else.

const start = '2026-03-01'
const length = 10
const day = (n: number) => addDays(start, n)
const today = day(length)
const dayNumber = fc.integer({ min: 0, max: length - 1 })

/** `early`: booked before the day's read of the balance of the moment. */
const row = fc.record({ day: dayNumber, early: fc.boolean(), minor: fc.constantFrom(-500n, 100n, 250n) })
const world = fc.record({
  /** What the bank has booked, and which of it is stored; some are stored that the bank does not have. */
  rows: fc.array(fc.tuple(row, fc.boolean()), { maxLength: 8 }),
  faulty: fc.boolean(),
  strangers: fc.array(row, { maxLength: 1 }),
  /** Statements of files: opening and closing balance are one statement. */
  statements: fc.array(fc.tuple(dayNumber, dayNumber), { maxLength: 4 }),
  /** Evenings that reads of the bank have stated, each a statement of its own. */
  evenings: fc.array(dayNumber, { maxLength: 3 }),
  /** Balances of the moment, equal before and after the rows were read. */
  moments: fc.uniqueArray(dayNumber, { maxLength: 4 }),
})
type World = typeof world extends fc.Arbitrary<infer W> ? W : never
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never

const trueRows = ({ rows }: World) => rows.map(([one]) => one)
const storedRows = ({ rows, faulty, strangers }: World) =>
  faulty
    ? [...rows.flatMap(([one, stored]) => (stored ? one : [])), ...strangers]
    : trueRows({ rows } as World)

/** When, in half days: a balance of the moment stands in the middle of its day, the others at its end. */
const timeOf = ({ kind, date }: Anchor) => 2 * dayOf(date) + (kind === 'close' ? 2 : 1)
const dayOf = (date: string) => Math.round((Date.parse(date) - Date.parse(start)) / 86_400_000)
const bookedAt = ({ day: n, early }: Row) => 2 * n + (early ? 1 : 2)
const sumAt = (rows: readonly Row[], time: number) =>
  rows.reduce((sum, one) => (bookedAt(one) <= time ? sum + one.minor : sum), 0n)

function anchorsOf(of: World): Anchor[] {
  const anchor = (kind: Anchor['kind'], n: number, source: string): Anchor => {
    const bare = { kind, date: day(n), sources: [source], readAt: new Date(`${day(n)}T12:00:00Z`) }
    const time = timeOf({ ...bare, amountMinor: 0n })
    const amountMinor = 1000n + sumAt(trueRows(of), time)
    return {
      ...bare,
      amountMinor,
      ...(kind === 'close' ? {} : { bookedSumMinor: sumAt(storedRows(of), time) }),
    }
  }
  return [
    ...of.statements.flatMap(([a, b], i) => [
      anchor('close', Math.min(a, b) - 1, `statement ${i}`),
      anchor('close', Math.max(a, b), `statement ${i}`),
    ]),
    ...of.evenings.map((n, i) => anchor('close', n, `read ${i} ${day(n)}`)),
    ...of.moments.map((n, i) => anchor('interim', n, `moment ${i}`)),
  ]
}

/**
 * Each half of the day lies between two balances of separate statements, and every balance from one to the other agrees
 * with the rows.
 */
function mayProve(of: World, anchors: readonly Anchor[], n: number): boolean {
  const stored = (one: Anchor) => sumAt(storedRows(of), timeOf(one))
  const agrees = (one: Anchor, other: Anchor) =>
    other.amountMinor - one.amountMinor === stored(other) - stored(one)
  const within = (a: Anchor, b: Anchor) =>
    anchors.filter((one) => timeOf(one) >= timeOf(a) && timeOf(one) <= timeOf(b))
  const proves = (a: Anchor, b: Anchor, from: number) =>
    timeOf(a) <= from &&
    timeOf(b) > from &&
    a.sources[0] !== b.sources[0] &&
    within(a, b).every((one) => agrees(a, one))
  return [2 * n, 2 * n + 1].every((from) => anchors.some((a) => anchors.some((b) => proves(a, b, from))))
}

const judge = (of: World, anchors: readonly Anchor[]) =>
  proveDays({
    days: Array.from({ length: length + 1 }, (_none, n) => {
      const rows = storedRows(of).filter((one) => one.day === n)
      const sumMinor = rows.reduce((sum, { minor }) => sum + minor, 0n)
      return { date: day(n), sumMinor, entries: rows.length, reopenedAt: null }
    }),
    beforeMinor: 0n,
    anchors,
    today,
  })

test('a day is proven where the law lets it be, and nowhere else; the gaps name exactly what is missing', () => {
  fc.assert(
    fc.property(world, (of) => {
      const anchors = anchorsOf(of)
      const days = judge(of, anchors)
      for (const [n, { date, proof }] of days.entries()) {
        expect([date, proof === 'proven']).toEqual([date, n < length && mayProve(of, anchors, n)])
      }
      for (const { proof, openingMinor, sumMinor, closingMinor } of days) {
        if (proof !== 'proven' || openingMinor === null || closingMinor === null) continue
        expect(openingMinor + sumMinor).toBe(closingMinor)
      }
      const missing = days.reduce((sum, { differenceMinor }) => sum + (differenceMinor ?? 0n), 0n)
      const times = anchors.map(timeOf).sort((a, b) => a - b)
      const between = (rows: readonly Row[]) => sumAt(rows, times.at(-1) ?? 0) - sumAt(rows, times[0] ?? 0)
      expect(missing).toBe(between(trueRows(of)) - between(storedRows(of)))
      if (!of.faulty) expect(days.filter(({ proof }) => proof === 'gap')).toEqual([])
    }),
    { numRuns: 2500 },
  )
})

test('the day of a reading is proven where the evenings before it and after it are stated', () => {
  const of: World = {
    ...{ rows: [], faulty: false, strangers: [], statements: [], evenings: [2, 3], moments: [3] },
  }
  expect(judge(of, anchorsOf(of))[3]).toMatchObject({ proof: 'proven', spanFrom: null })
})
