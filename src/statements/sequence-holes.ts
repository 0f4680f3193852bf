import type { Tx } from '../db.ts'
import { addDays, daysBetween } from '../domain/clock.ts'

/** Statements that the numbers of those before and after it say are missing. */
export type StatementHole = {
  readonly route: string
  /** Numbers of the neighbours, as the bank wrote them. */
  readonly after: string
  readonly before: string
  readonly count: number
  /** The days between the two; where they meet, the last of the one and the first of the other. */
  readonly from: string
  readonly to: string
}

export type NumberedStatement = {
  readonly route: string
  readonly sequence: string
  readonly from: string
  readonly to: string
}

/**
 * Holes in the numbers of an account's statements (camt `ElctrncSeqNb`, else `LglSeqNb`; MT940 `:28C:`, where the number stands before the
 * page), oldest first. Notices and reports of the day have numbers of their own and are left out.
 */
export async function missingStatements(tx: Tx, accountId: string): Promise<StatementHole[]> {
  const { rows } = await tx.sql.query<NumberedStatement>(
    `select route, sequence, from_date as "from", to_date as "to" from statement
      where client_id = $1 and account_id = $2 and sequence is not null and not details_only
        and format not in ('camt.052', 'mt942') and from_date is not null and to_date is not null`,
    [tx.clientId, accountId],
  )
  const series = [...Map.groupBy(rows, (row) => row.route).values()]
  return series.flatMap(holesIn).sort((a, b) => (a.from < b.from ? -1 : 1))
}

type Numbered = NumberedStatement & { readonly number: number }
/** More than a year of daily statements is another series, not a hole. */
const mostMissing = 366
/** So many steps show whether the bank counts by one. */
const stepsTold = 4

/**
 * Holes in one series. A number that falls begins a new series: in a new year at one, so that what is missing before it
 * is told where there were days for it. Numbers that are dates, or mostly jump, count something else and tell nothing.
 */
export function holesIn(statements: readonly NumberedStatement[]): StatementHole[] {
  const numbered = statements.flatMap(numberOf).sort(inOrder)
  const steps = numbered.slice(1).map((next, i) => ({ one: numbered[i] ?? next, next }))
  const forward = steps.filter(({ one, next }) => next.number > one.number)
  const byOne = forward.filter(({ one, next }) => next.number === one.number + 1)
  if (forward.length >= stepsTold && byOne.length * 2 < forward.length) return []
  return steps.flatMap(({ one, next }) => {
    const count = next.number < one.number ? missingInNewYear(one, next) : next.number - one.number - 1
    if (count <= 0 || count > mostMissing) return []
    const { route, sequence: after } = one
    const [first, last] = [addDays(one.to, 1), addDays(next.from, -1)]
    const days = first <= last ? { from: first, to: last } : ordered(one.to, next.from)
    return [{ route, after, before: next.sequence, count, ...days }]
  })
}

function numberOf(statement: NumberedStatement): Numbered[] {
  const digits = /^\s*(\d{1,12})(?:\/\d+)?\s*$/.exec(statement.sequence)?.[1]
  // Zero stands where a bank, as our own exports, numbers no statements.
  if (digits === undefined || Number(digits) === 0 || isDate(digits, statement)) return []
  return [{ ...statement, number: Number(digits) }]
}

/** `20260331` or `260331` on a statement of that day. */
const isDate = (digits: string, { from, to }: NumberedStatement) =>
  [from, to, addDays(to, 1)].some((date) => {
    const day = date.replaceAll('-', '')
    return digits === day || digits === day.slice(2)
  })

function inOrder(a: Numbered, b: Numbered): number {
  if (a.from !== b.from) return a.from < b.from ? -1 : 1
  if (a.to !== b.to) return a.to < b.to ? -1 : 1
  return a.number - b.number
}

function missingInNewYear(one: Numbered, next: Numbered): number {
  const newYear = one.to.slice(0, 4) < next.from.slice(0, 4)
  const count = next.number - 1
  return newYear && count <= daysBetween(one.to, next.from) - 1 ? count : 0
}

const ordered = (one: string, other: string) =>
  one <= other ? { from: one, to: other } : { from: other, to: one }
