import { z } from 'zod'
import { takeOver } from '../../../statements/take-over.ts'
import { defineRoute } from '../../define-route.ts'
import { date, id, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const alsoKnownIds = z
  .array(id('transaction'))
  .max(500)
  .default([])
  .describe('Others of the same day that you had too.')
const words = z.string().min(1).max(500)

const line = z.union([
  z.strictObject({ lastTransactionId: id('transaction'), alsoKnownIds }),
  z.strictObject({
    bookingDate: date,
    amount: money.describe('Negative for money that left the account.'),
    kid: words.optional(),
    endToEndId: words.optional(),
    text: words
      .optional()
      .describe(
        'Has at least a word in common with the transaction; where several fit, the one most like it is meant.',
      ),
    alsoKnownIds,
  }),
])

const taken = z
  .object({
    lastTransactionId: id('transaction'),
    bookingDate: date,
    takenOver: z.int().describe('Booked transactions that you had from elsewhere.'),
    fresh: z.int().describe('Booked transactions that are new to you.'),
  })
  .meta({ id: 'TakeOver' })

export const takeOverAccount = defineRoute({
  method: 'POST',
  path: '/v1/accounts/:accountId/take-over',
  operationId: 'takeOverAccount',
  summary: 'Go on from another provider at the last booked transaction that it delivered',
  description:
    'Name it by our id, or as the other provider told it. What is known now and booked on an earlier day, and what is ' +
    'named of that day, is `takenOver`: no change to be told, and free. What comes in later is new, whatever its date. ' +
    'The line can be drawn again; what then stands behind it is told as added.',
  tag: 'accounts',
  scope: 'write',
  creates: false,
  params: accountParams,
  body: line,
  answer: { status: 200, schema: taken },
  problems: ['account_busy', 'account_not_read', 'reference_unknown', 'transaction_ambiguous'],
  handle({ tx, params, body, caller, requestId }) {
    const { alsoKnownIds: known, ...last } = body
    const facts =
      'lastTransactionId' in last
        ? last
        : {
            ...{ bookingDate: last.bookingDate, amount: last.amount },
            ...(last.kid ? { kid: last.kid } : {}),
            ...(last.endToEndId ? { endToEndId: last.endToEndId } : {}),
            ...(last.text ? { text: last.text } : {}),
          }
    const asked = { accountId: params.accountId, last: facts, alsoKnownIds: known }
    return takeOver(tx, { actor: caller.actor, requestId }, asked)
  },
})
