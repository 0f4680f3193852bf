import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import { type ChangesCursor, readChanges } from '../../../statements/changes.ts'
import { defineRoute } from '../../define-route.ts'
import { badCursor, pageQuery, readCursor, writeCursor } from '../../paging.ts'
import { transaction, transactionOf } from '../transactions/schema.ts'
import { accountParams } from './schema.ts'

const change = z
  .object({
    change: z
      .enum(['added', 'revised', 'removed'])
      .describe(
        '`added`: it came behind your cursor. `revised`: you had it, it is another now. `removed`: the bank no longer states ' +
          'it, or it was merged into another; told also where this list never told the row. Its id stays its own, and it may come back under it. Write what you get under its id, whichever it says.',
      ),
    transaction,
  })
  .meta({ id: 'TransactionChange' })

export const listAccountChanges = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/changes',
  operationId: 'listAccountChanges',
  summary: 'Read what became of the transactions of an account, in order',
  description:
    'A list without an end: `nextCursor` is always given, keep it and ask again. A transaction that changed several times ' +
    'behind your cursor is told once, as it is now. Places in the list are given in the order of the commits, so whoever ' +
    'goes on from `nextCursor` misses none.',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  query: z.strictObject({
    ...pageQuery,
    after: pageQuery.after.describe('The `nextCursor` that you kept; without it, from the beginning.'),
    takenOver: z
      .enum(['true', 'false'])
      .default('false')
      .describe('Whether to tell of transactions that you had from elsewhere before (`takenOver`).'),
  }),
  answer: {
    status: 200,
    schema: z.object({
      data: z.array(change),
      nextCursor: z.string(),
      more: z.boolean().describe('Whether there is more already.'),
    }),
  },
  problems: [],
  async handle({ tx, params, query }) {
    const { id } = await getAccount(tx, params.accountId)
    const after = placeOf(id, query.after)
    const { changes, next, more } = await readChanges(tx, id, {
      after,
      limit: query.limit,
      takenOver: query.takenOver === 'true',
    })
    return {
      data: changes.map((one) => ({ change: one.change, transaction: transactionOf(one.transaction) })),
      nextCursor: writeCursor([id, String(next.at), String(next.since)]),
      more,
    }
  },
})

function placeOf(accountId: string, after: string | undefined): ChangesCursor {
  const cursor = readCursor(after, 'account', 'at', 'since')
  if (!cursor) return { at: 0n, since: 0n }
  const numbers = [cursor.at, cursor.since].every((place) => /^\d{1,18}$/.test(place))
  if (cursor.account !== accountId || !numbers) throw badCursor()
  return { at: BigInt(cursor.at), since: BigInt(cursor.since) }
}
