import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, daysBetween } from '../../src/domain/clock.ts'
import { overlapDays, shorterFrom, windowOf } from '../../src/statements/sync-window.ts'

const today = '2026-03-10'
const ago = (days: number) => addDays(today, -days)
const facts = { today, readThrough: ago(1), historyDays: 90 }

describe('which days are asked for', () => {
  test.each([
    ['the whole history at first', { readThrough: null }, ago(90)],
    ['some days again later', {}, ago(11)],
    ['all of an outage', { readThrough: ago(40) }, ago(50)],
    ['of a longer one what the bank gives', { readThrough: ago(200) }, ago(90)],
    ['back to what is missing', { missingFrom: ago(70) }, ago(70)],
    ['as far as the bank gives it', { missingFrom: ago(300) }, ago(90)],
    ['nothing more for what is read again anyway', { missingFrom: ago(3) }, ago(11)],
    ['not what the bank has just refused', { readThrough: null, refusedBefore: ago(89) }, ago(89)],
    ['after a clock that was ahead', { readThrough: addDays(today, 400) }, ago(10)],
  ])('%s', (_what, more, from) => {
    expect(windowOf({ ...facts, ...more })).toEqual({ from, to: today })
  })

  const back = (most: number) => fc.integer({ min: -30, max: most }).map(ago)
  const arbitrary = fc.record({
    readThrough: fc.option(back(1500), { nil: null }),
    historyDays: fc.integer({ min: 1, max: 1200 }),
    missingFrom: fc.option(back(1500), { nil: null }),
  })
  test('never more than the bank gives, always with the overlap, down to nothing shorter', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 400 }), (read, unattendedDays) => {
        let window = windowOf({ today, ...read })
        const oldest = addDays(today, -read.historyDays)
        expect(window.to).toBe(today)
        expect(window.from >= oldest && window.from <= today).toBe(true)
        const through = read.readThrough
        const overlap = through === null ? oldest : addDays(through, -overlapDays)
        expect(window.from <= overlap || window.from === oldest).toBe(true)
        // Refused again and again, fewer days are asked for each time, and it ends.
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThan(4)
          const shorter = shorterFrom(window, { today, readThrough: through, unattendedDays })
          if (shorter === null) break
          expect(shorter > window.from && shorter <= today).toBe(true)
          window = windowOf({ today, ...read, refusedBefore: shorter })
          expect(window.from).toBe(shorter)
        }
        // What is left is never less than the overlap, or than what any bank gives.
        if (through !== null && through <= today) {
          const least = Math.min(daysBetween(addDays(through, -overlapDays), today), 89, read.historyDays)
          expect(daysBetween(window.from, today)).toBeGreaterThanOrEqual(Math.min(least, unattendedDays))
        }
      }),
      { numRuns: 2000 },
    )
  })
})
