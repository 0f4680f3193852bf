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
  const { companyId, type, resourceType, resourceId, data } = event
  // One statement: events are written with nearly every change.
  await tx.sql.query(
    `with counted as (
       insert into resource_sequence (client_id, resource_id, sequence) values ($1, $2, 1)
       on conflict (client_id, resource_id) do update set sequence = resource_sequence.sequence + 1
       returning sequence
     ), told as (
       insert into event (id, client_id, company_id, type, resource_type, resource_id, sequence, data, occurred_at)
       select $3, $1, $4, $5, $6, $2, sequence, $7::jsonb, $8 from counted
     )
     insert into event_outbox (event_id, client_id) values ($3, $1)`,
    [tx.clientId, resourceId, id, companyId, type, resourceType, JSON.stringify(data ?? {}), tx.now],
  )
  return id
}

/**
 * Appends many events of one resource at once: as `appendEvent`, in their order, with a statement each for the counter,
 * the events and the relay.
 */
export async function appendEvents(
  tx: Tx,
  about: Pick<NewEvent, 'resourceType' | 'resourceId' | 'companyId'>,
  events: readonly { readonly type: EventType; readonly data: Prisma.InputJsonObject }[],
): Promise<void> {
  if (events.length === 0) return
  const { clientId, now } = tx
  const { rows } = await tx.sql.query<{ before: number }>(
    `insert into resource_sequence (client_id, resource_id, sequence) values ($1, $2, $3)
     on conflict (client_id, resource_id) do update set sequence = resource_sequence.sequence + excluded.sequence
     returning sequence - $3 as before`,
    [clientId, about.resourceId, events.length],
  )
  const ids = events.map(() => newId('event', now)).sort()
  await tx.sql.query(
    `insert into event (client_id, company_id, resource_type, resource_id, occurred_at, id, type, data, sequence)
     select $1, $2, $3, $4, $5, u.id, u.type, u.data, $6 + u.n
       from unnest($7::text[], $8::text[], $9::jsonb[]) with ordinality as u (id, type, data, n)`,
    [
      ...[clientId, about.companyId, about.resourceType, about.resourceId, now, rows[0]?.before ?? 0, ids],
      events.map(({ type }) => type),
      events.map(({ data }) => JSON.stringify(data)),
    ],
  )
  await tx.sql.query('insert into event_outbox (event_id, client_id) select unnest($1::text[]), $2', [
    ids,
    clientId,
  ])
}
