// Entries in memory, kept by the same comparison as in the database: thousands of histories in seconds.
import { addDays } from '../../src/domain/clock.ts'
import type { StatementEntry } from '../../src/domain/statement.ts'
import {
  type Change,
  type ReconcileOptions,
  type Reconciliation,
  reconcileDay,
  type StoredEntry,
} from '../../src/statements/identity.ts'
import { routeDaysMax } from '../../src/statements/neighbours.ts'
import { type ObservedRow, toObserved } from '../../src/statements/normal.ts'

export type StoreOptions = ReconcileOptions & { readonly from: string; readonly to: string }

/** What `ingestWindow` compares a source with: `unmatched`, `removedLike`, `ownersOfIds` and `neighboursOf`. */
function candidatesOf(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  options: StoreOptions,
): StoredEntry[] {
  const { from, to, route } = options
  const hashes = new Set(rows.map((row) => row.identityHash))
  const amounts = new Set(rows.map((row) => row.content.amountMinor))
  const ids = new Set(rows.flatMap((row) => row.aliases.map(({ kind, value }) => `${kind} ${value}`)))
  return entries.filter((entry) => {
    const { bookingDate: day, amountMinor } = entry.content
    const owns = options.permanentIds && entry.aliases.some(({ kind, value }) => ids.has(`${kind} ${value}`))
    if (entry.state === 'pending' || owns) return true
    if (entry.state === 'removed')
      return hashes.has(entry.identityHash) || options.rulings?.merged.has(entry.id)
    if (day === null || (day >= from && day <= to)) return true
    const near = day >= addDays(from, -routeDaysMax) && day <= addDays(to, routeDaysMax)
    return near && entry.route !== route && amounts.has(amountMinor)
  })
}

export function statementStore() {
  let serial = 0
  const entries = new Map<string, StoredEntry>()
  const write = (
    { entry, content, state, aliases, hash, identityHash, row }: Change,
    revised: boolean,
    route: StoredEntry['route'],
  ) => {
    const owns =
      hash === row.hash && (route === entry.route || entry.state === 'pending' || entry.state === 'removed')
    const revision = entry.revision + (revised ? 1 : 0)
    const next = { ...entry, content, state, aliases, hash, identityHash, revision }
    entries.set(entry.id, owns ? { ...next, route } : next)
  }
  return {
    entries,
    live: () => [...entries.values()].filter((one) => one.state !== 'removed'),
    /** Compares and writes; `crash` rolls the writing back. */
    ingest(stated: readonly StatementEntry[], options: StoreOptions, crash = false): Reconciliation {
      const rows = stated.flatMap((entry) => toObserved(entry) ?? [])
      const result = reconcileDay(candidatesOf([...entries.values()], rows, options), rows, options)
      if (crash) return result
      for (const change of result.revised) write(change, true, options.route)
      for (const change of result.touched) write(change, false, options.route)
      for (const one of result.removed) entries.set(one.id, { ...one, state: 'removed' })
      for (const row of result.added) {
        const id = `e${String(serial++).padStart(5, '0')}`
        const { content, aliases, hash, identityHash } = row
        const { route } = options
        const made = { id, state: row.status, revision: 0, sourceId: 'test', route }
        entries.set(id, { ...made, hash, identityHash, content, aliases })
      }
      return result
    },
  }
}
