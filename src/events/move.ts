import { type Actor, actorName, recordAudit } from '../audit/record.ts'
import type { Prisma, Tx } from '../db.ts'
import type { EventType } from '../domain/events.ts'
import { newId } from '../domain/ids.ts'
import { type Machine, mayMove } from '../domain/machine.ts'
import { appendEvent } from './append.ts'

/** The row is not in the state it was believed to be in: someone else was faster. */
export class StateConflict extends Error {
  readonly machine: string
  readonly actual: string | null
  constructor(machine: string, id: string, from: string, to: string, actual: string | null) {
    super(`${machine} ${id} is ${actual ?? 'gone'}, not ${from}: it cannot become ${to}`)
    this.machine = machine
    this.actual = actual
  }
}

export type MoveFacts = {
  readonly actor: Actor
  readonly companyId: string | null
  /** Neutral words; never findings of a screening. */
  readonly reason?: string
  readonly requestId?: string
  /** Event to append; machines of inner life (attempts, deliveries) have none. */
  readonly event?: EventType
  readonly data?: Prisma.InputJsonObject
}

/**
 * Moves a row from one state to another, with history, audit entry and event in the same transaction. The update
 * names the state it leaves, so two that move the same row cannot both succeed.
 * @throws StateConflict when the row is not in `from`.
 */
export async function moveState<State extends string>(
  tx: Tx,
  machine: Machine<State>,
  id: string,
  from: State,
  to: State,
  facts: MoveFacts,
): Promise<void> {
  if (!mayMove(machine, from, to)) throw new StateConflict(machine.name, id, from, to, from)
  // One statement: the row's history goes with the move.
  const moved = await tx.sql.query(
    `with moved as (
       update "${machine.name}" set state = $1 where client_id = $4 and id = $2 and state = $3 returning id
     )
     insert into state_change (id, client_id, company_id, machine, resource_id, from_state, to_state, actor, reason, at)
     select $5, $4, $6, $7, id, $3, $1, $8, $9, $10 from moved`,
    [
      ...[to, id, from, tx.clientId, newId('change', tx.now), facts.companyId, machine.name],
      ...[actorName(facts.actor), facts.reason ?? null, tx.now],
    ],
  )
  if (moved.rowCount === 0) {
    const { rows } = await tx.sql.query<{ state: string }>(
      `select state from "${machine.name}" where client_id = $2 and id = $1`,
      [id, tx.clientId],
    )
    throw new StateConflict(machine.name, id, from, to, rows[0]?.state ?? null)
  }
  await recordAudit(tx, {
    actor: facts.actor,
    action: `${machine.name}.${to}`,
    resourceType: machine.name,
    resourceId: id,
    companyId: facts.companyId,
    ...(facts.requestId ? { requestId: facts.requestId } : {}),
    data: { from, to },
  })
  if (facts.event) {
    await appendEvent(tx, {
      type: facts.event,
      resourceType: machine.name,
      resourceId: id,
      companyId: facts.companyId,
      data: { from, to, ...facts.data },
    })
  }
}
