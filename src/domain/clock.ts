/** Where domain code takes its time from. Tokens, certificates and TLS stay on real time. */
export type Clock = { now(): Date }

/** The machine's time. This file and the test clock are the only places that may ask for it. */
export const systemClock: Clock = { now: () => new Date() }

/** Calendar day in Norway at an instant, `YYYY-MM-DD`: bank days turn at midnight in Oslo. */
export function osloDate(at: Date): string {
  return osloDay.format(at)
}
const osloDay = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Oslo',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** `days` after a calendar date (negative: before), both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  // Within a month, which is nearly always: ten years of days are walked at every read of an account.
  const day = Number(date.slice(8)) + days
  if (day >= 1 && day <= 28) return `${date.slice(0, 8)}${day < 10 ? '0' : ''}${day}`
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** Milliseconds after an instant. */
export function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

/** Days from one calendar date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
