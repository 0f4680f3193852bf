import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Tx } from '../db.ts'
import { defineRoute, type Route, type Scope } from './define-route.ts'
import { page, pageOf, pageQuery, readCursorOf } from './paging.ts'

type Find<Filters> = {
  /** Names the client although the policies would: so that the indexes can be used. */
  readonly where: { clientId: string; id?: { gt: string } } & Partial<Filters>
  readonly orderBy: { readonly id: 'asc' }
  readonly take: number
}

export type ListSpec<Shape extends z.ZodRawShape, Item extends z.ZodType, Row extends { id: string }> = {
  readonly path: `/v1/${string}`
  readonly operationId: string
  readonly summary: string
  readonly tag: string
  readonly scope?: Scope
  /** Optional query parameters that are columns of the rows, under the same names. */
  readonly filters: Shape
  readonly item: Item
  readonly find: (tx: Tx, args: Find<z.output<z.ZodObject<Shape>>>) => Promise<Row[]>
  readonly show: (row: Row) => z.output<Item>
}

/** Declares a list in order of creation, page by page, filtered by equality: what most lists are. */
export function defineList<
  const Shape extends z.ZodRawShape,
  Item extends z.ZodType,
  Row extends { id: string },
>(spec: ListSpec<Shape, Item, Row>): Route {
  const filters = z.object(spec.filters).partial()
  return defineRoute({
    method: 'GET',
    path: spec.path,
    operationId: spec.operationId,
    summary: spec.summary,
    tag: spec.tag,
    scope: spec.scope ?? 'read',
    query: z.strictObject({ ...pageQuery, ...filters.shape }),
    answer: { status: 200, schema: page(spec.item) },
    problems: [],
    async handle({ tx, query }) {
      const { limit, after, ...given } = query as { limit: number; after?: string } & Record<string, unknown>
      const place = placeOf(given)
      const cursor = readCursorOf(place, after, 'id')
      const where = { clientId: tx.clientId, ...given, ...(cursor ? { id: { gt: cursor.id } } : {}) } as Find<
        z.output<z.ZodObject<Shape>>
      >['where']
      const rows = await spec.find(tx, { where, orderBy: { id: 'asc' }, take: limit + 1 })
      const paged = pageOf(rows, limit, (row) => [place, row.id])
      return { data: paged.data.map(spec.show), nextCursor: paged.nextCursor }
    },
  })
}

/** The filters in short: a page behind a cursor is of the list that gave it. */
function placeOf(filters: Record<string, unknown>): string {
  const given = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  if (given.length === 0) return ''
  return createHash('sha256').update(JSON.stringify(given)).digest('base64url').slice(0, 12)
}
