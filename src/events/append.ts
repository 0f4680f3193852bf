import type { Prisma, Tx } from '../db.ts'
import type { EventType } from '../domain/events.ts'
import { newId } from '../domain/ids.ts'

export type NewEvent = {
  readonly type: EventType
  readonly resourceType: string
  readonly resourceId: string
  readonly companyId: string | null
  /** Ids and public states only. */
  readonly data?: Prisma.InputJsonObject
}

/**
 * Appends an event in the transaction of the change it tells of. Its sequence within the resource is taken under
 * that counter's row lock; its place in the client's feed is given after commit, by the relay (DESIGN 6).
 */
export async function appendEvent(tx: Tx, event: NewEvent): Promise<string> {
  const id = newId('event', tx.now)
  const [counter] = await tx.prisma.$queryRaw<{ sequence: number }[]>`
    insert into resource_sequence (client_id, resource_id, sequence)
    values (${tx.clientId}, ${event.resourceId}, 1)
    on conflict (client_id, resource_id) do update set sequence = resource_sequence.sequence + 1
    returning sequence`
  if (!counter) throw new Error('no sequence')
  await tx.prisma.event.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: event.companyId,
      type: event.type,
      resourceType: event.resourceType,
      resourceId: event.resourceId,
      sequence: counter.sequence,
      data: event.data ?? {},
      occurredAt: tx.now,
    },
  })
  await tx.prisma.eventOutbox.create({ data: { eventId: id, clientId: tx.clientId } })
  return id
}
