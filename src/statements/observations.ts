import type { Tx } from '../db.ts'
import type { StatementEntry } from '../domain/statement.ts'
import { sha256 } from '../vault.ts'
import { insertRows } from './bulk.ts'
import { type Hand, type KeptRow, keepAtHand } from './hand.ts'
import { fromJson, type ObservedRow, toJson, toObserved } from './normal.ts'

export type ObservedAccount = { readonly id: string; readonly companyId: string }
/** Where an observation stands in its source. */
export type Place = { readonly page: number; readonly ordinal: number }

/**
 * The rows of source `$2` of client `$1`, by their key. PostgreSQL would otherwise read all of a client's in the index of
 * accounts besides, where it does not know yet how many these are.
 */
export const ofSource = `(client_id = $1) is true and source_id = $2`

/**
 * Keeps what a source stated, row by row, before anything is made of it (DESIGN 5.1). One page at a time; a page
 * that was kept before is refused by its key, so nothing is kept twice. `hand` gets the rows as well.
 */
export async function writeObservations(
  tx: Tx,
  account: ObservedAccount,
  source: { readonly id: string; readonly page: number },
  entries: readonly StatementEntry[],
  hand?: Hand,
): Promise<void> {
  const kept: KeptRow[] = []
  const rows = entries.map((stated, ordinal) => {
    const { entry, text } = storable(stated)
    const hash = sha256(text)
    kept.push({ entry, hash })
    return [
      source.id,
      source.page,
      ordinal,
      tx.clientId,
      account.companyId,
      account.id,
      entry.status,
      entry.bookingDate ?? null,
      hash,
      text,
      tx.now,
    ]
  })
  if (hand) keepAtHand(hand, source.page, kept)
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
  hand?: Hand,
): Promise<ObservedRow[]> {
  const kept = await readKept(tx, sourceId, places, hand)
  return kept.flatMap(({ entry, hash }) => toObserved(entry, hash) ?? [])
}

/** The same, not yet made ready to be compared. */
export async function readKept(
  tx: Tx,
  sourceId: string,
  places: readonly Place[],
  hand?: Hand,
): Promise<KeptRow[]> {
  const ordered = places.toSorted((one, other) => one.page - other.page || one.ordinal - other.ordinal)
  const atHand = ordered.map(({ page, ordinal }) => hand?.pages.get(page)?.[ordinal])
  const missing = ordered.filter((_place, i) => atHand[i] === undefined)
  const read = missing.length > 0 ? await readBack(tx, sourceId, missing) : []
  let next = 0
  return atHand.flatMap((row) => {
    const kept = row ?? read[next++]
    return kept ?? []
  })
}

async function readBack(tx: Tx, sourceId: string, places: readonly Place[]): Promise<KeptRow[]> {
  const { rows } = await tx.sql.query<{ row: unknown; hash: string }>(
    // Place by place, by the key: joined freely, all rows of the source are read for each batch.
    `select o.row, o.hash from unnest($3::int4[], $4::int4[]) as p (page, ordinal)
      cross join lateral (
        select row, hash from observation
         where client_id = $1 and source_id = $2 and page = p.page and ordinal = p.ordinal limit 1) o
      order by p.page, p.ordinal`,
    [tx.clientId, sourceId, places.map((place) => place.page), places.map((place) => place.ordinal)],
  )
  return rows.map(({ row, hash }) => ({ entry: fromJson(row), hash }))
}
