import { DatabaseKindMismatch, MigrationRefused } from './errors.ts'
import { newestMigration } from './migrations.ts'

export type DatabaseKind = 'sandbox' | 'live'

/** Runs one statement with `$1` parameters and returns its rows: `Db.lookup`, or a pg client's `query`. */
export type Ask = (text: string, values: unknown[]) => Promise<{ value: string }[]>

const readStamp = `select value from stamp where key = $1`

/**
 * For every start of every role: the database must carry the stamp that the configuration expects, and be as new as
 * this program. A newer one is welcome: while a release goes out, the old program works on it.
 * @throws DatabaseKindMismatch if it carries the other one.
 * @throws MigrationRefused if it carries none, or an older one than this program knows.
 */
export async function assertDatabaseKind(
  ask: Ask,
  kind: DatabaseKind,
  needed = newestMigration(),
): Promise<void> {
  const [row] = await ask(readStamp, ['kind'])
  if (!row) throw new MigrationRefused('This database has no stamp: run the role `migrate` first.')
  if (row.value !== kind) throw new DatabaseKindMismatch(row.value, kind)
  const [migration] = await ask(readStamp, ['migration'])
  if (!migration || migration.value < needed) {
    throw new MigrationRefused(
      `This database is older than the program, which needs ${needed}: run the role \`migrate\` first.`,
    )
  }
}

/** Before a migration run: an empty database may become either kind, a stamped one keeps its own. */
export async function refuseOtherKind(ask: Ask, kind: DatabaseKind): Promise<void> {
  const [table] = await ask(`select to_regclass('public.stamp')::text as value`, [])
  if (!table?.value) return
  const [row] = await ask(readStamp, ['kind'])
  if (row && row.value !== kind) throw new DatabaseKindMismatch(row.value, kind)
}

/** The kind is written once, the newest migration each time. `now` is the injected clock's time. */
export async function writeStamp(
  ask: Ask,
  { kind, now }: { kind: DatabaseKind; now: Date },
  migration: string,
): Promise<void> {
  await ask(
    `insert into stamp (key, value) values ('kind', $1), ('stampedAt', $2) on conflict (key) do nothing`,
    [kind, now.toISOString()],
  )
  await ask(
    `insert into stamp (key, value) values ('migration', $1) on conflict (key) do update set value = excluded.value`,
    [migration],
  )
}
