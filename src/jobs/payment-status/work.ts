import { followPayment } from '../../payments/follow.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

export async function follow(ports: RoomPorts, run: Run): Promise<Outcome> {
  const { next } = await followPayment(ports, run.clientId, run.subjectId)
  return next ? { next } : 'done'
}
