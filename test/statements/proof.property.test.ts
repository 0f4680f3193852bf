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

const world = fc.record({
  /** What the bank has booked, and which of it is stored; some are stored that the bank does not have. */
  rows: fc.array(
    fc.record({ day: dayNumber, minor: fc.constantFrom(-500n, 100n, 250n), stored: fc.boolean() }),
    {
      maxLength: 8,
    },
  ),
  faulty: fc.boolean(),
  strangers: fc.array(fc.record({ day: dayNumber, minor: fc.constantFrom(100n, 250n) }), { maxLength: 1 }),
  /** Statements of files: opening and closing balance are one statement. */
  statements: fc.array(fc.tuple(dayNumber, dayNumber), { maxLength: 5 }),
  /** Evenings that reads of the bank have stated, each a statement of its own. */
  evenings: fc.array(dayNumber, { maxLength: 4 }),
})
type World = typeof world extends fc.Arbitrary<infer W> ? W : never

function anchorsOf({ rows, statements, evenings }: World): Anchor[] {
  const truth = (until: number) =>
    rows.reduce((sum, row) => (row.day <= until ? sum + row.minor : sum), 1000n)
  const close = (n: number, source: string): Anchor => ({
    ...{ kind: 'close', date: day(n), amountMinor: truth(n), sources: [source] },
    readAt: new Date('2026-03-20T08:00:00Z'),
  })
  return [
    ...statements.flatMap(([a, b], i) => [
      close(Math.min(a, b) - 1, `statement ${i}`),
      close(Math.max(a, b), `statement ${i}`),
    ]),
    ...evenings.map((n, i) => close(n, `read ${i} ${day(n)}`)),
  ]
}

const storedOf = ({ rows, faulty, strangers }: World) =>
  faulty ? [...rows.filter((row) => row.stored), ...strangers] : rows

/** Two balances around the day, of separate statements, and every balance from one to the other agrees with the rows. */
function mayProve(of: World, anchors: readonly Anchor[], n: number): boolean {
  const rows = storedOf(of)
  const known = (from: string, to: string) =>
    rows.filter((row) => day(row.day) > from && day(row.day) <= to).reduce((sum, row) => sum + row.minor, 0n)
  return anchors.some((a) =>
    anchors.some((b) => {
      if (a.date >= day(n) || b.date < day(n) || a.sources[0] === b.sources[0]) return false
      const between = anchors.filter((one) => one.date >= a.date && one.date <= b.date)
      return between.every((one) => one.amountMinor - a.amountMinor === known(a.date, one.date))
    }),
  )
}

const judge = (of: World, anchors: readonly Anchor[]) =>
  proveDays({
    days: Array.from({ length: length + 1 }, (_none, n) => {
      const rows = storedOf(of).filter((row) => row.day === n)
      const sumMinor = rows.reduce((sum, row) => sum + row.minor, 0n)
      return { date: day(n), sumMinor, entries: rows.length, reopenedAt: null }
    }),
    beforeMinor: 0n,
    anchors,
    today,
  })

test('a day is proven where the law lets it be, and nowhere else; a gap names exactly what is missing', () => {
  fc.assert(
    fc.property(world, (of) => {
      const anchors = anchorsOf(of)
      const days = judge(of, anchors)
      for (const [n, judged] of days.entries()) {
        const may = n < length && mayProve(of, anchors, n)
        expect([judged.date, judged.proof === 'proven']).toEqual([judged.date, may])
      }
      const missing = days.reduce((sum, { differenceMinor }) => sum + (differenceMinor ?? 0n), 0n)
      const dates = anchors.map(({ date }) => date).sort()
      const [first, last] = [dates[0] ?? '', dates.at(-1) ?? '']
      const within = (row: { day: number }) => day(row.day) > first && day(row.day) <= last
      const sum = (rows: readonly { day: number; minor: bigint }[]) =>
        rows.filter(within).reduce((total, { minor }) => total + minor, 0n)
      expect(missing).toBe(sum(of.rows) - sum(storedOf(of)))
      if (!of.faulty) expect(days.filter(({ proof }) => proof === 'gap')).toEqual([])
    }),
    { numRuns: 4000 },
  )
})
