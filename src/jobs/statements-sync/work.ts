import type { Tx } from '../../db.ts'
import { presentPerson } from '../../statements/refresh.ts'
import { syncAccount } from '../../statements/sync.ts'
import { markDegraded, noteNextSync } from '../../statements/trouble.ts'
import type { GivenUp, Outcome, PutOff, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** One read; then due again at the time to which the account's reads are spread. */
export async function sync(ports: RoomPorts, { clientId, subjectId: accountId }: Run): Promise<Outcome> {
  const present = (tx: Tx) => presentPerson(tx, accountId)
  const { nextSyncAt } = await syncAccount(ports, clientId, accountId, present)
  return nextSyncAt ? { next: nextSyncAt } : 'done'
}

/** It is tried again: the account says when. */
export async function putOff(tx: Tx, _ports: RoomPorts, { subjectId, at }: PutOff): Promise<void> {
  await noteNextSync(tx, subjectId, at)
}

/** The bank has not let us read for long, or for good: its connection says so. */
export async function troubled(tx: Tx, _ports: RoomPorts, { subjectId, decision }: GivenUp): Promise<void> {
  if (decision.kind !== 'slow') await noteNextSync(tx, subjectId, null)
  await markDegraded(tx, subjectId, { dead: decision.kind === 'give_up' })
}
