import { isFailure } from '../../connectors/failure.ts'
import { discoverAccounts } from '../../consent/accounts.ts'
import { endConsent } from '../../consent/consents/check.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

/** What the bank says about the consent wins: one it no longer knows is over. */
export async function discover(ports: RoomPorts, run: Run): Promise<Outcome> {
  try {
    await discoverAccounts(ports, run.clientId, run.subjectId)
  } catch (error) {
    if (!isFailure(error, 'consent_expired', 'access_denied')) throw error
    await ports.db.forClient(run.clientId, (tx) => endConsent(tx, run.subjectId, 'terminated_by_bank'))
  }
  return 'done'
}
