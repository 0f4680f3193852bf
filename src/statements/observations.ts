import type { Tx } from '../db.ts'
import type { StatementEntry } from '../domain/statement.ts'
import { sha256 } from '../vault.ts'
import { insertRows } from './bulk.ts'
import { fromJson, type ObservedRow, toJson, toObserved } from './normal.ts'

export type ObservedAccount = { readonly id: string; readonly companyId: string }
/** Where an observation stands in its source. */
export type Place = { readonly page: number; readonly ordinal: number }

/**
 * Keeps what a source stated, row by row, before anything is made of it (DESIGN 5.1). One page at a time; a page
 * that was kept before is refused by its key, so nothing is kept twice.
 */
export async function writeObservations(
  tx: Tx,
  account: ObservedAccount,
  source: { readonly id: string; readonly page: number },
  entries: readonly StatementEntry[],
): Promise<void> {
  const rows = entries.map((stated, ordinal) => {
    const { entry, text } = storable(stated)
    return [
      source.id,
      source.page,
      ordinal,
      tx.clientId,
      account.companyId,
      account.id,
      entry.status,
      entry.bookingDate ?? null,
      sha256(text),
      text,
      tx.now,
    ]
  })
  await insertRows(tx.sql, 'observation', columns, rows)
}

const columns = [
  ['source_id', 'text'],
  ['page', 'int4'],
  ['ordinal', 'int4'],
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['status', 'text'],
  ['booking_date', 'text'],
  ['hash', 'text'],
  ['row', 'jsonb'],
  ['observed_at', 'timestamptz'],
] as const

/** PostgreSQL keeps neither NUL nor half a surrogate pair in a text: banks have sent both. */
function storable(stated: StatementEntry): { entry: StatementEntry; text: string } {
  const text = toJson(stated)
  if (!/\\u/.test(text)) return { entry: stated, text }
  const entry = fromJson(clean(JSON.parse(text)))
  return { entry, text: toJson(entry) }
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]))
}

/** Rows at some places of a source, in the source's order; without those that only inform. */
export async function readObservations(
  tx: Tx,
  sourceId: string,
  places: readonly Place[],
): Promise<ObservedRow[]> {
  const { rows } = await tx.sql.query<{ row: unknown; hash: string }>(
    `select o.row, o.hash from observation o
       join unnest($3::int4[], $4::int4[]) as p (page, ordinal) using (page, ordinal)
      where o.client_id = $1 and o.source_id = $2 order by o.page, o.ordinal`,
    [tx.clientId, sourceId, places.map((place) => place.page), places.map((place) => place.ordinal)],
  )
  return rows.flatMap(({ row, hash }) => toObserved(fromJson(row), hash) ?? [])
}
