import { addDays } from './clock.ts'

/** Easter Sunday of a year, `YYYY-MM-DD` (Gregorian computus in Butcher's form). */
export function easterSunday(year: number): string {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114
  const month = String(Math.floor(f / 31)).padStart(2, '0')
  const day = String((f % 31) + 1).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${month}-${day}`
}

const fixedHolidays = ['01-01', '05-01', '05-17', '12-25', '12-26']
/** Days from Easter Sunday: Maundy Thursday, Good Friday, Easter Sunday and Monday, Ascension, Whit Sunday and Monday. */
const movableHolidays = [-3, -2, 0, 1, 39, 49, 50]
const holidaysByYear = new Map<string, ReadonlySet<string>>()

function holidaysOf(year: string): ReadonlySet<string> {
  const known = holidaysByYear.get(year)
  if (known) return known
  const easter = easterSunday(Number(year))
  const days = new Set([
    ...fixedHolidays.map((day) => `${year}-${day}`),
    ...movableHolidays.map((offset) => addDays(easter, offset)),
  ])
  holidaysByYear.set(year, days)
  return days
}

/** Norwegian public holidays of a year in order, `YYYY-MM-DD`, Sundays among them included. */
export function publicHolidays(year: number): readonly string[] {
  return [...holidaysOf(String(year).padStart(4, '0'))].sort()
}

/** True for a real calendar date in the form `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return month >= 1 && month <= 12 && day >= 1 && day <= last
}

/**
 * True for a calendar date that a statement may speak of: of the years 1900 to 2099. A slip of the pen (`9998-12-31`) is
 * none; an account would have a calendar of millennia.
 */
export function isStatementDate(text: string): boolean {
  return /^(19|20)/.test(text) && isCalendarDate(text)
}

/**
 * True when Norwegian banks settle in NOK on a date (`YYYY-MM-DD`): Monday to Friday, no public holiday. 24 and
 * 31 December are bank days. Payments in EUR also need a TARGET day, which this does not tell.
 */
export function isBankDay(date: string): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  return weekday !== 0 && weekday !== 6 && !holidaysOf(date.slice(0, 4)).has(date)
}

/** The first bank day after a date. */
export function nextBankDay(date: string): string {
  return bankDayOnOrAfter(addDays(date, 1))
}

/** The date itself when it is a bank day, otherwise the first one after it. */
export function bankDayOnOrAfter(date: string): string {
  let day = date
  while (!isBankDay(day)) day = addDays(day, 1)
  return day
}
