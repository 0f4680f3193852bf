import { completeSigning } from '../../consent/signing/complete.ts'
import { after } from '../../domain/clock.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

const AGAIN_MS = 10 * 60_000

/** Asks again while the order is open; anything else is final. */
export async function lookAtSigning(ports: RoomPorts, run: Run): Promise<Outcome> {
  const outcome = await completeSigning(ports, run.clientId, run.subjectId)
  return outcome === 'waiting' ? { next: after(ports.clock.now(), AGAIN_MS) } : 'done'
}
