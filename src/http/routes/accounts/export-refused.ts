import { addDays, daysBetween } from '../../../domain/clock.ts'
import { formatAmount } from '../../../domain/money.ts'
import { Problem } from '../../../domain/problems.ts'
import type { StatementExport } from '../../../statements/export.ts'
import type { Unwritten } from '../../../statements/export-plan.ts'

/** Days that are named; the others are counted. */
const mostNamed = 20

/** Which days cannot be written as statements and why, and which ones can. */
export function balancesUnknown(
  { statements, unwritten }: StatementExport,
  period: { readonly from?: string; readonly to?: string },
): Problem {
  if (unwritten.length === 0) {
    return new Problem('balances_unknown', {
      detail: 'The bank has stated no booked balance of these days.',
      userAction: 'Hand in a statement file, or ask for the format csv or json, which have no balances.',
    })
  }
  const named = unwritten
    .slice(0, mostNamed)
    .map((days) => ({ path: placeOf(days, period), message: why(days) }))
  const others = unwritten.length - named.length
  const [first] = named
  const best = longest(statements)
  return new Problem('balances_unknown', {
    detail:
      unwritten.length === 1
        ? `${first?.message}.`
        : `${unwritten.length} spans of days cannot be written as statements${others > 0 ? `; the first ${mostNamed} are named` : ''}.`,
    errors: named,
    userAction: best
      ? `Ask for ${best.from} to ${best.to}, hand in the missing statements, or take the format csv or json.`
      : 'Hand in the missing statements, or take the format csv or json, which have no balances.',
  })
}

const placeOf = ({ reason }: Unwritten, period: { readonly to?: string }) =>
  reason === 'no_balance_after' && period.to ? 'query.to' : 'query.from'

function why({ from, to, currency, reason, differenceMinor }: Unwritten): string {
  const days = from === to ? from : `${from} to ${to}`
  if (reason === 'does_not_add_up') {
    const difference = formatAmount({ minor: differenceMinor ?? 0n, currency })
    return `${days}: balances and transactions differ by ${difference} ${currency}`
  }
  const side = reason === 'no_balance_before' ? 'before' : 'at the end of'
  return `${days}: no ${currency} balance is known ${side} these days`
}

/** The longest stretch of days that statements follow each other in. */
function longest(statements: StatementExport['statements']): { from: string; to: string } | undefined {
  const stretches: { from: string; to: string }[] = []
  for (const { from, to } of statements) {
    const before = stretches.at(-1)
    if (before && addDays(before.to, 1) === from) before.to = to
    else stretches.push({ from, to })
  }
  return stretches.sort((a, b) => daysBetween(b.from, b.to) - daysBetween(a.from, a.to))[0]
}
