import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'

test('days are counted as the calendar has them', () => {
  const dayMs = 86_400_000
  const text = (at: number) => new Date(at).toISOString().slice(0, 10)
  fc.assert(
    fc.property(
      fc.integer({ min: Date.parse('1950-01-01'), max: Date.parse('2150-01-01') }),
      fc.integer({ min: -800, max: 800 }),
      (at, days) => {
        const start = Math.floor(at / dayMs) * dayMs
        expect(addDays(text(start), days)).toBe(text(start + days * dayMs))
      },
    ),
    { numRuns: 2000 },
  )
})
