import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { toObserved } from '../../src/statements/normal.ts'
import { statementStore } from '../support/statement-store.ts'
import { type Movement, tell } from '../support/told-ledger.ts'

// Statements in two formats, of any days, whole or in parts, in any order and again: no read of the bank to correct them.

const start = '2026-03-01'
const formats = ['file:camt', 'file:mt'] as const
const movement = fc.record({
  back: fc.integer({ min: 0, max: 4 }),
  minor: fc.constantFrom(-4900n, 100n),
  payee: fc.constantFrom('Rema 1000', 'Kari Prøve', 'Strøm AS'),
  kid: fc.option(fc.constantFrom('2345676', '1234566'), { nil: undefined }),
})
const statement = fc.record({
  format: fc.constantFrom(...formats),
  days: fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })),
  /** Which rows of the days it has: null for all of them. */
  part: fc.option(fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), { nil: null }),
  crash: fc.boolean(),
})

type Statement = typeof statement extends fc.Arbitrary<infer S> ? S : never

function importAll(ledger: readonly Movement[], statements: readonly Statement[], ids: boolean) {
  const store = statementStore()
  const seen = statements.flatMap(({ format, days: [a, b], part, crash }) => {
    const from = addDays(start, Math.min(a, b))
    const to = addDays(start, Math.max(a, b))
    const rows = ledger
      .filter(({ day }) => day >= from && day <= to)
      .filter((_row, i) => part === null || part[i % part.length])
      .map((one) => tell(format, one, ids ? `S${one.key}` : ''))
    const asked = { route: format, permanentIds: false, complete: null, pending: 'ignore', from, to } as const
    store.ingest(rows, asked, crash)
    return crash ? [] : [{ format, from, to, whole: part === null, rows }]
  })
  return { store, seen }
}

/** How many of one day and amount there must be: as many as one format has told apart, by words and number. */
function toldApart(seen: ReturnType<typeof importAll>['seen'], day: string, minor: bigint): number {
  const most = formats.map((format) => {
    const byWords = new Map<string, number>()
    for (const { rows } of seen.filter((one) => one.format === format)) {
      const words = rows
        .filter((row) => row.bookingDate === day && row.amount.minor === minor)
        .map((row) => toObserved(row)?.identityHash ?? '')
      for (const [text, same] of Map.groupBy(words, (one) => one)) {
        byWords.set(text, Math.max(byWords.get(text) ?? 0, same.length))
      }
    }
    return [...byWords.values()].reduce((sum, count) => sum + count, 0)
  })
  return Math.max(...most)
}

const ledgerArbitrary = fc.array(movement, { maxLength: 8 }).map((rows) =>
  rows.map(
    ({ back, kid, ...row }, key): Movement => ({
      ...row,
      key,
      day: addDays(start, back),
      ...(kid === undefined ? {} : { kid }),
    }),
  ),
)

test('nothing that was told apart is lost, nothing is there twice, and days stated whole are whole', () => {
  fc.assert(
    fc.property(
      ledgerArbitrary,
      fc.array(statement, { maxLength: 8 }),
      fc.boolean(),
      (ledger, statements, ids) => {
        const { store, seen } = importAll(ledger, statements, ids)
        for (const [place, due] of Map.groupBy(ledger, ({ day, minor }) => `${day} ${minor}`)) {
          const [day = '', minor = ''] = place.split(' ')
          const stored = store
            .live()
            .filter(({ content }) => `${content.bookingDate} ${content.amountMinor}` === place)
          expect(stored.length).toBeLessThanOrEqual(due.length)
          expect(stored.length).toBeGreaterThanOrEqual(toldApart(seen, day, BigInt(minor)))
          if (seen.some((one) => one.whole && one.from <= day && one.to >= day))
            expect(stored).toHaveLength(due.length)
        }
      },
    ),
    { numRuns: 6000 },
  )
})

test('and the same files again, in any order, change nothing', () => {
  fc.assert(
    fc.property(
      ledgerArbitrary,
      fc
        .array(statement, { maxLength: 5 })
        .chain((one) => fc.tuple(fc.constant(one), fc.shuffledSubarray(one))),
      (ledger, [statements, again]) => {
        const { store } = importAll(ledger, statements, true)
        const before = store.live().map(({ id }) => id)
        const whole = statements.map((one) => ({ ...one, crash: false }))
        const twice = importAll(ledger, [...statements, ...again.filter(({ crash }) => !crash)], true)
        expect(twice.store.live().map(({ id }) => id)).toEqual(before)
        expect(importAll(ledger, [...whole, ...whole], true).store.live()).toHaveLength(
          importAll(ledger, whole, true).store.live().length,
        )
      },
    ),
    { numRuns: 1500 },
  )
})
