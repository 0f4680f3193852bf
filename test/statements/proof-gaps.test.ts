import { describe, expect, test } from 'vitest'
import { type Anchor, type DayTotal, judgeDays, proveDays } from '../../src/statements/proof.ts'
import { close, day, days, interim, read } from '../support/proof-days.ts'

const show = (input: { days: DayTotal[]; anchors: Anchor[]; today?: string }) =>
  proveDays({ beforeMinor: 0n, today: day(99), ...input }).map(
    ({ proof, differenceMinor, spanFrom, cause }) =>
      [
        proof,
        ...(differenceMinor === null ? [] : [`${differenceMinor} ${cause}`]),
        ...(spanFrom === null ? [] : [`from ${spanFrom.slice(8)}`]),
      ].join(' '),
  )

describe('gaps', () => {
  const gaps = (input: Omit<Parameters<typeof judgeDays>[0], 'beforeMinor' | 'today'> & { today?: string }) =>
    judgeDays({ beforeMinor: 0n, today: day(99), ...input }).gaps.map(
      ({ from, to, differenceMinor }) => `${from.slice(8)}-${to.slice(8)} ${differenceMinor}`,
    )
  test('that meet on the day of a reading are both named', () => {
    const input = {
      days: days([0n, 5n, 1n, 2n]),
      anchors: [close(0, 100n), interim(2, 113n, 6n), close(3, 112n)],
    }
    expect(gaps(input)).toEqual(['02-03 7', '03-04 -3'])
    expect(show(input)).toEqual([
      'unprovable',
      'gap from 02',
      'gap 7 missing_debit from 03',
      'gap -3 missing_debit from 03',
    ])
  })
  test('that end on one day are told apart; the day says what is missing in all', () => {
    const input = {
      days: days([0n, 5n, 1n, 2n]),
      anchors: [close(0, 100n), interim(2, 110n, 5n, 'a'), interim(2, 118n, 6n, 'b'), interim(3, 120n, 8n)],
    }
    expect(gaps(input)).toEqual(['02-03 5', '03-03 7'])
    expect(show(input)[2]).toBe('gap 12 missing_credit')
  })
  test('of today are not told before it is over', () => {
    const anchors = [close(0, 100n), interim(1, 113n, 5n, 'a'), interim(1, 114n, 5n, 'b')]
    expect(gaps({ days: days([0n, 5n]), anchors, today: day(1) })).toEqual([])
    expect(gaps({ days: days([0n, 5n]), anchors, today: day(2) })).toEqual(['02-02 8', '02-02 1'])
  })
})

describe('balances from before rows came in behind them', () => {
  test('show no gap against a later one, however many there are and agree', () => {
    const input = {
      days: days([2n, 5n, 2n, 1n], [[0, 9]]),
      anchors: [close(0, 100n), close(1, 105n), close(2, 107n), close(3, 110n, 'new', 9)],
    }
    expect(show(input)).toEqual(['unprovable', 'proven', 'proven', 'open'])
    expect(judgeDays({ beforeMinor: 0n, today: day(99), ...input }).unsure).toBe(true)
  })
  test('are known as such where the rows lie before the days that are judged', () => {
    const anchors = [close(0, 100n, 'old'), close(1, 103n, 'new', 9)]
    const input = { days: days([0n, 5n]), anchors, beforeMinor: 0n, today: day(99) }
    expect(judgeDays({ ...input, reopenedBefore: read(5) }).days[1]).toMatchObject({ cause: 'rows_changed' })
    expect(judgeDays(input).days[1]).toMatchObject({ proof: 'gap' })
  })
  test('are not shown as the balance of the day when they contradict the others', () => {
    const input = {
      days: days([0n, 5n, 2n], [[1, 5]]),
      anchors: [close(0, 100n), close(1, 103n, 'old', 2), close(2, 107n, 'new', 6)],
      beforeMinor: 0n,
      today: day(99),
    }
    expect(proveDays(input)[1]).toMatchObject({ proof: 'proven', closingMinor: null, spanFrom: day(1) })
  })
})

test('a proven day shows the balances that prove it, also where its evening was stated differently as well', () => {
  const input = {
    days: days([0n, -20n, 5n]),
    anchors: [close(0, 100n), close(1, 80n), close(1, 7n, 'another'), close(2, 85n)],
  }
  const [, judged] = proveDays({ beforeMinor: 0n, today: day(99), ...input })
  expect(judged).toMatchObject({ proof: 'proven', openingMinor: 100n, sumMinor: -20n, closingMinor: 80n })
})
