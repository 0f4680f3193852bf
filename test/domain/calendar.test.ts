import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  bankDayOnOrAfter,
  easterSunday,
  isBankDay,
  isCalendarDate,
  isStatementDate,
  nextBankDay,
  publicHolidays,
} from '../../src/domain/calendar.ts'
import { besideProject } from '../corpus/beside.ts'

test('Easter falls where the almanac has it', () => {
  expect(easterSunday(2024)).toBe('2024-03-31')
  expect(easterSunday(2026)).toBe('2026-04-05')
  expect(easterSunday(2038)).toBe('2038-04-25')
  expect(easterSunday(2285)).toBe('2285-03-22')
})

test('no bank day on week-ends and public holidays; Christmas Eve and New Year Eve are', () => {
  for (const date of ['2026-04-02', '2026-04-03', '2026-04-06', '2026-05-01', '2026-05-14', '2026-05-25']) {
    expect(isBankDay(date), date).toBe(false)
  }
  expect(isBankDay('2026-11-21')).toBe(false)
  expect(isBankDay('2026-11-22')).toBe(false)
  expect(isBankDay('2026-11-23')).toBe(true)
  expect(isBankDay('2026-12-24')).toBe(true)
  expect(isBankDay('2026-12-31')).toBe(true)
})

test('the bank day after the Wednesday before Easter is the Tuesday after it', () => {
  expect(nextBankDay('2026-04-01')).toBe('2026-04-07')
  expect(bankDayOnOrAfter('2026-04-01')).toBe('2026-04-01')
  expect(bankDayOnOrAfter('2026-12-25')).toBe('2026-12-28')
})

test('a date that is in no calendar is told from one that is', () => {
  expect(isCalendarDate('2024-02-29')).toBe(true)
  for (const text of ['2023-02-29', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-1-1', '']) {
    expect(isCalendarDate(text), text).toBe(false)
  }
})

test('a statement speaks of days of this century and the last', () => {
  for (const text of ['1900-01-01', '2026-03-02', '2099-12-31'])
    expect(isStatementDate(text), text).toBe(true)
  for (const text of ['0000-01-01', '1899-12-31', '2100-01-01', '9999-12-31', '2026-02-30']) {
    expect(isStatementDate(text), text).toBe(false)
  }
})

const reference = besideProject('reference/identifiers/no-public-holidays-2024-2035.json')
test.skipIf(reference.missing)('agrees with the list of public holidays', () => {
  const { holidays } = JSON.parse(readFileSync(reference.url, 'utf8')) as {
    holidays: Record<string, { date: string }[]>
  }
  for (const [year, days] of Object.entries(holidays)) {
    expect(publicHolidays(Number(year)), year).toEqual([...new Set(days.map((d) => d.date))].sort())
  }
})
