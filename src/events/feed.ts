import type { Db, Prisma, Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { scheduleMany } from '../due-work.ts'

/** Clients looked at in one round, and events taken per client and transaction. */
const clientsAtOnce = 50
const eventsAtOnce = 200

type Unfed = { id: string; type: string; resourceId: string; companyId: string | null; sequence: number }

/**
 * The relay: gives committed events their place in their client's feed, and makes deliveries to the client's
 * webhook endpoints due. A position is given under the lock of the client's feed head, so positions become visible
 * in their order, and a reader that polls `position > after` skips nothing, however late a writer committed.
 * Several relays may run at once.
 * @returns how many events were fed, and whether there are more.
 */
export async function feedEvents(db: Db): Promise<{ fed: number; more: boolean }> {
  const clients = await db.lookup<{ client_id: string }>(
    'select client_id from clients_with_unfed_events($1)',
    [clientsAtOnce],
  )
  let fed = 0
  let more = clients.length === clientsAtOnce
  for (const { client_id } of clients) {
    const count = await db.forClient(client_id, feedClient)
    fed += count
    if (count >= eventsAtOnce) more = true
  }
  return { fed, more }
}

async function feedClient(tx: Tx): Promise<number> {
  const start = await lockHead(tx)
  const events = inOrder(await takeUnfed(tx))
  if (events.length === 0) return 0
  await tx.sql.query(
    `insert into feed (client_id, position, event_id)
     select $1, $2::bigint + ordinality, id from unnest($3::text[]) with ordinality as e (id, ordinality)`,
    [tx.clientId, start, events.map((event) => event.id)],
  )
  await tx.sql.query('update feed_head set position = position + $2 where client_id = $1', [
    tx.clientId,
    events.length,
  ])
  await makeDeliveries(tx, events)
  return events.length
}

/** The statement after this one sees everything that the relay before us committed (READ COMMITTED). */
async function lockHead(tx: Tx): Promise<bigint> {
  await tx.sql.query('insert into feed_head (client_id, position) values ($1, 0) on conflict do nothing', [
    tx.clientId,
  ])
  const head = await tx.sql.query<{ position: string }>(
    'select position from feed_head where client_id = $1 for update',
    [tx.clientId],
  )
  return BigInt(head.rows[0]?.position ?? 0)
}

/**
 * Takes the oldest events out of the outbox, and with them every other of the same resources: ids within a
 * millisecond are in no order, so an earlier event of a resource may have a later id.
 */
async function takeUnfed(tx: Tx): Promise<Unfed[]> {
  const taken = await tx.sql.query<Unfed>(
    `with oldest as (
       select distinct e.resource_id from (
         select event_id from event_outbox order by event_id limit $1) o join event e on e.id = o.event_id
     ), batch as (
       select o.event_id from event_outbox o join event e on e.id = o.event_id
       where e.resource_id in (select resource_id from oldest)
     ), gone as (
       delete from event_outbox where event_id in (select event_id from batch) returning event_id
     )
     select e.id, e.type, e.resource_id as "resourceId", e.company_id as "companyId", e.sequence
     from event e join gone on gone.event_id = e.id order by e.id`,
    [eventsAtOnce],
  )
  return taken.rows
}

/** In the order of ids, but never against the sequence within a resource: its events share the places they have. */
function inOrder(byId: readonly Unfed[]): Unfed[] {
  const perResource = Map.groupBy(byId, (event) => event.resourceId)
  for (const events of perResource.values()) events.sort((a, b) => b.sequence - a.sequence)
  return byId.map((event) => perResource.get(event.resourceId)?.pop() ?? event)
}

/** No types mean all types. */
export function wants(types: readonly string[], type: string): boolean {
  return types.length === 0 || types.includes('*') || types.includes(type)
}

async function makeDeliveries(tx: Tx, events: readonly Unfed[]): Promise<void> {
  const endpoints = await tx.prisma.webhookEndpoint.findMany({
    where: { state: 'enabled' },
    select: { id: true, types: true },
  })
  const deliveries = endpoints.flatMap((endpoint) =>
    events
      .filter((event) => wants(endpoint.types, event.type))
      .map((event) => ({ id: newId('delivery', tx.now), endpointId: endpoint.id, event })),
  )
  if (deliveries.length === 0) return
  // The feed is locked meanwhile: two statements, however many there are.
  await tx.sql.query(
    `insert into webhook_delivery (id, client_id, endpoint_id, event_id, state, attempts, created_at)
     select id, $1, endpoint_id, event_id, 'pending', 0, $2
     from unnest($3::text[], $4::text[], $5::text[]) as d (id, endpoint_id, event_id)`,
    [
      tx.clientId,
      tx.now,
      deliveries.map(({ id }) => id),
      deliveries.map(({ endpointId }) => endpointId),
      deliveries.map(({ event }) => event.id),
    ],
  )
  const subjects = deliveries.map(({ id, event }) => ({ id, companyId: event.companyId }))
  await scheduleMany(tx, 'webhook-deliver', subjects, tx.now)
}

export type FedEvent = {
  readonly position: bigint
  readonly id: string
  readonly type: string
  readonly resourceType: string
  readonly resourceId: string
  readonly companyId: string | null
  /** Counts the events of the resource from 1. */
  readonly sequence: number
  readonly data: Prisma.JsonValue
  readonly occurredAt: Date
}

/**
 * Reads a client's feed in order, after a position (exclusive, 0 is the beginning). `types` filters; `last` is the
 * position to go on from, which passes over what the filter left out once nothing more is there.
 */
export async function readFeed(
  tx: Tx,
  query: { after: bigint; limit: number; types?: readonly string[] },
): Promise<{ events: FedEvent[]; last: bigint }> {
  const head = await tx.prisma.feedHead.findUnique({ where: { clientId: tx.clientId } })
  const rows = await tx.prisma.$queryRaw<FedEvent[]>`
    select f.position, e.id, e.type, e.resource_type as "resourceType", e.resource_id as "resourceId",
      e.company_id as "companyId", e.sequence, e.data, e.occurred_at as "occurredAt"
    from feed f join event e on e.id = f.event_id
    where f.client_id = ${tx.clientId} and f.position > ${query.after} and f.position <= ${head?.position ?? 0n}
      and (${query.types?.length ?? 0} = 0 or e.type = any (${[...(query.types ?? [])]}))
    order by f.position limit ${query.limit}`
  const full = rows.length === query.limit
  const end = head && head.position > query.after ? head.position : query.after
  return { events: rows, last: full ? (rows.at(-1)?.position ?? query.after) : end }
}
