import { addDays } from '../domain/clock.ts'
import type { WrittenBalance, WrittenStatement, WrittenTotal } from '../protocols/written-statement.ts'
import type { DayMovement, Evenings } from './evenings.ts'

/** Days that no statement can be written of, and why. */
export type Unwritten = {
  readonly from: string
  readonly to: string
  readonly currency: string
  readonly reason: 'no_balance_before' | 'no_balance_after' | 'does_not_add_up'
  /** What the balances say is missing, minor units; only where the days do not add up. */
  readonly differenceMinor?: bigint
}

export type Unit = Pick<WrittenStatement, 'from' | 'to' | 'opening' | 'closing' | 'credits' | 'debits'>
export type Plan = { readonly units: readonly Unit[]; readonly unwritten: readonly Unwritten[] }

type Period = { readonly from?: string; readonly to?: string }
type Cut = { readonly evening: string; readonly balance: WrittenBalance }

/**
 * The statements that some days can be written as, in one currency. Each goes from one evening whose balance the bank stated to
 * the next; days without rows share one. Where the period begins or ends between two such evenings, the balance there is
 * taken from the proof of those days, and marked. Without `from` or `to` it goes as far as balances are known.
 */
export function planStatements(evenings: Evenings, period: Period): Plan {
  const balances = knownBalances(evenings)
  const known = balances.evenings()
  const first = period.from ?? (known[0] && addDays(known[0], 1))
  const last = period.to ?? known.at(-1)
  if (first === undefined || last === undefined || first > last) {
    return beyond(evenings, period, known.length > 0 ? 'no_balance_after' : 'no_balance_before')
  }
  const start = addDays(first, -1)
  const edges = [start, last].flatMap((evening) => balances.at(evening, true) ?? [])
  const inside = known.flatMap((evening) =>
    evening > start && evening < last ? (balances.at(evening, false) ?? []) : [],
  )
  const cuts = [...new Map([...edges, ...inside].map((cut) => [cut.evening, cut])).values()].sort((a, b) =>
    a.evening < b.evening ? -1 : 1,
  )
  const reason = known.some((evening) => evening < start) ? 'no_balance_after' : 'no_balance_before'
  if (cuts.length === 0) {
    return { units: [], unwritten: [{ from: first, to: last, currency: evenings.currency, reason }] }
  }
  return joinQuiet(cutUp(evenings, cuts, { first, last }))
}

/** Nothing is known of the days: those with rows cannot be written. */
function beyond({ movements, currency }: Evenings, period: Period, reason: Unwritten['reason']): Plan {
  const dates = movements
    .map(({ date }) => date)
    .filter((date) => date >= (period.from ?? '') && date <= (period.to ?? '9999'))
  const [from, to] = [period.from ?? dates[0], period.to ?? dates.at(-1)]
  if (!from || !to || (dates.length === 0 && !(period.from && period.to))) return { units: [], unwritten: [] }
  return { units: [], unwritten: [{ from, to, currency, reason }] }
}

/** Balances at evenings: as stated, else in a run of proven days from what was stated there. */
function knownBalances(evenings: Evenings) {
  const { stated, currency } = evenings
  const sumUpTo = sums(evenings.movements)
  const derived = new Map<string, bigint>()
  for (const { from, to } of runs(evenings.proven)) {
    const start = addDays(from, -1)
    const offset = offsetWithin(evenings, start, to, sumUpTo)
    if (offset === undefined) continue
    for (let day = start; day <= to; day = addDays(day, 1)) derived.set(day, offset + sumUpTo(day))
  }
  return {
    evenings: () => [...new Set([...stated.keys(), ...derived.keys()])].sort(),
    at(evening: string, derive: boolean): Cut | undefined {
      const own = stated.get(evening)
      const minor = own ?? (derive ? derived.get(evening) : undefined)
      if (minor === undefined) return undefined
      return { evening, balance: { amount: { minor, currency }, derived: own === undefined } }
    },
  }
}

/**
 * A true balance less the rows it contains is the same everywhere in a run of proven days. Undefined where two that were stated
 * there contradict each other: then neither is taken.
 */
