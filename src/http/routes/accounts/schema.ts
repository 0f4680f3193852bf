import { z } from 'zod'
import type { AccountRow } from '../../../consent/accounts.ts'
import { accountMachine } from '../../../domain/machines.ts'
import { currency, date, id, instant } from '../../wire.ts'

type State = keyof typeof accountMachine.moves
const states = Object.keys(accountMachine.moves) as [State, ...State[]]
const ownerships = ['confirmed', 'name_match', 'declared', 'refused'] as const

export const account = z
  .object({
    id: id('account'),
    companyId: id('company'),
    connectionId: id('connection').nullable().describe('Null while it is known from files only.'),
    institutionId: z.string().nullable(),
    route: z.string().describe('The way to the bank by which it is read.'),
    iban: z.string().nullable(),
    bban: z.string().nullable(),
    number: z
      .string()
      .describe(
        'By which it is known whatever its kind: the IBAN of a Norwegian account, else as the bank or a file says it.',
      ),
    currency,
    name: z.string().nullable(),
    state: z.enum(states).describe('Only `enabled` accounts are read.'),
    ownership: z.enum(ownerships).describe('How we know whose account it is.'),
    readThrough: date.nullable().describe('The last day that was read whole.'),
    historyFrom: date.nullable().describe('The first day that a read of the bank has listed.'),
    lastSyncAt: instant.nullable(),
    nextSyncAt: instant
      .nullable()
      .describe(
        'When it is read next by itself. Null: not before a person has acted, or it has no bank behind it.',
      ),
    createdAt: instant,
  })
  .meta({ id: 'Account' })

/** `15032080119` becomes `*******0119`; of a number that is short, less is shown. */
function masked<Text extends string | null>(number: Text): Text | string {
  const shown = Math.min(4, Math.floor((number?.length ?? 0) / 2))
  return number && '*'.repeat(number.length - shown) + number.slice(number.length - shown)
}

/** An account whose owner is not certain is shown masked until a person has confirmed it (PRODUCT 10). */
export function accountOf(row: AccountRow): z.output<typeof account> {
  const doubtful = row.state === 'discovered'
  const {
    id,
    companyId,
    connectionId,
    institutionId,
    route,
    name,
    readThrough,
    historyFrom,
    lastSyncAt,
    nextSyncAt,
    createdAt,
  } = row
  return {
    id,
    companyId,
    connectionId,
    institutionId,
    route,
    iban: doubtful ? masked(row.iban) : row.iban,
    bban: doubtful ? masked(row.bban) : row.bban,
    number: doubtful ? masked(row.number) : row.number,
    currency: row.currency,
    name: doubtful ? null : name,
    state: row.state as State,
    ownership: row.ownership as (typeof ownerships)[number],
    readThrough,
    historyFrom,
    lastSyncAt,
    nextSyncAt,
    createdAt,
  }
}

export const accountParams = z.object({ accountId: id('account') })
