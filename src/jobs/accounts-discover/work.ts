import { isFailure } from '../../connectors/failure.ts'
import { discoverAccounts } from '../../consent/accounts.ts'
import { endConsent } from '../../consent/consents/check.ts'
import type { Tx } from '../../db.ts'
import { connectionMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import type { GivenUp, Outcome, Run } from '../define-job.ts'
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

/** No accounts can be found by this consent: somebody has to look, or give another. Slow tries go on as they are. */
export async function giveUp(tx: Tx, _ports: RoomPorts, { subjectId, decision }: GivenUp): Promise<void> {
  if (decision.kind === 'slow') return
  const consent = await tx.prisma.consent.findUnique({ where: { id: subjectId } })
  const connection =
    consent && (await tx.prisma.connection.findUnique({ where: { id: consent.connectionId } }))
  if (connection?.state !== 'connecting') return
  await moveState(tx, connectionMachine, connection.id, 'connecting', 'action_required', {
    actor: { kind: 'job', id: 'accounts-discover' },
    companyId: connection.companyId,
    event: 'connection.state_changed',
  })
}
