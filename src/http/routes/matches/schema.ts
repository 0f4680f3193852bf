import { z } from 'zod'
import type { Tx } from '../../../db.ts'
import { id, instant, money } from '../../wire.ts'

export const match = z
  .object({
    id: id('match'),
    companyId: id('company'),
    transactionId: id('transaction'),
    openItemId: id('openItem').nullable(),
    paymentId: id('payment').nullable(),
    amount: money,
    rule: z.string().describe('What proved it: `kid`, `end_to_end_id`.'),
    explanation: z.record(z.string(), z.json()).describe('Why, in words and values.'),
    createdAt: instant,
    undoneAt: instant.nullable(),
  })
  .meta({ id: 'Match' })

type Row = Awaited<ReturnType<Tx['prisma']['match']['findUniqueOrThrow']>>

export function matchOf(row: Row): z.output<typeof match> {
  const { id, companyId, openItemId, paymentId, rule, createdAt, undoneAt } = row
  return {
    id,
    companyId,
    transactionId: row.entryId,
    openItemId,
    paymentId,
    amount: { minor: row.amountMinor, currency: row.currency },
    rule,
    explanation: row.explanation as z.output<typeof match>['explanation'],
    createdAt,
    undoneAt,
  }
}
