import { z } from 'zod'
import { openItemMachine } from '../../../domain/machines.ts'
import { isKid } from '../../../domain/norwegian.ts'
import type { OpenItemRow } from '../../../reconciliation/open-items.ts'
import { date, id, instant, money } from '../../wire.ts'

type State = keyof typeof openItemMachine.moves
const states = Object.keys(openItemMachine.moves) as [State, ...State[]]
const direction = z.enum(['receivable', 'payable']).describe('Whether money is to come in or to go out.')

export const kid = z
  .string()
  .refine(isKid, 'not a KID (2 to 25 digits, the last one a check digit by MOD10 or MOD11)')
  .describe('Norwegian payment reference.')

export const newOpenItem = z
  .strictObject({
    companyId: id('company'),
    externalId: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe("The accounting system's own id, unique in the company."),
    direction,
    amount: money,
    kid: kid.optional(),
    dueDate: date.optional(),
    counterpartyName: z.string().trim().min(1).max(140).optional(),
    counterpartyAccount: z.string().trim().min(1).max(34).optional(),
    voucher: z.string().trim().min(1).max(100).optional(),
  })
  .meta({ id: 'NewOpenItem' })

export const openItem = z
  .object({
    id: id('openItem'),
    companyId: id('company'),
    externalId: z.string(),
    direction,
    state: z.enum(states),
    amount: money,
    remaining: money,
    kid: z.string().nullable(),
    dueDate: date.nullable(),
    counterpartyName: z.string().nullable(),
    counterpartyAccount: z.string().nullable(),
    voucher: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'OpenItem' })

export function openItemOf(row: OpenItemRow): z.output<typeof openItem> {
  const { clientId: _client, amountMinor, remainingMinor, currency, ...shown } = row
  return {
    ...shown,
    direction: row.direction as 'receivable' | 'payable',
    state: row.state as State,
    amount: { minor: amountMinor, currency },
    remaining: { minor: remainingMinor, currency },
  }
}
