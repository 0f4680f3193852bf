import type { Tx } from '../db.ts'
import type { Place } from './observations.ts'

/** A booked row that is equal, id included, to another one of the same read. */
export type Repeat = Place & {
  readonly hash: string
  /** Where it stands among the booked rows of its page, from the top and from the bottom, beginning with 1. */
  readonly top: number
  readonly bottom: number
}

/**
 * Rows that a page shows again because rows moved between the pages while they were read: they count once. Only rows
 * with a bank id of their own can be told from equal movements; rows without one all count.
 */
export async function shownAgain(
  tx: Tx,
  read: { readonly accountId: string; readonly sourceId: string; readonly permanentIds: boolean },
): Promise<Place[]> {
  const repeats = await equalRows(tx, read.sourceId)
  if (repeats.length === 0) return []
  if (read.permanentIds) return onLaterPages(repeats)
  const copies = overBorders(repeats)
  return copies.length > 0 ? withoutKnownTwins(tx, read.accountId, copies) : []
}

/** Equal rows with an id, without those whose id another row of the read has as well: such ids name nothing. */
async function equalRows(tx: Tx, sourceId: string): Promise<readonly Repeat[]> {
  const { rows } = await tx.sql.query<Repeat>(
    `with placed as (
       select page, ordinal, hash, count(*) over (partition by hash) > 1 as repeated,
              row_number() over (partition by page order by ordinal)::int4 as top,
              row_number() over (partition by page order by ordinal desc)::int4 as bottom
         from observation where client_id = $1 and source_id = $2 and status = 'booked'
     ), repeats as (
       select p.*, o.row -> 'bankIds' ->> 'transactionId' as id from placed p
         join observation o on o.source_id = $2 and o.page = p.page and o.ordinal = p.ordinal where p.repeated
     ), shared as (
       select row -> 'bankIds' ->> 'transactionId' as id from observation
        where client_id = $1 and source_id = $2 and status = 'booked' and exists (select from repeats where id is not null)
        group by 1 having min(hash) <> max(hash)
     )
     select page, ordinal, hash, top, bottom from repeats r
      where id is not null and not exists (select from shared s where s.id = r.id)
      order by page, ordinal`,
    [tx.clientId, sourceId],
  )
  return rows
}

function onLaterPages(repeats: readonly Repeat[]): Place[] {
  const first = new Map<string, number>()
  for (const { hash, page } of repeats) first.set(hash, Math.min(first.get(hash) ?? page, page))
  return repeats.filter(({ hash, page }) => page > (first.get(hash) ?? page))
}

/**
 * Where ids may be made of the row's content, equal rows have equal ids, and are still two. A copy is taken for one only
 * where a page begins with the very rows that the one before ended with. A page that holds two equal ones shows that
 * the ids tell no rows apart: then all of the read count. Pure.
 */
export function overBorders(repeats: readonly Repeat[]): readonly Repeat[] {
  const pages = new Map<number, Map<string, Repeat>>()
  for (const row of repeats) {
    const page = pages.get(row.page) ?? new Map<string, Repeat>()
    if (page.has(row.hash)) return []
    pages.set(row.page, page.set(row.hash, row))
  }
  return [...pages].flatMap(([number, page]) => {
    const before = pages.get(number - 1)
    const rows = [...page.values()].sort((a, b) => a.top - b.top)
    const [head] = rows
    const length = head?.top === 1 ? (before?.get(head.hash)?.bottom ?? 0) : 0
    const copies = rows.slice(0, length)
    const follow = copies.every(
      ({ hash, top }, i) => top === i + 1 && before?.get(hash)?.bottom === length - i,
    )
    return copies.length === length && follow ? copies : []
  })
}

/** Of rows that earlier reads saw twice, there are two: only where the pages ended has moved. */
async function withoutKnownTwins(tx: Tx, accountId: string, copies: readonly Repeat[]): Promise<Place[]> {
  const { rows } = await tx.sql.query<{ hash: string }>(
    `select hash from entry where client_id = $1 and account_id = $2 and hash = any ($3::text[])
        and state in ('booked', 'reversed') group by hash having count(*) > 1`,
    [tx.clientId, accountId, copies.map(({ hash }) => hash)],
  )
  const twins = new Set(rows.map(({ hash }) => hash))
  return copies.filter(({ hash }) => !twins.has(hash))
}
