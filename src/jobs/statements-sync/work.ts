import { syncAccount } from '../../statements/sync.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** One read; then due again when the account's reads are spread to. */
export async function sync(ports: RoomPorts, run: Run): Promise<Outcome> {
  const { nextSyncAt } = await syncAccount(ports, run.clientId, run.subjectId)
  return nextSyncAt ? { next: nextSyncAt } : 'done'
}
