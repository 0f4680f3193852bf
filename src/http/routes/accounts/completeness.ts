import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import {
  type AccountDayRow,
  completeness,
  type GapFacts,
  mostDays,
  mostGaps,
} from '../../../statements/completeness-read.ts'
import type { GapCause } from '../../../statements/gap-causes.ts'
import type { RestReason } from '../../../statements/proof-reasons.ts'
import type { StatementHole } from '../../../statements/sequence-holes.ts'
import { defineRoute } from '../../define-route.ts'
import { periodOf } from '../../period.ts'
import { currency, date, id, instant, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const proofs = ['open', 'proven', 'gap', 'unprovable'] as const

/** Why a day is neither proven nor a gap, and what helps. */
const rest = {
  today: 'the day is not over, rows may still come',
  awaiting_read: 'the day is over, and nothing was read or handed in since; the next read tells',
  no_balance_stated: 'no booked balance of the account was ever stated; hand in a statement file',
  no_earlier_balance:
    'none was stated at the end of an earlier day, so there is nothing to begin from; hand in the statement before it',
  no_later_balance:
    'none was stated at the end of this day or later; wait for the next read, or hand in the next statement',
  one_statement_only:
    'opening and closing balance are of one statement, and it adds up; a second one has to agree: hand in the statement before or after it',
  rows_changed:
    'rows have changed since the balances were stated; wait for the next read, or hand in a newer statement',
} as const satisfies Record<RestReason | 'awaiting_read', string>

/** Why the balances and the transactions of some days do not add up, as far as it can be told, and what helps. */
const causes = {
  missing_credit:
    'an incoming row is missing, or an outgoing one is there too many; ask the bank for the statement of these days',
  missing_debit:
    'an outgoing row is missing, or an incoming one is there too many; ask the bank for the statement of these days',
  balances_disagree: 'two statements state the same evening differently; ask the bank which one holds',
  not_read: 'no read or file ever covered some of these days; hand in their statement',
  statement_missing:
    'the numbers of the statements leave one out in these days (`missingStatements`); hand it in',
  rows_unreadable:
    'a read or a file of these days held rows that could not be read; they are read again by themselves, or hand in another format',
  removed_row:
    'a transaction of just this amount (`suspects`) was taken back, and the balances still hold it; it comes back with the next read that states it',
  possible_duplicate:
    'a transaction of just this amount stands twice (`suspects`); if both are one payment, merge them',
  pending_not_booked:
    'a pending transaction of just this amount (`suspects`) was never booked; wait for the next read, or ask the bank',
} as const satisfies Record<GapCause, string>

const words = { ...causes, ...rest }
type Reason = keyof typeof words
const reasons = Object.keys(words) as [Reason, ...Reason[]]
const gapCauses = Object.keys(causes) as [GapCause, ...GapCause[]]
const listed = (names: readonly Reason[]) => names.map((one) => `\`${one}\`: ${words[one]}.`).join(' ')

const day = z.object({
  date,
  currency,
  proof: z.enum(proofs),
  reason: z
    .enum(reasons)
    .nullable()
    .describe(
      `Why the day is not proven; null where it is. The cause of its gap, or ${listed(Object.keys(rest) as Reason[])}`,
    ),
  entries: z.int(),
  sum: money.describe('Of the booked transactions of the day.'),
  opening: money.nullable().describe('As the bank stated it, or proven by what it stated.'),
  closing: money.nullable(),
  spanFrom: date.nullable().describe('First of the days that are proven, or do not add up, only together.'),
})
const gap = z.object({
  id: id('gap').describe('The same from the first judgement that saw it to the one that closes it.'),
  from: date,
  to: date,
  difference: money.describe('What the balances say is missing: negative where debits are.'),
  cause: z.enum(gapCauses).describe(`The likely cause. ${listed(gapCauses)}`),
  suspects: z.array(id('transaction')).describe('Transactions that may be the cause.'),
  openedAt: instant,
  closedAt: instant.nullable().describe('Null while it is open.'),
  backfills: z.int().describe('Reads that were made to fill it.'),
})
const hole = z
  .object({
    after: z.string().describe('Number of the statement before, as the bank wrote it.'),
    before: z.string().describe('Number of the statement after.'),
    count: z.int().describe('So many numbers lie between.'),
    from: date,
    to: date,
  })
  .describe(
    'Days that the missing statements may be of; where their neighbours meet, the two days at which they do.',
  )
const report = z
  .object({
    firstDay: date.nullable(),
    provenThrough: date
      .nullable()
      .describe(
        'Everything is proven up to this day, in every currency, from the first balance of the period on.',
      ),
    counts: z
      .object({ open: z.int(), proven: z.int(), gap: z.int(), unprovable: z.int() })
      .describe('Of all days asked for; a day counts once in each currency.'),
    gapCount: z.int(),
    gaps: z
      .array(gap)
      .describe(`Those that touch the days asked for, oldest first; the first ${mostGaps} of \`gapCount\`.`),
    missingStatements: z
      .array(hole)
      .describe(
        'Holes in the numbers of the statements that were handed in, also where the balances leave no gap.',
      ),
    days: z.array(day).describe(`Oldest first, at most ${mostDays} calendar days.`),
    nextFrom: date
      .nullable()
      .describe('The first day that is not listed: pass it as `from`. Null when all are listed.'),
  })
  .meta({
    id: 'Completeness',
    description: 'What is proven from balances that the bank stated; nothing else counts.',
  })

function dayOf(row: AccountDayRow): z.output<typeof day> {
  const amount = (minor: bigint | null) => (minor === null ? null : { minor, currency: row.currency })
  return {
    date: row.date,
    currency: row.currency,
    proof: row.proof as (typeof proofs)[number],
    reason: row.cause as Reason | null,
    entries: row.entries,
    sum: { minor: row.sumMinor, currency: row.currency },
    opening: amount(row.openingMinor),
    closing: amount(row.closingMinor),
    spanFrom: row.spanFrom,
  }
}

function gapOf({ currency: of, differenceMinor, ...row }: GapFacts): z.output<typeof gap> {
  const { id: gapId, from, to, cause, suspects, openedAt, closedAt, backfills } = row
  const difference = { minor: differenceMinor, currency: of }
  return { id: gapId, from, to, difference, cause, suspects: [...suspects], openedAt, closedAt, backfills }
}

const holeOf = ({ after, before, count, from, to }: StatementHole) => ({ after, before, count, from, to })

export const getAccountCompleteness = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/completeness',
  operationId: 'getAccountCompleteness',
  summary: 'Read which days are proven, and where something is missing',
  description:
    `Counts and gaps are those of all days asked for: \`from\` and \`to\`, both included, without them all days from the ` +
    `first on. ${mostDays} days are listed at a time; \`nextFrom\` goes on.`,
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject({
    from: date.optional(),
    to: date.optional(),
    gaps: z.enum(['open', 'closed', 'all']).default('open').describe('Which gaps are listed and counted.'),
  }),
  answer: { status: 200, schema: report },
  problems: [],
  async handle({ tx, params, query }) {
    const { gaps: choice, ...asked } = query
    const period = periodOf(asked)
    await getAccount(tx, params.accountId)
    const found = await completeness(tx, params.accountId, { ...period, gaps: choice })
    const { firstDay, provenThrough, counts, gapCount, nextFrom } = found
    return {
      ...{ firstDay, provenThrough, counts, gapCount, nextFrom },
      gaps: found.gaps.map(gapOf),
      missingStatements: found.missingStatements.map(holeOf),
      days: found.days.map(dayOf),
    }
  },
})
