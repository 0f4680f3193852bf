import { ConnectorFailure } from '../../connectors/failure.ts'
import type { Tx } from '../../db.ts'
import { compareTwin, endTwin } from '../../statements/twin.ts'
import type { GivenUp, Outcome, Run } from '../define-job.ts'
import type { RoomPorts } from '../ports.ts'

export async function compare(ports: RoomPorts, { clientId, subjectId }: Run): Promise<Outcome> {
  await compareTwin(ports, clientId, subjectId)
  return 'done'
}

/** It is not tried again: the report says what stood in the way. */
export async function failed(tx: Tx, _ports: RoomPorts, { subjectId, error }: GivenUp): Promise<void> {
  const facts =
    error instanceof ConnectorFailure
      ? { kind: error.kind, detail: error.facts.detail }
      : { kind: 'internal', detail: 'the comparison broke off' }
  await endTwin(tx, subjectId, facts)
}
