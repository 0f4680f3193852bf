import { describe, expect, test } from 'vitest'
import { type Evidence, type Named, nameCause, type Suspect } from '../../src/statements/gap-causes.ts'
import { followGaps, isNews, type OpenGap } from '../../src/statements/gap-follow.ts'
import type { Gap } from '../../src/statements/proof.ts'
import { holesIn } from '../../src/statements/sequence-holes.ts'

const gap = (over: Partial<Gap> = {}): Gap => ({
  from: '2026-03-05',
  to: '2026-03-06',
  differenceMinor: 9900n,
  shape: 'missing_credit',
  ...over,
})
const suspect = (id: string, over: Partial<Suspect> = {}): Suspect => ({
  id,
  state: 'booked',
  wasBooked: true,
  bookingDate: '2026-03-06',
  amountMinor: 9900n,
  firstSeen: '2026-03-06',
  removed: null,
  words: [],
  ...over,
})
const removed = (id: string, over: Partial<Suspect> = {}) =>
  suspect(id, { state: 'removed', removed: '2026-03-08', ...over })
const pending = (id: string, over: Partial<Suspect> = {}) =>
  suspect(id, { state: 'pending', wasBooked: false, bookingDate: null, ...over })
/** A row of the amount that there is too much. */
const twin = (id: string, over: Partial<Suspect> = {}) => suspect(id, { amountMinor: -9900n, ...over })

const nothing: Evidence = { suspects: [], unreadable: [], missing: [] }
const of = (evidence: Partial<Evidence>, over: Partial<Gap> = {}) => {
  const { cause, suspects } = nameCause(gap(over), { ...nothing, ...evidence })
  return [cause, ...suspects].join(' ')
}
const near = [{ from: '2026-03-06', to: '2026-03-09' }]
const far = [{ from: '2026-03-07', to: '2026-03-09' }]

describe('the likely cause of a gap', () => {
  test.each<[string, string, string]>([
    ['nothing is known', of({}), 'missing_credit'],
    ['nothing is known of a debit', of({}, { shape: 'missing_debit' }), 'missing_debit'],
    [
      'statements disagree, whatever else is known',
      of({ missing: near, suspects: [removed('a')] }, { shape: 'balances_disagree' }),
      'balances_disagree',
    ],
    ['days were never read', of({ suspects: [removed('a')] }, { shape: 'not_read' }), 'not_read'],
    ['and a statement of them is missing', of({ missing: near }, { shape: 'not_read' }), 'statement_missing'],
    ['a statement of other days is missing', of({ missing: far }, { shape: 'not_read' }), 'not_read'],
    ['a statement of days that were read is missing', of({ missing: near }), 'statement_missing'],
    ['the amount was taken back', of({ suspects: [removed('a')], unreadable: near }), 'removed_row a'],
    [
      'the amount was taken back on another day',
      of({ suspects: [removed('a', { bookingDate: '2026-03-07' })] }),
      'missing_credit',
    ],
    [
      'another amount was taken back',
      of({ suspects: [removed('a', { amountMinor: 9901n })] }),
      'missing_credit',
    ],
    [
      'the opposite stands twice on one day',
      of({ suspects: [twin('a'), twin('b')] }),
      'possible_duplicate a b',
    ],
    ['it stands once', of({ suspects: [twin('a')] }), 'missing_credit'],
    [
      'it stands again over a weekend, in the same words',
      of({
        suspects: [twin('a', { words: ['F1'] }), twin('b', { bookingDate: '2026-03-09', words: ['F1'] })],
      }),
      'possible_duplicate a b',
    ],
    [
      'in other words',
      of({
        suspects: [twin('a', { words: ['F1'] }), twin('b', { bookingDate: '2026-03-09', words: ['F2'] })],
      }),
      'missing_credit',
    ],
    [
      'twice, and neither in these days',
      of({ suspects: ['a', 'b'].map((id) => twin(id, { bookingDate: '2026-03-08' })) }),
      'missing_credit',
    ],
    ['the amount is waiting', of({ suspects: [pending('a')] }), 'pending_not_booked a'],
    [
      'it waits since long',
      of({ suspects: [pending('a', { firstSeen: '2026-01-01' })] }),
      'pending_not_booked a',
    ],
    ['it waits since later', of({ suspects: [pending('a', { firstSeen: '2026-03-12' })] }), 'missing_credit'],
    [
      'it is to be booked on another day',
      of({ suspects: [pending('a', { bookingDate: '2026-03-20' })] }),
      'missing_credit',
    ],
    [
      'it waited, and vanished',
      of({ suspects: [pending('a', { state: 'removed', removed: '2026-03-06' })] }),
      'pending_not_booked a',
    ],
    [
      'it vanished before',
      of({ suspects: [pending('a', { state: 'removed', removed: '2026-03-04' })] }),
      'missing_credit',
    ],
    ['rows of these days could not be read', of({ unreadable: near, missing: near }), 'rows_unreadable'],
    ['rows of other days could not be read', of({ unreadable: far }), 'missing_credit'],
  ])('%s', (_what, found, expected) => {
    expect(found).toBe(expected)
  })
  test('names twenty transactions at most', () => {
    const suspects = Array.from({ length: 30 }, (_none, i) => twin(`${i}`))
    expect(nameCause(gap(), { ...nothing, suspects }).suspects).toHaveLength(20)
  })
})

