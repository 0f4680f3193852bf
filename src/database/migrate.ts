// From an empty or older database to one that this program can run on. The whole run stands under one advisory lock:
// several processes may start it at once, and all but the first find nothing to do.
import { runMigrations } from 'bullmq'
import pg from 'pg'
import { applyMigrations, diagnose, forgetFailures } from './engine.ts'
import { MigrationRefused } from './errors.ts'
import { newestMigration } from './migrations.ts'
import { ensureRoles, grantQueue } from './roles.ts'
import { type Ask, type DatabaseKind, refuseOtherKind, writeStamp } from './stamp.ts'

export { DatabaseKindMismatch, MigrationRefused } from './errors.ts'
export { assertDatabaseKind, type DatabaseKind } from './stamp.ts'

/** Schema of BullMQ's own tables, on the same database. */
const queueSchema = 'bullmq'

export type MigrateOptions = {
  /** Role that owns the tables, with CREATEROLE where roles are missing. */
  ownerUrl: string
  /** Role of api and worker; made if missing, given the password of this URL. */
  appUrl: string
  kind: DatabaseKind
  /** Every move of every state machine; births have `from: ''`. */
  transitions: readonly { machine: string; from: string; to: string }[]
  now: Date
  /** Folder of the migrations, for tests. */
  migrations?: string
}

const lockKey = 7_044
/** Memberships with SET and INHERIT of their own came with PostgreSQL 16. */
const oldestServer = 160_000

/**
 * Brings the database up to date and returns the names of the migrations it applied.
 * @throws DatabaseKindMismatch if the database was stamped as another kind; nothing is changed then.
 * @throws MigrationRefused if an applied migration was edited, the database is newer than this program, or the app
 *   role can do more than it should. A migration that failed earlier is tried again.
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const owner = new pg.Client({ connectionString: options.ownerUrl, application_name: 'kontobro-migrate' })
  owner.on('error', () => {})
  await owner.connect()
  const ask: Ask = async (text, values) => (await owner.query<{ value: string }>(text, values)).rows
  try {
    await refuseOldServer(owner)
    await owner.query('select pg_advisory_lock($1)', [lockKey])
    await refuseOtherKind(ask, options.kind)
    await checkHistory(options)
    const applied = await applyMigrations(options.ownerUrl, options.migrations)
    await owner.query('select protect_tables()')
    await ensureRoles(owner, options.appUrl)
    await runMigrations(owner, queueSchema)
    await grantQueue(owner, options.appUrl, queueSchema)
    await fillTransitions(owner, options.transitions)
    // Last: what stops half-way is not ready.
    await writeStamp(ask, options, newestMigration(options.migrations))
    return { applied }
  } finally {
    await owner.end()
  }
}

async function refuseOldServer(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  )
  const server = rows[0]
  if (server && server.number >= oldestServer) return
  throw new MigrationRefused(`PostgreSQL 16 or newer is needed; this is ${server?.version}.`)
}

async function checkHistory({ ownerUrl, migrations }: MigrateOptions): Promise<void> {
  const { edited: different, failed, unknown } = await diagnose(ownerUrl, migrations)
  // One that failed left nothing behind, so mending its file is the way out.
  const edited = different.filter((name) => !failed.includes(name))
  const list = (names: string[]) => names.join(', ')
  if (edited.length > 0) {
    throw new MigrationRefused(
      `Changed after it was applied: ${list(edited)}. Write a new migration instead.`,
    )
  }
  if (unknown.length > 0) {
    throw new MigrationRefused(`This program is older than its database, which knows ${list(unknown)}.`)
  }
  if (failed.length > 0) await forgetFailures(ownerUrl, failed)
}

/** The trigger's table becomes equal to the code's: what is no longer there goes. */
async function fillTransitions(owner: pg.Client, moves: MigrateOptions['transitions']): Promise<void> {
  const columns = [moves.map((m) => m.machine), moves.map((m) => m.from), moves.map((m) => m.to)]
  await owner.query('begin')
  try {
    await owner.query(
      `delete from transition t where not exists (
         select from unnest($1::text[], $2::text[], $3::text[]) m (machine, from_state, to_state)
         where (m.machine, m.from_state, m.to_state) = (t.machine, t.from_state, t.to_state))`,
      columns,
    )
    await owner.query(
      `insert into transition (machine, from_state, to_state)
       select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`,
      columns,
    )
    await owner.query('commit')
  } catch (error) {
    await owner.query('rollback')
    throw error
  }
}
