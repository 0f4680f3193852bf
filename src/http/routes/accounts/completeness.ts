import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import {
  type AccountDayRow,
  completeness,
  type Gap,
  mostDays,
  mostGaps,
} from '../../../statements/completeness-read.ts'
import type { GapCause } from '../../../statements/proof.ts'
import type { RestReason } from '../../../statements/proof-reasons.ts'
import { defineRoute } from '../../define-route.ts'
import { periodOf } from '../../period.ts'
import { currency, date, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const proofs = ['open', 'proven', 'gap', 'unprovable'] as const

/** Why a day is not proven, and what helps. */
const words = {
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
  missing_credit: 'a gap: an incoming row is missing, or an outgoing one is there too many',
  missing_debit: 'a gap: an outgoing row is missing, or an incoming one is there too many',
  balances_disagree: 'a gap: two statements state the same evening differently',
  not_read: 'a gap: no read or file ever covered some of these days; hand in their statement',
} as const satisfies Record<GapCause | RestReason | 'awaiting_read', string>
type Reason = keyof typeof words
const reasons = Object.keys(words) as [Reason, ...Reason[]]

const day = z.object({
  date,
  currency,
  proof: z.enum(proofs),
  reason: z
    .enum(reasons)
    .nullable()
    .describe(
      `Why the day is not proven; null where it is. ${reasons.map((one) => `\`${one}\`: ${words[one]}.`).join(' ')}`,
    ),
  entries: z.int(),
  sum: money.describe('Of the booked transactions of the day.'),
  opening: money.nullable().describe('As the bank stated it, or proven by what it stated.'),
  closing: money.nullable(),
  spanFrom: date.nullable().describe('First of the days that are proven, or do not add up, only together.'),
})
const gap = z.object({
  from: date,
  to: date,
  difference: money.describe('What the balances say is missing: negative where debits are.'),
  cause: z.string().describe('The likely cause.'),
})
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

function gapOf({ from, to, currency: of, differenceMinor, cause }: Gap): z.output<typeof gap> {
  return { from, to, difference: { minor: differenceMinor, currency: of }, cause }
}

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
  query: z.strictObject({ from: date.optional(), to: date.optional() }),
  answer: { status: 200, schema: report },
  problems: [],
  async handle({ tx, params, query }) {
    const period = periodOf(query)
    await getAccount(tx, params.accountId)
    const found = await completeness(tx, params.accountId, period)
    const { firstDay, provenThrough, counts, gapCount, nextFrom } = found
    const gaps = found.gaps.map(gapOf)
    return { firstDay, provenThrough, counts, gapCount, gaps, days: found.days.map(dayOf), nextFrom }
  },
})
