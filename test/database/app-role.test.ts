import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemaFile } from '../../src/database/engine.ts'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { asClient, outcome, seedEveryTable } from './support.ts'

let database: FreshDatabase
let app: pg.Client

beforeAll(async () => {
  database = await freshDatabase()
  app = new pg.Client({ connectionString: database.appUrl })
  await app.connect()
  await app.query('begin')
  await seedEveryTable(app, 'cli_a')
  await app.query('commit')
})
afterAll(async () => {
  await app?.end()
  await database?.drop()
})

const denied = '42501'

describe('the app role', () => {
  test.each([
    'alter table company disable row level security',
    'alter table company no force row level security',
    'drop policy own_client on company',
    'create policy all_rows on company using (true)',
    'alter table payment disable trigger state_moves',
    'truncate company cascade',
    'set role kontobro_relay',
    'set session_replication_role = replica',
    'create table public.mine (id text)',
    `create function public.mine() returns int language sql as 'select 1'`,
    'create role another',
    'select * from _prisma_migrations',
    `insert into stamp values ('kind2', 'live')`,
    `update stamp set value = 'live'`,
    `insert into transition values ('payment', 'draft', 'settled')`,
    'delete from transition',
  ])('may not: %s', async (statement) => {
    await asClient(app, 'cli_a', async () => expect(await outcome(app, statement)).toBe(denied))
  })

  test('may not become the owner', async () => {
    const owner = pg.escapeIdentifier(decodeURIComponent(new URL(database.ownerUrl).username))
    await asClient(app, 'cli_a', async () => expect(await outcome(app, `set role ${owner}`)).toBe(denied))
  })

  test('with row_security off gets an error, not the rows', async () => {
    await asClient(app, 'cli_b', async () => {
      await app.query('set local row_security = off')
      expect(await outcome(app, 'select * from company')).toBe(denied)
    })
  })

  test('has no attribute or membership beyond log-in', async () => {
    const result = await app.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit,
         exists (select from pg_auth_members m where m.member = r.oid) as member
       from pg_roles r where rolname = current_user`,
    )
    expect(Object.values(result.rows[0] ?? { none: true })).toEqual(Array(7).fill(false))
  })

  test('may make temporary tables, through which COPY goes', async () => {
    await asClient(app, 'cli_a', async () => {
      expect(await outcome(app, 'create temp table entry_in (like entry) on commit drop')).toBe('done')
    })
  })
})

describe('insert-only tables', () => {
  const schema = readFileSync(schemaFile, 'utf8')
  const promised = [...schema.matchAll(/Insert-only[^{]*?\nmodel \w+ \{[\s\S]*?@@map\("(\w+)"\)/g)].map(
    (m) => m[1],
  )

  test('are those that the schema calls so', async () => {
    const result = await connected(database.ownerUrl, (owner) =>
      owner.query<{ table: string }>(
        `select tgrelid::regclass::text as table from pg_trigger where tgname = 'insert_only' order by 1`,
      ),
    )
    expect(result.rows.map((row) => row.table)).toEqual(promised.toSorted())
    expect(promised).toContain('audit_entry')
  })

  test.each(promised)('%s is changed neither by the app nor by the owner', async (table) => {
    const statements = [
      `update ${table} set client_id = client_id`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]
    const attempts = (client: pg.Client) =>
      asClient(client, 'cli_a', async () => {
        const found: string[] = []
        for (const statement of statements) found.push(await outcome(client, statement))
        return found
      })
    expect(await attempts(app)).toEqual([denied, denied, denied])
    expect(await connected(database.ownerUrl, attempts)).toEqual([denied, denied, denied])
  })
})
