import { z } from 'zod'
import { getAccount } from '../../../consent/accounts.ts'
import type { BalanceRow } from '../../../statements/balance-choice.ts'
import { listBalances } from '../../../statements/read.ts'
import { defineRoute } from '../../define-route.ts'
import { date, instant, money } from '../../wire.ts'
import { accountParams } from './schema.ts'

const balance = z
  .object({
    type: z.string().describe('`closingBooked`, `interimBooked`, `interimAvailable` …'),
    date: date.nullable().describe('The day at whose end (an opening balance: at whose start) it stood.'),
    amount: money,
    readAt: instant,
  })
  .meta({ id: 'Balance', description: 'As the bank stated it. Nothing is computed.' })

const balanceOf = (row: BalanceRow): z.output<typeof balance> => ({
  type: row.type,
  date: row.date,
  amount: { minor: row.amountMinor, currency: row.currency },
  readAt: row.readAt,
})

export const listAccountBalances = defineRoute({
  method: 'GET',
  path: '/v1/accounts/:accountId/balances',
  operationId: 'listAccountBalances',
  summary: 'Read the latest balances that the bank stated',
  tag: 'accounts',
  scope: 'read',
  params: accountParams,
  answer: {
    status: 200,
    schema: z
      .object({
        balance: balance
          .nullable()
          .describe(
            'The one to show where there is room for one: in the currency of the account what is booked, as of the latest moment; what is expected or available only where no booked one was stated for a week.',
          ),
        olderThanTransactions: z
          .boolean()
          .describe(
            'Whether transactions were read, or are booked, after `balance` was stated, so that it may lack some: the bank ' +
              'refused a read of the balances (`balancesRead` of the sync job), or states them of past days only.',
          ),
        balances: z.array(balance).describe('The latest of each type.'),
      })
      .meta({ id: 'Balances' }),
  },
  problems: [],
  async handle({ tx, params }) {
    await getAccount(tx, params.accountId)
    const { balance: main, olderThanTransactions, balances } = await listBalances(tx, params.accountId)
    return { balance: main && balanceOf(main), olderThanTransactions, balances: balances.map(balanceOf) }
  },
})
