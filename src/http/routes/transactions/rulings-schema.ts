import { z } from 'zod'
import type { RulingRow } from '../../../statements/rule.ts'
import { id, instant } from '../../wire.ts'

export const transactionParams = z.object({ transactionId: id('transaction') })

export const ruling = z
  .object({
    id: id('ruling'),
    kind: z
      .enum(['same', 'different'])
      .describe('`same`: the other one was merged into the transaction. `different`: it was split from it.'),
    transactionId: id('transaction'),
    otherId: id('transaction'),
    decidedBy: z.string().describe('Who said so: `api_key:key_…`.'),
    at: instant,
    undoneAt: instant.nullable(),
  })
  .meta({
    id: 'Ruling',
    description:
      'What was said of two transactions: it holds against every later read and file until it is undone.',
  })

export function rulingOf(row: RulingRow): z.output<typeof ruling> {
  const { id: rulingId, kind, entryId, otherId, decidedBy, at, undoneAt } = row
  return {
    ...{ id: rulingId, transactionId: entryId, otherId, decidedBy, at, undoneAt },
    kind: kind as 'same' | 'different',
  }
}
