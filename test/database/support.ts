import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** One row of each kind for each of two clients, `cli_a` and `cli_b`. */
export async function seedTwoClients(app: pg.Client): Promise<void> {
  for (const clientId of ['cli_a', 'cli_b']) {
    await app.query('begin')
    await seedEveryTable(app, clientId)
    await app.query('commit')
  }
}

/** Runs `work` on `client` in a transaction of its own, as `clientId` (null: nobody), and rolls back. */
export async function asClient<T>(
  client: pg.Client,
  clientId: string | null,
  work: () => Promise<T>,
  granted: readonly string[] = [],
): Promise<T> {
  await client.query('begin')
  try {
    if (clientId !== null) await scope(client, clientId, granted)
    return await work()
  } finally {
    await client.query('rollback')
  }
}

export async function scope(
  client: pg.Client,
  clientId: string,
  granted: readonly string[] = [],
): Promise<void> {
  await client.query(
    `select set_config('app.client_id', $1, true), set_config('app.granted_companies', $2, true)`,
    [clientId, `{${granted.join(',')}}`],
  )
}

/** The SQLSTATE that `statement` fails with, or `done`. The transaction around it goes on. */
export async function outcome(client: pg.Client, statement: string, values: unknown[] = []): Promise<string> {
  const point = `s${randomUUID().replaceAll('-', '')}`
  await client.query(`savepoint ${point}`)
  try {
    await client.query(statement, values)
    return 'done'
  } catch (error) {
    await client.query(`rollback to savepoint ${point}`)
    if (error instanceof pg.DatabaseError) return error.code ?? 'no code'
    throw error
  }
}

/** Every table that belongs to a client, with the column that says to whom. */
export async function clientTables(
  client: pg.Client,
): Promise<{ table: string; owner: string; company: string | null }[]> {
  const result = await client.query<{ table: string; owner: string; company: string | null }>(
    `select t.table_name as table,
       case t.table_name when 'api_client' then 'id' else 'client_id' end as owner,
       case when t.table_name = 'company' then 'id'
         when exists (select from information_schema.columns c where c.table_schema = 'public'
           and c.table_name = t.table_name and c.column_name = 'company_id') then 'company_id' end as company
     from information_schema.tables t
     where t.table_schema = 'public' and t.table_name not in ('stamp', 'transition', '_prisma_migrations')
     order by 1`,
  )
  return result.rows
}

type Column = { column: string; type: string }

/**
 * One row in every table for `clientId`, written as that client in the running transaction. Every text that is not
 * bound by a rule is the client's id, ids and references too: so all foreign keys hold without knowing the tables.
 */
export async function seedEveryTable(client: pg.Client, clientId: string): Promise<void> {
  await scope(client, clientId)
  let waiting = (await clientTables(client)).map(({ table }) => table)
  while (waiting.length > 0) {
    const failures: string[] = []
    const left: string[] = []
    for (const table of waiting) {
      const { statement, values } = await rowFor(client, table, clientId)
      const result = await outcome(client, statement, values)
      if (result === 'done') continue
      left.push(table)
      if (result !== '23503') failures.push(`${table}: ${result}`)
    }
    if (failures.length > 0) throw new Error(`cannot seed ${failures.join(', ')}`)
    if (left.length === waiting.length) throw new Error(`circular references: ${left.join(', ')}`)
    waiting = left
  }
}

export async function rowFor(
  client: pg.Client,
  table: string,
  clientId: string,
): Promise<{ statement: string; values: unknown[] }> {
  const columns = await client.query<Column>(
    `select column_name as column, data_type as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    [table],
  )
  const born = await client.query<{ state: string }>(
    `select to_state as state from transition where machine = $1 and from_state = '' order by 1`,
    [table],
  )
  const names = columns.rows.map(({ column }) => pg.escapeIdentifier(column))
  const places = names.map((_name, i) => `$${i + 1}`)
  return {
    statement: `insert into public.${pg.escapeIdentifier(table)} (${names.join(', ')}) values (${places.join(', ')})`,
    values: columns.rows.map((column) => valueFor(column, clientId, born.rows[0]?.state)),
  }
}

const instant = '2026-01-05T08:00:00Z'
const byType: Record<string, unknown> = {
  integer: 1,
  bigint: '1',
  boolean: false,
  jsonb: '{}',
  bytea: Buffer.from('x'),
  ARRAY: ['x'],
  'timestamp with time zone': instant,
}

function valueFor({ column, type }: Column, clientId: string, state: string | undefined): unknown {
  if (type !== 'text') {
    if (!(type in byType)) throw new Error(`no value for the type ${type}`)
    return column === 'revoked_at' || column === 'undone_at' || column === 'lease_until' ? null : byType[type]
  }
  if (column === 'state') return state
  if (column === 'proof') return 'open'
  return /(^|_)date$/.test(column) ? '2026-01-05' : clientId
}