function offsetWithin(
  { stated, offsets }: Evenings,
  start: string,
  end: string,
  sumUpTo: (date: string) => bigint,
): bigint | undefined {
  const within = (date: string) => date >= start && date <= end
  const own = [...stated].filter(([evening]) => within(evening))
  const [first, ...others] = new Set(own.map(([evening, minor]) => minor - sumUpTo(evening)))
  if (first !== undefined) return others.length === 0 ? first : undefined
  return [...offsets].find(([day]) => within(day))?.[1]
}

function runs(days: readonly string[]): { from: string; to: string }[] {
  const found: { from: string; to: string }[] = []
  for (const day of days) {
    const open = found.at(-1)
    if (open && addDays(open.to, 1) === day) open.to = day
    else found.push({ from: day, to: day })
  }
  return found
}

/** Sum of all rows up to the end of a day. */
function sums(movements: readonly DayMovement[]): (date: string) => bigint {
  const ends: { date: string; sum: bigint }[] = []
  for (const { date, credits, debits } of movements) {
    ends.push({ date, sum: (ends.at(-1)?.sum ?? 0n) + credits.sum.minor + debits.sum.minor })
  }
  return (date) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle]?.date ?? '') <= date) low = middle + 1
      else high = middle
    }
    return ends[low - 1]?.sum ?? 0n
  }
}

function cutUp(
  evenings: Evenings,
  cuts: readonly Cut[],
  { first, last }: { readonly first: string; readonly last: string },
): Plan {
  const { currency, movements } = evenings
  const [start, end] = [cuts[0], cuts.at(-1)]
  if (!start || !end) return { units: [], unwritten: [] }
  const units: Unit[] = []
  const unwritten: Unwritten[] = []
  if (start.evening >= first) {
    unwritten.push({ from: first, to: start.evening, currency, reason: 'no_balance_before' })
  }
  let at = movements.findIndex(({ date }) => date > start.evening)
  for (const [i, { evening, balance: closing }] of cuts.entries()) {
    const before = cuts[i - 1]
    if (!before) continue
    const rows: DayMovement[] = []
    for (; at >= 0 && at < movements.length; at++) {
      const movement = movements[at]
      if (!movement || movement.date > evening) break
      rows.push(movement)
    }
    const unit = unitOf({ from: addDays(before.evening, 1), to: evening }, before.balance, closing, rows)
    const expected = unit.opening.amount.minor + unit.credits.sum.minor + unit.debits.sum.minor
    const differenceMinor = closing.amount.minor - expected
    if (differenceMinor === 0n) units.push(unit)
    else {
      unwritten.push({ from: unit.from, to: evening, currency, reason: 'does_not_add_up', differenceMinor })
    }
  }
  if (end.evening < last) {
    unwritten.push({ from: addDays(end.evening, 1), to: last, currency, reason: 'no_balance_after' })
  }
  return { units, unwritten }
}

function unitOf(
  days: { readonly from: string; readonly to: string },
  opening: WrittenBalance,
  closing: WrittenBalance,
  rows: readonly DayMovement[],
): Unit {
  const { currency } = opening.amount
  const total = (side: (movement: DayMovement) => WrittenTotal): WrittenTotal =>
    rows.reduce(
      (all, movement) => ({
        entries: all.entries + side(movement).entries,
        sum: { minor: all.sum.minor + side(movement).sum.minor, currency },
      }),
      { entries: 0, sum: { minor: 0n, currency } },
    )
  return {
    ...days,
    opening,
    closing,
    credits: total((one) => one.credits),
    debits: total((one) => one.debits),
  }
}

/** Days in a row without movement are one statement. */
function joinQuiet({ units, unwritten }: Plan): Plan {
  const joined: Unit[] = []
  for (const unit of units) {
    const before = joined.at(-1)
    if (before && isQuiet(before) && isQuiet(unit) && addDays(before.to, 1) === unit.from) {
      joined[joined.length - 1] = { ...before, to: unit.to, closing: unit.closing }
    } else joined.push(unit)
  }
  return { units: joined, unwritten }
}

const isQuiet = ({ credits, debits }: Unit) => credits.entries + debits.entries === 0
