// Days and stated balances for judging, counted from one first day.
import { addDays } from '../../src/domain/clock.ts'
import type { Anchor, DayTotal } from '../../src/statements/proof.ts'

const first = '2026-03-01'
export const day = (n: number) => addDays(first, n)
export const read = (n: number) => new Date(`${day(n)}T12:00:00Z`)

/** Days from the first on, by their sums; `reopened`: day and the day on which its rows changed. */
export function days(sums: readonly bigint[], reopened: readonly [number, number][] = []): DayTotal[] {
  return sums.map((sumMinor, i) => {
    const at = reopened.find(([n]) => n === i)?.[1]
    return {
      date: day(i),
      sumMinor,
      entries: sumMinor === 0n ? 0 : 1,
      reopenedAt: at === undefined ? null : read(at),
    }
  })
}

export const close = (n: number, amountMinor: bigint, source = `s${n}`, readOn = n + 1): Anchor => ({
  kind: 'close',
  date: day(n),
  amountMinor,
  sources: [source],
  readAt: read(readOn),
})
export const interim = (
  n: number,
  amountMinor: bigint,
  bookedSumMinor: bigint,
  source = `r${n}`,
): Anchor => ({
  kind: 'interim',
  date: day(n),
  amountMinor,
  bookedSumMinor,
  sources: [source],
  readAt: read(n),
})
