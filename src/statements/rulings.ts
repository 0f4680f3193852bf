import type { Tx } from '../db.ts'
import type { Rulings } from './identity.ts'

type RulingRecord = {
  kind: 'same' | 'different'
  entry_id: string
  other_id: string
  identity_hash: string
  entry_hash: string
  other_hash: string
}

/** How often a transaction was merged on: into one that was itself merged later. */
const mostLinks = 10

/**
 * What people have said of some entries, for the comparison with what a source states; undefined when nothing.
 * `besides`: entries to be compared too: those that were merged away, by whose rows they are known, and removed ones that
 * others were merged into: a row of one of those brings them back.
 */
export async function loadRulings(
  tx: Tx,
  accountId: string,
  entryIds: readonly string[],
): Promise<{ readonly rulings: Rulings; readonly besides: readonly string[] } | undefined> {
  const different = new Map<string, Set<string>>()
  const merged = new Map<string, string>()
  let asked = entryIds
  for (let links = 0; asked.length > 0 && links < mostLinks; links++) {
    const found = await rulingsOf(tx, accountId, asked)
    const into: string[] = []
    for (const ruling of found) {
      if (ruling.kind === 'different') forbid(different, ruling)
      else if (!merged.has(ruling.other_id)) into.push(ruling.entry_id)
      if (ruling.kind === 'same') merged.set(ruling.other_id, ruling.entry_id)
    }
    asked = into
  }
  if (different.size === 0 && merged.size === 0) return undefined
  const ends = new Map([...merged.keys()].map((id) => [id, endOf(merged, id)]))
  const removed = await removedOf(tx, [...new Set(ends.values())])
  return { rulings: { different, merged: ends }, besides: [...merged.keys(), ...removed] }
}

function forbid(different: Map<string, Set<string>>, ruling: RulingRecord): void {
  const add = (id: string, own: string, hash: string) => {
    if (hash === own) return
    different.set(id, (different.get(id) ?? new Set()).add(hash))
  }
  add(ruling.entry_id, ruling.entry_hash, ruling.identity_hash)
  add(ruling.entry_id, ruling.entry_hash, ruling.other_hash)
  add(ruling.other_id, ruling.other_hash, ruling.entry_hash)
}

function endOf(merged: ReadonlyMap<string, string>, id: string): string {
  let end = merged.get(id) ?? id
  for (let links = 0; links < mostLinks; links++) end = merged.get(end) ?? end
  return end
}

async function rulingsOf(tx: Tx, accountId: string, ids: readonly string[]): Promise<RulingRecord[]> {
  const { rows } = await tx.sql.query<RulingRecord>(
    `select r.kind, r.entry_id, r.other_id, r.identity_hash, e.identity_hash as entry_hash,
            o.identity_hash as other_hash
       from entry_ruling r
       join entry e on e.client_id = r.client_id and e.id = r.entry_id
       join entry o on o.client_id = r.client_id and o.id = r.other_id
      where r.client_id = $1 and r.account_id = $2 and r.undone_at is null
        and (r.entry_id = any ($3::text[]) or r.other_id = any ($3::text[]))
      order by r.id`,
    [tx.clientId, accountId, ids],
  )
  return rows
}

async function removedOf(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and id = any ($2::text[]) and state = 'removed'`,
    [tx.clientId, ids],
  )
  return rows.map(({ id }) => id)
}
