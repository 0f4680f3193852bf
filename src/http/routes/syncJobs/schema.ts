import { z } from 'zod'
import type { Tx } from '../../../db.ts'
import { syncJobMachine } from '../../../domain/machines.ts'
import { date, id, instant } from '../../wire.ts'

type State = keyof typeof syncJobMachine.moves
const states = Object.keys(syncJobMachine.moves) as [State, ...State[]]

export const syncJob = z
  .object({
    id: id('job'),
    companyId: id('company'),
    accountId: id('account'),
    state: z.enum(states),
    fromDate: date,
    toDate: date,
    pages: z.int(),
    observed: z.int().describe('Rows that the bank sent.'),
    added: z.int(),
    revised: z.int(),
    removed: z.int(),
    unreadable: z.int().describe('Rows that could not be read; they are kept.'),
    balancesRead: z
      .boolean()
      .nullable()
      .describe(
        'Whether the balances were read too. `false`: the bank refused them (its limit, or a fault), so those shown may be ' +
          'older than the transactions. Null where the read has not come to its end.',
      ),
    psuPresent: z
      .boolean()
      .describe('Whether a person was there, so that the read did not count against the daily limit.'),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'SyncJob' })

type Row = Awaited<ReturnType<Tx['prisma']['syncJob']['findUniqueOrThrow']>>

export function syncJobOf(row: Row): z.output<typeof syncJob> {
  const { id, companyId, accountId, fromDate, toDate, pages, observed, added, revised, removed, unreadable } =
    row
  const { balancesRead, psuPresent, createdAt, startedAt, endedAt } = row
  const counts = { pages, observed, added, revised, removed, unreadable }
  const times = { createdAt, startedAt, endedAt }
  return {
    id,
    companyId,
    accountId,
    state: row.state as State,
    fromDate,
    toDate,
    ...counts,
    balancesRead,
    psuPresent,
    ...times,
  }
}
