import { checkConsent, nextCheck } from '../../consent/consents/check.ts'
import { getConsent } from '../../consent/consents/create.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

export async function lookAtConsent(ports: RoomPorts, run: Run): Promise<Outcome> {
  const state = await checkConsent(ports, run.clientId, run.subjectId)
  const { validUntil } = await ports.db.forClient(run.clientId, (tx) => getConsent(tx, run.subjectId))
  const next = nextCheck(ports.clock.now(), state, validUntil)
  return next ? { next } : 'done'
}
