import { z } from 'zod'
import type { Tx } from '../../../db.ts'
import { readFeed } from '../../../events/feed.ts'
import { defineRoute } from '../../define-route.ts'
import { badCursor, page, pageOf, pageQuery, readCursor } from '../../paging.ts'
import { commaSeparated, id, instant } from '../../wire.ts'
import { eventType } from '../webhookEndpoints/schema.ts'

const event = z
  .object({
    id: id('event'),
    type: z.string(),
    resourceType: z.string(),
    resourceId: z.string(),
    companyId: id('company').nullable(),
    sequence: z.int().describe('Counts the events of the resource, from 1, without gaps.'),
    occurredAt: instant,
    data: z.record(z.string(), z.json()).describe('Ids and public states.'),
  })
  .meta({ id: 'Event' })

type EventData = z.output<typeof event>['data']

export const listEvents = defineRoute({
  method: 'GET',
  path: '/v1/events',
  operationId: 'listEvents',
  summary: 'Read what happened, in order',
  description:
    'The feed. A place in it is given once and after commit, so whoever reads on from the last event read misses ' +
    'none. When `nextCursor` is null there is no more yet: ask again with the id of the last event as `after`.',
  tag: 'events',
  scope: 'read',
  query: z.strictObject({
    ...pageQuery,
    after: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('A `nextCursor`, or the id of an event that was read.'),
    types: commaSeparated(eventType).optional(),
  }),
  answer: { status: 200, schema: page(event) },
  problems: [],
  async handle({ tx, query }) {
    const after = await positionOf(tx, query.after)
    const { events } = await readFeed(tx, { after, limit: query.limit + 1, types: query.types ?? [] })
    const { data, nextCursor } = pageOf(events, query.limit, (row) => [String(row.position)])
    return { data: data.map((row) => ({ ...row, data: row.data as EventData })), nextCursor }
  },
})

/** The place to read on from; 0 is before the first event. */
async function positionOf(tx: Tx, after: string | undefined): Promise<bigint> {
  if (after?.startsWith('evt_')) {
    const place = await tx.prisma.feed.findUnique({ where: { eventId: after } })
    if (!place) throw badCursor('There is no such event in the feed.')
    return place.position
  }
  const cursor = readCursor(after, 'position')
  if (!cursor) return 0n
  if (!/^\d{1,18}$/.test(cursor.position)) throw badCursor()
  return BigInt(cursor.position)
}
