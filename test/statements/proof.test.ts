import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chainOf } from '../../src/statements/balance-chain.ts'
import { type Anchor, type DayTotal, proveDays } from '../../src/statements/proof.ts'
import { close, day, days, interim } from '../support/proof-days.ts'

const show = (input: {
  days: DayTotal[]
  anchors: Anchor[]
  today?: string
  covered?: (date: string) => boolean
}) =>
  proveDays({ beforeMinor: 0n, today: day(99), ...input }).map(
    ({ proof, differenceMinor, spanFrom, cause }) =>
      [
        proof,
        ...(differenceMinor === null ? [] : [`${differenceMinor} ${cause}`]),
        ...(spanFrom === null ? [] : [`from ${spanFrom.slice(8)}`]),
      ].join(' '),
  )

describe('a day is judged by what the bank stated', () => {
  test.each<[string, Parameters<typeof show>[0], string[]]>([
    [
      'closing balances on both sides prove it',
      { days: days([0n, 5n, -2n]), anchors: [close(0, 100n), close(1, 105n), close(2, 103n)] },
      ['unprovable', 'proven', 'proven'],
    ],
    [
      'a row that is missing is named by its amount',
      { days: days([0n, 5n, 1n]), anchors: [close(0, 100n), close(1, 103n), close(2, 104n)] },
      ['unprovable', 'gap -2 missing_debit', 'proven'],
    ],
    [
      'without balances in between, days are proven together',
      { days: days([0n, 5n, -2n, 1n]), anchors: [close(0, 100n), close(2, 103n)] },
      ['unprovable', 'proven from 02', 'proven from 02', 'open'],
    ],
    [
      'and are a gap together',
      { days: days([0n, 5n, -2n]), anchors: [close(0, 100n), close(2, 110n)] },
      ['unprovable', 'gap from 02', 'gap 7 missing_credit from 02'],
    ],
    [
      'today is open, whatever was stated',
      { days: days([0n, 5n, 1n]), anchors: [close(0, 100n), close(1, 105n), close(2, 106n)], today: day(2) },
      ['unprovable', 'proven', 'open'],
    ],
    ['without a balance nothing is said', { days: days([1n, 2n]), anchors: [] }, ['open', 'open']],
    [
      'two balances of one statement do not prove its day',
      { days: days([0n, 5n]), anchors: [close(0, 100n, 'a'), close(1, 105n, 'a')] },
      ['unprovable', 'open'],
    ],
    [
      'but they do show that it does not add up',
      { days: days([0n, 5n]), anchors: [close(0, 100n, 'a'), close(1, 106n, 'a')] },
      ['unprovable', 'gap 1 missing_credit'],
    ],
    [
      'statements that follow each other prove one another',
      {
        days: days([0n, 5n, 1n]),
        anchors: [close(0, 100n, 'a'), close(1, 105n, 'a'), close(1, 105n, 'b'), close(2, 106n, 'b')],
      },
      ['unprovable', 'proven', 'proven'],
    ],
    [
      'with a day between them they prove their days together with it',
      {
        days: days([5n, 1n, 2n]),
        anchors: [close(-1, 100n, 'a'), close(0, 105n, 'a'), close(1, 106n, 'b'), close(2, 108n, 'b')],
      },
      ['proven from 01', 'proven', 'proven from 02'],
    ],
    [
      'and each by itself where nothing has moved between them',
      {
        days: days([5n, 0n, 0n, 2n]),
        anchors: [close(-1, 100n, 'a'), close(0, 105n, 'a'), close(2, 105n, 'b'), close(3, 107n, 'b')],
      },
      ['proven', 'proven from 02', 'proven from 02', 'proven'],
    ],
    [
      'statements that disagree about an evening are a break',
      {
        days: days([0n, 5n, 1n]),
        anchors: [close(0, 100n, 'z'), close(1, 105n, 'a', 2), close(1, 107n, 'b', 3), close(2, 108n, 'c')],
      },
      ['unprovable', 'proven', 'gap 2 balances_disagree'],
    ],
    [
      'days that no source speaks of are called so',
      {
        days: days([0n, 0n, 0n, 1n]),
        anchors: [close(0, 100n, 'a'), close(2, 130n, 'b'), close(3, 131n, 'c')],
        covered: (date) => date !== day(1),
      },
      ['unprovable', 'gap from 02', 'gap 30 not_read from 02', 'proven'],
    ],
    [
      'a balance from before rows came in behind it says nothing, if it contradicts',
      {
        days: days([0n, 5n, 2n, 1n], [[1, 5]]),
        anchors: [
          close(0, 100n),
          close(1, 103n, 'old', 2),
          close(2, 105n, 'old2', 3),
          close(3, 108n, 'new', 5),
        ],
      },
      ['unprovable', 'proven from 02', 'proven from 02', 'proven from 02'],
    ],
    [
      'and proves what it agrees with',
      {
        days: days([0n, 5n, 2n], [[1, 5]]),
        anchors: [close(0, 100n), close(1, 105n, 'old', 2), close(2, 107n, 'old2', 3)],
      },
      ['unprovable', 'proven', 'proven'],
    ],
    [
      'with nothing newer its days are open again',
      {
        days: days([0n, 5n, 2n], [[1, 5]]),
        anchors: [close(0, 100n), close(1, 103n, 'old', 2), close(2, 105n, 'old2', 3)],
      },
      ['unprovable', 'open', 'open'],
    ],
    [
      'balances of the moment prove the days between them, not the day of the first',
      { days: days([1n, 2n, 3n, 4n]), anchors: [interim(0, 101n, 1n), interim(3, 110n, 10n)] },
      ['unprovable', 'proven from 02', 'proven from 02', 'open'],
    ],
    [
      'the day of a reading is proven from both sides',
      {
        days: days([1n, 2n, 3n, 4n]),
        anchors: [
          interim(0, 101n, 1n),
          interim(1, 102n, 2n),
          interim(1, 103n, 3n, 'r1b'),
          interim(2, 106n, 6n),
        ],
      },
      ['unprovable', 'proven from 02', 'open', 'open'],
    ],
    [
      'and broken from one',
      {
        days: days([1n, 2n, 3n, 4n]),
        anchors: [interim(0, 101n, 1n), interim(1, 102n, 2n), interim(2, 109n, 6n), interim(3, 113n, 10n)],
      },
      ['unprovable', 'gap from 02', 'gap 3 missing_credit from 02', 'open'],
    ],
    [
      'balances after rows tell the days of a span apart',
      {
        days: days([0n, 5n, -2n, 1n]).map((one, i) => ({
          ...one,
          ...([
            {},
            { chain: { openingMinor: 100n, closingMinor: 105n } },
            { chain: { openingMinor: 105n, closingMinor: 103n } },
            {},
          ][i] ?? {}),
        })),
        anchors: [close(0, 100n), close(3, 104n)],
      },
      ['unprovable', 'proven', 'proven', 'proven'],
    ],
    [
      'and say which day a gap is in',
      {
        days: days([0n, 5n, -2n, 1n]).map((one, i) => ({
          ...one,
          ...([
            {},
            { chain: { openingMinor: 100n, closingMinor: 105n } },
            {},
            { chain: { openingMinor: 110n, closingMinor: 111n } },
          ][i] ?? {}),
        })),
        anchors: [close(0, 100n), close(3, 111n)],
      },
      ['unprovable', 'proven', 'gap from 03', 'gap 7 missing_credit from 03'],
    ],
  ])('%s', (_promise, input, expected) => {
    expect(show(input)).toEqual(expected)
  })
})

