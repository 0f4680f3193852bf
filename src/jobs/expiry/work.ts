import { expire } from '../../consent/expiry.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

export async function end(ports: RoomPorts, run: Run): Promise<Outcome> {
  const next = await ports.db.forClient(run.clientId, (tx) => expire(tx, run.subjectId))
  return next ? { next } : 'done'
}
