import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { after as later, osloDate } from '../../src/domain/clock.ts'
import { type CallLimits, type CallUse, freeFrom, nextPlanned } from '../../src/statements/call-window.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const limits = (perWindow: number, window: CallLimits['window'] = 'rolling_24h'): CallLimits => ({
  perWindow,
  window,
  timeZone: 'Europe/Oslo',
})
const now = new Date('2026-03-10T08:00:00Z')
const called = (hoursAgo: number, planned = false) => ({ at: later(now, -hoursAgo * hour), planned })
const free = (of: CallLimits, hoursAgo: number[], use: CallUse = 'asked', planned = false) =>
  freeFrom(
    of,
    hoursAgo.map((ago) => called(ago, planned)),
    use,
    'acc_1',
    now,
  )

describe('when one more read is within the limit', () => {
  test.each<[string, CallLimits, number[], CallUse, boolean, string]>([
    ['nothing was read', limits(4), [], 'asked', false, '2026-03-10T08:00:00Z'],
    ['three of four', limits(4), [1, 2, 3], 'asked', false, '2026-03-10T08:00:00Z'],
    [
      'four of four: when the first is a day old',
      limits(4),
      [1, 2, 3, 20],
      'asked',
      false,
      '2026-03-10T12:01:00Z',
    ],
    [
      'five of four: when the second is',
      limits(4),
      [1, 2, 3, 10, 20],
      'asked',
      false,
      '2026-03-10T22:01:00Z',
    ],
    [
      'three planned of four: one is left for who asks',
      limits(4),
      [1, 2, 3],
      'asked',
      true,
      '2026-03-10T08:00:00Z',
    ],
    ['and not for ourselves', limits(4), [1, 2, 3], 'planned', true, '2026-03-11T05:01:00Z'],
    [
      'what others asked for leaves the plan as it is',
      limits(4),
      [1, 2, 3],
      'planned',
      false,
      '2026-03-10T08:00:00Z',
    ],
    ['two a day leave none over', limits(2), [1], 'planned', true, '2026-03-10T08:00:00Z'],
    ['one a day', limits(1), [5], 'planned', true, '2026-03-11T03:01:00Z'],
    [
      'yesterday evening is another day',
      limits(1, 'calendar_day'),
      [10],
      'asked',
      false,
      '2026-03-10T08:00:00Z',
    ],
  ])('%s', (_what, of, hoursAgo, use, planned, at) => {
    expect(free(of, hoursAgo, use, planned)).toEqual(new Date(at))
  })

  test('a calendar day ends at the bank’s midnight, not everybody’s at the same minute', () => {
    const ends = ['acc_1', 'acc_2', 'acc_3'].map((id) =>
      freeFrom(limits(1, 'calendar_day'), [called(1)], 'asked', id, now),
    )
    for (const at of ends) {
      expect(at.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-03-10T23:01:00Z'))
      expect(at.getTime()).toBeLessThan(Date.parse('2026-03-11T00:01:00Z'))
    }
    expect(new Set(ends.map(Number)).size).toBe(3)
  })

  test.each([
    ['into summer time', '2026-03-29T10:00:00Z', '2026-03-29T22:01:00Z'],
    ['into winter time', '2026-10-25T10:00:00Z', '2026-10-25T23:01:00Z'],
  ])('a calendar day %s has another length', (_what, at, midnight) => {
    const then = new Date(at)
    const spent = [{ at: later(then, -hour), planned: false }]
    const until = freeFrom(limits(1, 'calendar_day'), spent, 'asked', 'acc_1', then)
    expect(until.getTime() - Date.parse(midnight)).toBeGreaterThanOrEqual(0)
    expect(until.getTime() - Date.parse(midnight)).toBeLessThan(hour)
  })

  test('a clock that was far ahead shuts nobody out; one that was a little ahead counts', () => {
    expect(free(limits(1), [-24 * 400])).toEqual(now)
    expect(free(limits(1), [-2])).toEqual(later(now, 26 * hour + minute))
  })

  const useArbitrary = fc.constantFrom<CallUse>('planned', 'asked')
  test.each(['rolling_24h', 'calendar_day'] as const)(
    'whatever is asked for and when, the limit is kept, and what is named is free (%s)',
    (window) => {
      const attempts = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 * hour }), useArbitrary), {
        maxLength: 60,
      })
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 6 }), attempts, (perWindow, tries) => {
          const of = limits(perWindow, window)
          const spent: { at: Date; planned: boolean }[] = []
          // Over the turn to summer time.
          let at = new Date('2026-03-27T08:00:00Z')
          for (const [wait, use] of tries) {
            at = later(at, wait)
            const until = freeFrom(of, spent, use, 'acc_1', at)
            expect(freeFrom(of, spent, use, 'acc_1', until)).toEqual(until)
            if (until.getTime() === at.getTime()) spent.push({ at, planned: use === 'planned' })
          }
          for (const { at: end } of spent) {
            const same = spent.filter((one) =>
              window === 'rolling_24h'
                ? one.at <= end && end.getTime() - one.at.getTime() < day
                : osloDate(one.at) === osloDate(end),
            )
            expect(same.length).toBeLessThanOrEqual(perWindow)
            const ours = same.filter((one) => one.planned).length
            if (perWindow >= 3) expect(ours).toBeLessThan(perWindow)
          }
        }),
        { numRuns: 300 },
      )
    },
  )
})

describe('the planned reads of many accounts', () => {
  const ids = Array.from({ length: 4800 }, (_none, i) => `acc_${i}`)

  test('are spread evenly over the day, whenever all were read at once', () => {
    const byHour = new Map<number, number>()
    for (const id of ids) {
      let at = now
      for (let n = 0; n < 3; n++) {
        at = nextPlanned(limits(4), [], id, at)
        const of = at.getUTCHours()
        byHour.set(of, (byHour.get(of) ?? 0) + 1)
      }
    }
    expect(byHour.size).toBe(24)
    for (const [hourOfDay, count] of byHour) {
      expect({ hourOfDay, few: count < 480, many: count > 720 }).toEqual({
        hourOfDay,
        few: false,
        many: false,
      })
    }
  })

  test('come at equal distances, not at once after another read, and stay where they were', () => {
    for (const id of ids.slice(0, 200)) {
      const first = nextPlanned(limits(4), [], id, now)
      expect(first.getTime() - now.getTime()).toBeGreaterThanOrEqual(2 * hour)
      expect(first.getTime() - now.getTime()).toBeLessThanOrEqual(10 * hour)
      const second = nextPlanned(limits(4), [], id, first)
      expect(second.getTime() - first.getTime()).toBe(8 * hour)
      // A read in between moves nothing.
      const between = later(first, hour)
      expect(nextPlanned(limits(4), [], id, between)).toEqual(second)
    }
  })

  test('wait where the bank allows none', () => {
    const spent = [1, 2, 3].map((ago) => called(ago, true))
    for (const id of ids.slice(0, 50)) {
      const at = nextPlanned(limits(4), spent, id, now)
      expect(freeFrom(limits(4), spent, 'planned', id, at)).toEqual(at)
      expect(at.getTime()).toBeGreaterThan(later(now, 21 * hour).getTime())
    }
  })

  test('are no more than one an hour, however many a bank allows', () => {
    for (const id of ids.slice(0, 50)) {
      const first = nextPlanned(limits(5000), [], id, now)
      expect(nextPlanned(limits(5000), [], id, first).getTime() - first.getTime()).toBe(hour)
    }
  })
})
