import { z } from 'zod'
import type { Tx } from '../../../db.ts'
import { syncJobMachine } from '../../../domain/machines.ts'
import { shortenedOf } from '../../../statements/sync-job.ts'
import { date, id, instant } from '../../wire.ts'

type State = keyof typeof syncJobMachine.moves
const purposes = ['planned', 'refresh', 'history', 'backfill'] as const
const states = Object.keys(syncJobMachine.moves) as [State, ...State[]]

export const syncJob = z
  .object({
    id: id('job'),
    companyId: id('company'),
    accountId: id('account'),
    state: z.enum(states),
    purpose: z
      .enum(purposes)
      .describe(
        '`history`: the first read, or older days while the person is present. `planned`: one of the reads of the day. ' +
          '`refresh`: somebody asked. `backfill`: a planned read that reaches back to a gap.',
      ),
    fromDate: date
      .nullable()
      .describe('First booking date that is asked for; null until the read has begun.'),
    toDate: date.nullable(),
    wantedFrom: date
      .nullable()
      .describe('The day that was asked for first, where the bank did not go back that far; else null.'),
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
    purpose: row.purpose as (typeof purposes)[number],
    fromDate: startedAt && fromDate,
    toDate: startedAt && toDate,
    wantedFrom: shortenedOf(row)?.from ?? null,
    ...counts,
    balancesRead,
    psuPresent,
    ...times,
  }
}
