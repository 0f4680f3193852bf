import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import { type AccountDayRow, completeness, type Gap } from '../../../statements/completeness-read.ts'
import { defineRoute } from '../../define-route.ts'
import { currency, date, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const proofs = ['open', 'proven', 'gap', 'unprovable'] as const

const day = z.object({
  date,
  currency,
  proof: z.enum(proofs),
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
    provenThrough: date.nullable().describe('Everything is proven up to this day.'),
    counts: z.object({ open: z.int(), proven: z.int(), gap: z.int(), unprovable: z.int() }),
    gaps: z.array(gap),
    days: z.array(day),
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
  description: 'Three years at most at a time, the latest when more is asked for.',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject({ from: date.optional(), to: date.optional() }),
  answer: { status: 200, schema: report },
  problems: [],
  async handle({ tx, params, query }) {
    await getAccount(tx, params.accountId)
    const { from, to } = query
    const found = await completeness(tx, params.accountId, {
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
    })
    const { firstDay, provenThrough, counts } = found
    return { firstDay, provenThrough, counts, gaps: found.gaps.map(gapOf), days: found.days.map(dayOf) }
  },
})