test.each<[string, Parameters<typeof show>[0], (string | null)[]]>([
  ['no balance', { days: days([1n, 2n]), anchors: [] }, ['no_balance_stated', 'no_balance_stated']],
  [
    'nothing before and nothing after, and today',
    { days: days([0n, 5n, 1n, 2n]), anchors: [close(0, 100n), close(1, 105n)], today: day(3) },
    ['no_earlier_balance', null, 'no_later_balance', 'today'],
  ],
  [
    'a lone statement that adds up',
    { days: days([5n, 1n, 2n]), anchors: [close(-1, 100n, 'a'), close(1, 106n, 'a')] },
    ['one_statement_only', 'one_statement_only', 'no_later_balance'],
  ],
  [
    'balances of the moment: the day of the last is not over for them',
    { days: days([1n, 2n, 3n, 4n]), anchors: [interim(0, 101n, 1n), interim(2, 103n, 3n)] },
    ['no_earlier_balance', null, 'no_later_balance', 'no_later_balance'],
  ],
  [
    'rows that came in behind the balances',
    {
      days: days([0n, 5n, 2n, 1n], [[1, 5]]),
      anchors: [close(0, 100n), close(1, 103n, 'old', 2), close(2, 105n, 'old2', 3)],
    },
    ['no_earlier_balance', 'rows_changed', 'rows_changed', 'no_later_balance'],
  ],
  [
    'a gap',
    { days: days([0n, 5n]), anchors: [close(0, 100n), close(1, 106n)] },
    ['no_earlier_balance', 'missing_credit'],
  ],
])('a day that is not proven says why: %s', (_why, input, expected) => {
  const judged = proveDays({ beforeMinor: 0n, today: day(99), ...input })
  expect(judged.map((one) => one.cause)).toEqual(expected)
})

