import type { Tx } from '../../db.ts'
import { presentPsu } from '../../statements/refresh.ts'
import { syncAccount } from '../../statements/sync.ts'
import { markDegraded, markSound } from '../../statements/trouble.ts'
import type { GivenUp, Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** One read; then due again at the time to which the account's reads are spread. */
export async function sync(ports: RoomPorts, { clientId, subjectId: accountId }: Run): Promise<Outcome> {
  const psu = await ports.db.forClient(clientId, (tx) => presentPsu(tx, accountId))
  const { state, nextSyncAt } = await syncAccount(ports, clientId, accountId, psu ? { psu } : {})
  if (state === 'succeeded' || state === 'succeeded_no_change' || state === 'partial') {
    await ports.db.forClient(clientId, (tx) => markSound(tx, accountId))
  }
  return nextSyncAt ? { next: nextSyncAt } : 'done'
}

/** The bank has not let us read for long, or for good: its connection says so. */
export async function troubled(tx: Tx, _ports: RoomPorts, { subjectId, decision }: GivenUp): Promise<void> {
  await markDegraded(tx, subjectId, { dead: decision.kind === 'give_up' })
}
