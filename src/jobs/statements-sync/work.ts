import { presentPsu } from '../../statements/refresh.ts'
import { syncAccount } from '../../statements/sync.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** One read; then due again at the time to which the account's reads are spread. */
export async function sync(ports: RoomPorts, { clientId, subjectId: accountId }: Run): Promise<Outcome> {
  const psu = await ports.db.forClient(clientId, (tx) => presentPsu(tx, accountId))
  const { nextSyncAt } = await syncAccount(ports, clientId, accountId, psu ? { psu } : {})
  return nextSyncAt ? { next: nextSyncAt } : 'done'
}
