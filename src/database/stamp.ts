import { DatabaseKindMismatch, MigrationRefused } from './errors.ts'

export type DatabaseKind = 'sandbox' | 'live'

/** Runs one statement with `$1` parameters and returns its rows: `Db.lookup`, or a pg client's `query`. */
export type Ask = (text: string, values: unknown[]) => Promise<{ value: string }[]>

const readKind = `select value from stamp where key = $1`

/**
 * For every start of every role: the database must carry the stamp that the configuration expects.
 * @throws DatabaseKindMismatch if it carries the other one.
 * @throws MigrationRefused if it carries none: it was never migrated.
 */
export async function assertDatabaseKind(ask: Ask, kind: DatabaseKind): Promise<void> {
  const [row] = await ask(readKind, ['kind'])
  if (!row) throw new MigrationRefused('This database has no stamp: run the role `migrate` first.')
  if (row.value !== kind) throw new DatabaseKindMismatch(row.value, kind)
}

/** Before a migration run: an empty database may become either kind, a stamped one keeps its own. */
export async function refuseOtherKind(ask: Ask, kind: DatabaseKind): Promise<void> {
  const [table] = await ask(`select to_regclass('public.stamp')::text as value`, [])
  if (!table?.value) return
  const [row] = await ask(readKind, ['kind'])
  if (row && row.value !== kind) throw new DatabaseKindMismatch(row.value, kind)
}

/** Written once. `now` is the injected clock's time. */
export async function writeStamp(ask: Ask, kind: DatabaseKind, now: Date): Promise<void> {
  await ask(
    `insert into stamp (key, value) values ('kind', $1), ('stampedAt', $2) on conflict (key) do nothing`,
    [kind, now.toISOString()],
  )
}
