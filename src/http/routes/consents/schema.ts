import { z } from 'zod'
import type { ConsentRow } from '../../../consent/open-session.ts'
import { type ConsentMachineState, consentMachine } from '../../../domain/machines.ts'
import { date, id, instant } from '../../wire.ts'

const states = Object.keys(consentMachine.moves) as [ConsentMachineState, ...ConsentMachineState[]]

export const consent = z
  .object({
    id: id('consent'),
    companyId: id('company'),
    userId: id('user'),
    connectionId: id('connection'),
    institutionId: z.string(),
    route: z.string().describe('The way to the bank that it was given for.'),
    state: z.enum(states),
    validUntil: date.nullable().describe('Last day, as the bank has it.'),
    createdAt: instant,
    authorisedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Consent' })

export function consentOf(row: ConsentRow): z.output<typeof consent> {
  const {
    id,
    companyId,
    userId,
    connectionId,
    institutionId,
    route,
    validUntil,
    createdAt,
    authorisedAt,
    endedAt,
  } = row
  const state = row.state as ConsentMachineState
  return {
    id,
    companyId,
    userId,
    connectionId,
    institutionId,
    route,
    state,
    validUntil,
    createdAt,
    authorisedAt,
    endedAt,
  }
}