describe('a gap is followed', () => {
  const open = (id: string, over: Partial<Gap> = {}): OpenGap => {
    const { shape, ...rest } = gap(over)
    return { id, ...rest, cause: shape, suspects: [] }
  }
  const now = (over: Partial<Gap> = {}): Named => nameCause(gap(over), nothing)
  const told = (gaps: OpenGap[], found: Named[]) => {
    const { kept, opened, closed } = followGaps(gaps, found)
    const news = kept.map((one) => `${one.gap.id}${isNews(one) ? '*' : ''}`)
    return { kept: news, opened: opened.length, closed: closed.map(({ id }) => id) }
  }
  test.each<[string, OpenGap[], Named[], ReturnType<typeof told>]>([
    ['as it is', [open('a')], [now()], { kept: ['a'], opened: 0, closed: [] }],
    ['when it is filled', [open('a')], [], { kept: [], opened: 0, closed: ['a'] }],
    [
      'when it is filled in part',
      [open('a')],
      [now({ differenceMinor: 900n })],
      { kept: [], opened: 1, closed: ['a'] },
    ],
    [
      'when its day is known',
      [open('a')],
      [now({ from: '2026-03-06' })],
      { kept: ['a*'], opened: 0, closed: [] },
    ],
    [
      'when it ends earlier',
      [open('a')],
      [now({ to: '2026-03-05' })],
      { kept: ['a*'], opened: 0, closed: [] },
    ],
    [
      'not into other days',
      [open('a')],
      [now({ from: '2026-03-07', to: '2026-03-09' })],
      { kept: [], opened: 1, closed: ['a'] },
    ],
    [
      'each of two with one amount by its end',
      [open('a', { from: '2026-03-01' }), open('b', { to: '2026-03-09' })],
      [now(), now({ to: '2026-03-09' })],
      { kept: ['b', 'a*'], opened: 0, closed: [] },
    ],
  ])('%s', (_what, gaps, found, expected) => {
    expect(told(gaps, found)).toEqual(expected)
  })
})

describe('holes in the numbers of statements', () => {
  /** Statements of single days: `5 03-06`. */
  const holes = (...list: string[]) =>
    holesIn(
      list.map((one) => {
        const [sequence = '', day = ''] = one.split(' ')
        const date = day.length > 5 ? day : `2026-${day}`
        return { route: 'file:camt', sequence, from: date, to: date }
      }),
    ).map(({ after, before, count, from, to }) => `${after}-${before} ${count} ${from} ${to}`)
  test.each<[string, string[], string[]]>([
    ['none', holes('5 03-05', '6 03-06', '7 03-09'), []],
    ['one, in whatever order they came', holes('7 03-09', '5 03-05'), ['5-7 1 2026-03-06 2026-03-08']],
    ['where the neighbours meet', holes('5 03-05', '8 03-06'), ['5-8 2 2026-03-05 2026-03-06']],
    ['the same number again', holes('5 03-05', '5 03-05', '6 03-06'), []],
    ['pages of one number', holes('105/1 03-05', '105/2 03-05', '106/1 03-06'), []],
    ['zero is no number', holes('5 03-05', '0 03-06', '00000 03-07', '6 03-09'), []],
    ['a new year begins at one', holes('251 2025-12-31', '1 01-02'), []],
    ['and may lack its first', holes('251 2025-12-31', '2 01-05'), ['251-2 1 2026-01-01 2026-01-04']],
    ['a series begun anew', holes('251 03-05', '40 03-06'), []],
    ['dates are no numbers', holes('20260331 03-31', '20260402 04-02'), []],
    [
      'numbers that jump count something else',
      holes('5 03-05', '9 03-06', '17 03-09', '30 03-10', '31 03-11'),
      [],
    ],
    ['another series', holes('5 03-05', '7000 03-06'), []],
    ['words', holes('A5 03-05', 'A7 03-06'), []],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected)
  })
})
