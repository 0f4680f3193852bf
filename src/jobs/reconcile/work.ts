import { reconcileAccount } from '../../reconciliation/match.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** A batch a run: what is left is due at once. */
export async function reconcile(ports: RoomPorts, run: Run): Promise<Outcome> {
  const { more } = await ports.db.forClient(run.clientId, (tx) => reconcileAccount(tx, run.subjectId))
  return more ? { next: ports.clock.now() } : 'done'
}