test('of a complete ledger nothing is a gap, and every day with balances around it is proven', () => {
  const sums = fc.array(fc.bigInt({ min: -50n, max: 50n }), { minLength: 2, maxLength: 20 })
  fc.assert(
    fc.property(
      sums,
      fc.array(fc.nat(19), { maxLength: 10 }),
      fc.bigInt({ min: -500n, max: 500n }),
      (list, stated, start) => {
        const balance = (n: number) => list.slice(0, n + 1).reduce((sum, one) => sum + one, start)
        const known = [...new Set(stated.filter((n) => n < list.length))].sort((a, b) => a - b)
        const anchors = known.map((n) => close(n, balance(n)))
        const proofs = proveDays({ days: days(list), beforeMinor: 0n, anchors, today: day(99) })
        const [from = 99, to = -1] = [known[0], known.at(-1)]
        expect(proofs.map((one) => one.proof === 'proven')).toEqual(
          list.map((_one, n) => n > from && n <= to),
        )
        expect(proofs.some((one) => one.proof === 'gap')).toBe(false)
      },
    ),
  )
})

test('whatever row is missing, the gaps add up to it', () => {
  const sums = fc.array(fc.bigInt({ min: -50n, max: 50n }), { minLength: 3, maxLength: 20 })
  fc.assert(
    fc.property(sums, fc.nat(), fc.bigInt({ min: 1n, max: 99n }), (list, at, missing) => {
      const hit = 1 + (at % (list.length - 1))
      const balance = (n: number) =>
        list.slice(0, n + 1).reduce((sum, one) => sum + one, 0n) + (n >= hit ? missing : 0n)
      const anchors = list.map((_one, n) => close(n, balance(n)))
      const gaps = proveDays({ days: days(list), beforeMinor: 0n, anchors, today: day(99) }).filter(
        (one) => one.proof === 'gap',
      )
      expect(gaps.map((one) => [one.date, one.differenceMinor])).toEqual([[day(hit), missing]])
    }),
  )
})

describe('balances after rows', () => {
  const rows = (...pairs: [bigint, bigint | null][]) =>
    pairs.map(([amountMinor, balanceAfterMinor]) => ({ amountMinor, balanceAfterMinor }))
  test('form a chain in whatever order they are listed', () => {
    const chain = { openingMinor: 100n, closingMinor: 107n }
    expect(chainOf(rows([5n, 105n], [-2n, 103n], [4n, 107n]))).toEqual(chain)
    expect(chainOf(rows([4n, 107n], [5n, 105n], [-2n, 103n]))).toEqual(chain)
  })
  test.each([
    ['a row between them is missing', rows([5n, 105n], [4n, 107n])],
    ['one has no balance', rows([5n, 105n], [4n, null])],
    ['there is none', rows()],
    ['the day ends where it began', rows([5n, 105n], [-5n, 100n])],
  ])('form none where %s', (_why, list) => {
    expect(chainOf(list)).toBeUndefined()
  })
})
