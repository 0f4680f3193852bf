import { z } from 'zod'
import type { TwinRow } from '../../../../statements/twin.ts'
import { date, id, instant } from '../../../wire.ts'

export const routeName = z.string().min(1).max(31)

export const twin = z
  .object({
    id: id('twin'),
    accountId: id('account'),
    route: routeName.describe('The route that was read beside the one in use.'),
    state: z
      .enum(['running', 'done', 'failed'])
      .describe('While it is `running` nothing has been counted; why it `failed` is in `error`.'),
    fromDate: date,
    toDate: date,
    same: z
      .int()
      .describe(
        'Transactions that both tell, without a contradiction. Case, the day or `Til:` before a text, and an address behind a name are none.',
      ),
    changed: z.int().describe('Transactions that both tell, at least one field of them differently.'),
    onlyActive: z.int().describe('Transactions that only the route in use tells.'),
    onlyTwin: z.int().describe('Rows that only the other route tells.'),
    differences: z
      .array(z.json())
      .describe(
        'The first 200: `told_differently` with the fields, `only_active` with the transaction, `only_twin` with day and amount.',
      ),
    error: z.json().nullable().describe('Why the comparison could not be made.'),
    createdAt: instant,
    endedAt: instant.nullable().describe('Null while it is being made.'),
  })
  .meta({ id: 'RouteComparison' })

export function twinOf(row: TwinRow): z.output<typeof twin> {
  const { clientId: _client, companyId: _company, ...shown } = row
  type Json = z.output<typeof twin>['error']
  return {
    ...shown,
    state: row.endedAt === null ? 'running' : row.error === null ? 'done' : 'failed',
    differences: (row.differences ?? []) as z.output<typeof twin>['differences'],
    error: row.error as Json,
  }
}
