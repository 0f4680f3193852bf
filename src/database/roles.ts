// Who may do what. Roles belong to the whole cluster and grants follow the tables, so both are made anew after every
// migration run rather than inside migrations (TEMPLATE databases, restored dumps and shadow databases have none).
import pg from 'pg'
import { MigrationRefused } from './errors.ts'
import { scramVerifier } from './password.ts'

/** Owns the SECURITY DEFINER functions; nobody can log in as it. */
const relay = 'kontobro_relay'

/** What the relay's functions read, column by column, and nothing else. */
const relayReads = {
  api_key: ['id', 'client_id', 'hash', 'scopes', 'revoked_at'],
  link: ['id', 'client_id', 'hash', 'expires_at'],
  page_session: ['id', 'client_id', 'hash', 'link_id', 'expires_at'],
  bankid_login: ['client_id', 'created_at'],
  idempotency_key: ['client_id', 'expires_at'],
  archive: ['client_id', 'expires_at'],
  event_outbox: ['client_id', 'event_id'],
  audit_outbox: ['client_id', 'audit_id'],
  audit_seal: ['client_id'],
  bank_call: ['client_id', 'at'],
  due_work: ['id', 'client_id', 'kind', 'subject_id', 'due_at', 'lease_until', 'attempts', 'failures'],
} as const
const relayWrites = { due_work: ['lease_until', 'lease_token', 'attempts'] } as const

/** The app deletes only what is done with, out of date, or made anew. Everything else ends by its state. */
const deletable = [
  ...['event_outbox', 'audit_outbox', 'due_work', 'idempotency_key', 'archive'],
  ...['link', 'page_session', 'bankid_login', 'message', 'account_access', 'ignored_account'],
  ...['entry_detail', 'entry_alias', 'account_day', 'bank_call'],
]
/** Filled by the migration run alone. */
const readOnly = ['transition', 'stamp']

/**
 * Makes the app role that `appUrl` names, the relay role and all grants. Idempotent. `owner` is connected as the
 * owner, who needs CREATEROLE only where a role is missing or has another password.
 * @throws MigrationRefused if the app role can do more than it should.
 */
export async function ensureRoles(owner: pg.Client, appUrl: string): Promise<void> {
  const app = await ensureAppRole(owner, appUrl)
  await ensureRelay(owner)
  await owner.query('begin')
  try {
    await grantDatabase(owner, app)
    await grantTables(owner, app)
    await grantRelay(owner, app)
    await owner.query('commit')
  } catch (error) {
    await owner.query('rollback')
    throw error
  }
}

const name = pg.escapeIdentifier

async function ensureAppRole(owner: pg.Client, appUrl: string): Promise<string> {
  const url = new URL(appUrl)
  const [app, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  if (!app || !password) throw new MigrationRefused('The app role needs a user and a password in its URL.')
  const login = `login noinherit password ${pg.escapeLiteral(scramVerifier(password))}`
  if (!(await readRole(owner, app))) await createRole(owner, `create role ${name(app)} ${login}`)
  const role = await readRole(owner, app)
  if (!role || role.powerful) {
    throw new MigrationRefused(
      `The role ${app} is the owner, or may make roles or databases, or bypass row level security: the app needs a role of its own.`,
    )
  }
  if (!(await canLogIn(appUrl))) await owner.query(`alter role ${name(app)} ${login}`)
  return app
}

async function readRole(owner: pg.Client, role: string): Promise<{ powerful: boolean } | undefined> {
  const result = await owner.query<{ powerful: boolean }>(
    `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
       or pg_has_role(oid, current_user, 'member') as powerful
     from pg_roles where rolname = $1`,
    [role],
  )
  return result.rows[0]
}

/** Another database of the same cluster may be making the same role; its advisory locks are not ours. */
async function createRole(owner: pg.Client, statement: string): Promise<void> {
  const alreadyThere = ['42710', '23505']
  try {
    await owner.query(statement)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !alreadyThere.includes(error.code ?? '')) throw error
  }
}

/** False only if the password is wrong; a server that refuses for another reason is an error. */
async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') return false
    // The right to connect is granted later in this run.
    if (error instanceof pg.DatabaseError && error.code === '42501') return true
    throw error
  } finally {
    await client.end().catch(() => {})
  }
}

