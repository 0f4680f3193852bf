import { type Actor, actorName, recordAudit } from '../audit/record.ts'
import { Prisma, type Tx } from '../db.ts'
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
  const table = Prisma.raw(`"${machine.name}"`)
  const moved = await tx.prisma
    .$executeRaw`update ${table} set state = ${to} where id = ${id} and state = ${from}`
  if (moved === 0) {
    const rows = await tx.prisma.$queryRaw<{ state: string }[]>`select state from ${table} where id = ${id}`
    throw new StateConflict(machine.name, id, from, to, rows[0]?.state ?? null)
  }
  await tx.prisma.stateChange.create({
    data: {
      id: newId('change', tx.now),
      clientId: tx.clientId,
      companyId: facts.companyId,
      machine: machine.name,
      resourceId: id,
      fromState: from,
      toState: to,
      actor: actorName(facts.actor),
      reason: facts.reason ?? null,
      at: tx.now,
    },
  })
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
