import { z } from 'zod'
import type { Tx } from '../../../db.ts'
import { connectionMachine } from '../../../domain/machines.ts'
import { id, instant } from '../../wire.ts'

type State = keyof typeof connectionMachine.moves
const states = Object.keys(connectionMachine.moves) as [State, ...State[]]

export const connection = z
  .object({
    id: id('connection'),
    companyId: id('company'),
    institutionId: z.string(),
    state: z.enum(states).describe('`action_required`: somebody has to give a new consent.'),
    createdAt: instant,
  })
  .meta({ id: 'Connection', description: 'One bank of one company.' })

type Row = Awaited<ReturnType<Tx['prisma']['connection']['findUniqueOrThrow']>>

export function connectionOf(row: Row): z.output<typeof connection> {
  const { id, companyId, institutionId, createdAt } = row
  return { id, companyId, institutionId, state: row.state as State, createdAt }
}