/** The owner inherits from the relay, so that a later migration may replace a function that the relay owns. */
async function ensureRelay(owner: pg.Client): Promise<void> {
  await createRole(owner, `create role ${relay} nologin noinherit`)
  const member = await owner.query<{ is: boolean }>(`select pg_has_role(current_user, $1, 'set') as is`, [
    relay,
  ])
  if (member.rows[0]?.is) return
  try {
    await owner.query(`grant ${relay} to current_user with inherit true, set true`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MigrationRefused(`The owner must be a member of ${relay}, which another role made: ${reason}`)
  }
}

/** Only an owner of the database may change who connects; where it is somebody else, that is their decision. */
async function grantDatabase(owner: pg.Client, app: string): Promise<void> {
  const result = await owner.query<{ database: string; owned: boolean }>(
    `select datname as database, pg_has_role(current_user, datdba, 'usage') as owned
     from pg_database where datname = current_database()`,
  )
  const row = result.rows[0]
  if (!row?.owned) return
  // Temporary tables: COPY is refused on tables with row level security, and goes through one.
  await owner.query(`revoke all on database ${name(row.database)} from public`)
  await owner.query(`grant connect, temporary on database ${name(row.database)} to ${name(app)}`)
}

async function grantTables(owner: pg.Client, app: string): Promise<void> {
  const tables = await owner.query<{ table: string; insertOnly: boolean; rights: string[] }>(
    `select c.relname as table, exists (
         select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'insert_only') as "insertOnly",
       array(select lower(a.privilege_type) from aclexplode(c.relacl) a where a.grantee = $1::regrole) as rights
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
    [name(app)],
  )
  await owner.query('revoke create on schema public from public')
  await owner.query(`grant usage on schema public to ${name(app)}`)
  for (const { table, insertOnly, rights } of tables.rows) {
    const due = rightsOn(table, insertOnly)
    if (rights.toSorted().join() === due.toSorted().join()) continue
    await owner.query(`revoke all on public.${name(table)} from ${name(app)}`)
    if (due.length > 0) await owner.query(`grant ${due.join(', ')} on public.${name(table)} to ${name(app)}`)
  }
}

function rightsOn(table: string, insertOnly: boolean): string[] {
  if (table === '_prisma_migrations') return []
  if (readOnly.includes(table)) return ['select']
  if (insertOnly) return ['select', 'insert']
  return ['select', 'insert', 'update', ...(deletable.includes(table) ? ['delete'] : [])]
}

async function grantRelay(owner: pg.Client, app: string): Promise<void> {
  for (const [table, columns] of Object.entries(relayReads)) {
    await owner.query(`grant select (${columns.join(', ')}) on public.${table} to ${relay}`)
    await ensurePolicy(owner, table, 'relay_reads', `for select to ${relay} using (true)`)
  }
  for (const [table, columns] of Object.entries(relayWrites)) {
    await owner.query(`grant update (${columns.join(', ')}) on public.${table} to ${relay}`)
    await ensurePolicy(owner, table, 'relay_leases', `for update to ${relay} using (true) with check (true)`)
  }
  const functions = await owner.query<{ signature: string }>(
    `select oid::regprocedure::text as signature from pg_proc
     where pronamespace = 'public'::regnamespace and prosecdef`,
  )
  // PostgreSQL asks of a new owner that it could have made the function in this schema.
  await owner.query(`grant create on schema public to ${relay}`)
  for (const { signature } of functions.rows) {
    await owner.query(`alter function ${signature} owner to ${relay}`)
    await owner.query(`revoke execute on function ${signature} from public`)
    await owner.query(`grant execute on function ${signature} to ${name(app)}`)
  }
  await owner.query(`revoke create on schema public from ${relay}`)
}

async function ensurePolicy(owner: pg.Client, table: string, policy: string, rule: string): Promise<void> {
  const known = await owner.query(`select from pg_policy where polrelid = $1::regclass and polname = $2`, [
    `public.${table}`,
    policy,
  ])
  if (known.rowCount === 0) await owner.query(`create policy ${policy} on public.${table} ${rule}`)
}

/** The queue's tables are BullMQ's own; each queue makes a sequence when it is first used. */
export async function grantQueue(owner: pg.Client, appUrl: string, schema: string): Promise<void> {
  const app = name(decodeURIComponent(new URL(appUrl).username))
  await owner.query(`grant usage, create on schema ${schema} to ${app}`)
  await owner.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${app}`)
  // What a worker has made belongs to the app already, and is not the owner's to grant.
  const sequences = await owner.query<{ sequence: string }>(
    `select oid::regclass::text as sequence from pg_class
     where relkind = 'S' and relnamespace = $1::regnamespace and relowner = current_user::regrole`,
    [schema],
  )
  for (const { sequence } of sequences.rows) {
    await owner.query(`grant usage, select, update on sequence ${sequence} to ${app}`)
  }
}
