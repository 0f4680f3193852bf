import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { diff, migrationsFolder, schemaFile } from '../../src/database/engine.ts'
import {
  assertDatabaseKind,
  DatabaseKindMismatch,
  type MigrateOptions,
  MigrationRefused,
  migrate,
} from '../../src/database/migrate.ts'
import { allMoves } from '../../src/domain/machines.ts'
import { connected, emptyDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let folder: string
let options: MigrateOptions

beforeEach(async () => {
  database = await emptyDatabase()
  folder = mkdtempSync(join(tmpdir(), 'kontobro-migrations-'))
  cpSync(migrationsFolder, folder, { recursive: true })
  const { ownerUrl, appUrl } = database
  const now = new Date('2026-01-05T08:00:00Z')
  options = { ownerUrl, appUrl, kind: 'sandbox', transitions: allMoves, now, migrations: folder }
})
afterEach(async () => {
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const rows = (url: string, text: string) =>
  connected(url, async (client) => (await client.query<Record<string, string>>(text)).rows)
const addMigration = (name: string, sql: string) => {
  mkdirSync(join(folder, name))
  writeFileSync(join(folder, name, 'migration.sql'), sql)
}

describe('schema and migrations', () => {
  test('say the same', async () => {
    expect(await diff(database.ownerUrl, { migrations: migrationsFolder }, { schema: schemaFile })).toBe('')
  })

  test('a difference is named', async () => {
    addMigration('20990101000000_drift', 'alter table company add column surprise text;')
    const script = await diff(database.ownerUrl, { migrations: folder }, { schema: schemaFile })
    expect(script).toContain('DROP COLUMN "surprise"')
  })

  test('a database that was changed by hand is named', async () => {
    await migrate(options)
    expect(await diff(database.ownerUrl, { database: schemaFile }, { schema: schemaFile })).toBe('')
    await rows(database.ownerUrl, 'alter table company drop column form')
    const script = await diff(database.ownerUrl, { database: schemaFile }, { schema: schemaFile })
    expect(script).toContain('ADD COLUMN     "form" TEXT')
  })

  test('comparing leaves no shadow database behind', async () => {
    await diff(database.ownerUrl, { migrations: migrationsFolder }, { schema: schemaFile })
    const own = await rows(
      database.ownerUrl,
      `select datname from pg_database where datname like 'kontobro_shadow%'`,
    )
    expect(own).toEqual([])
  })
})

describe('migrate', () => {
  test('makes an empty database whole; a second run does nothing', async () => {
    const first = await migrate(options)
    expect(first.applied).toContain('20261122160000_tables')
    const before = await catalogue()
    expect(await migrate(options)).toEqual({ applied: [] })
    expect(await catalogue()).toEqual(before)
    expect(await rows(database.appUrl, 'select key, value from stamp order by key')).toEqual([
      { key: 'kind', value: 'sandbox' },
      { key: 'migration', value: first.applied.at(-1) },
      { key: 'stampedAt', value: '2026-01-05T08:00:00.000Z' },
    ])
  })

  test('run by three at once applies everything once', async () => {
    const results = await Promise.all([migrate(options), migrate(options), migrate(options)])
    expect(results.map((result) => result.applied.length).toSorted()).toEqual([
      0,
      0,
      results.flatMap((r) => r.applied).length,
    ])
    const steps = await rows(database.ownerUrl, 'select migration_name from _prisma_migrations')
    expect(new Set(steps.map((step) => step.migration_name)).size).toBe(steps.length)
  })

  test('makes the queue usable by the app, and its tables the owner’s', async () => {
    await migrate(options)
    const tables = await rows(
      database.appUrl,
      `select tablename, tableowner from pg_tables where schemaname = 'bullmq'`,
    )
    expect(tables.length).toBeGreaterThan(3)
    expect(tables.map((table) => table.tableowner)).not.toContain(new URL(database.appUrl).username)
    expect(await rows(database.appUrl, 'select count(*)::text as jobs from bullmq.job')).toEqual([
      { jobs: '0' },
    ])
  })

  test('runs again where workers have made sequences of their own', async () => {
    await migrate(options)
    await rows(database.appUrl, 'create sequence bullmq.bullmq_jid_made_by_a_worker')
    await migrate(options)
    const [next] = await rows(
      database.appUrl,
      `select nextval('bullmq.bullmq_jid_made_by_a_worker')::text as id`,
    )
    expect(next).toEqual({ id: '1' })
  })

  test('makes the table of moves equal to the code', async () => {
    await migrate(options)
    const moves = [{ machine: 'payment', from: '', to: 'draft' }]
    await migrate({ ...options, transitions: moves })
    expect(await rows(database.appUrl, 'select * from transition')).toEqual([
      { machine: 'payment', from_state: '', to_state: 'draft' },
    ])
  })

  test('protects a table that a later migration adds without a word about it', async () => {
    addMigration(
      '20990101000000_late',
      'create table late (id text primary key, client_id text not null, state text)',
    )
    await migrate(options)
    const policies = await rows(
      database.ownerUrl,
      `select polname from pg_policy where polrelid = 'late'::regclass`,
    )
    expect(policies).toEqual([{ polname: 'own_client' }])
    await expect(
      connected(database.appUrl, async (app) => {
        await app.query(`set app.client_id = 'cli_a'; insert into late values ('l', 'cli_a', 'anything')`)
      }),
    ).rejects.toThrow('late may not move')
  })
})

describe('migrate refuses', () => {
  test('a database of the other kind, and leaves it as it was', async () => {
    await migrate(options)
    addMigration('20990101000000_more', 'create table more (id text)')
    const refused = migrate({ ...options, kind: 'live' })
    await expect(refused).rejects.toThrow(DatabaseKindMismatch)
    await expect(refused).rejects.toMatchObject({ stamped: 'sandbox', wanted: 'live' })
    expect(await rows(database.ownerUrl, `select to_regclass('more') as more`)).toEqual([{ more: null }])
  })

  test('a migration that was edited after it was applied', async () => {
    await migrate(options)
    appendFileSync(join(folder, '20261122160100_rules', 'migration.sql'), '-- afterthought\n')
    await expect(migrate(options)).rejects.toThrow(/Changed after it was applied: 20261122160100_rules/)
  })

  test('a database that is newer than the program', async () => {
    addMigration('20990101000000_newer', 'select 1')
    await migrate(options)
    await expect(migrate({ ...options, migrations: migrationsFolder })).rejects.toThrow(MigrationRefused)
  })

  test('an app role that could do more than it should', async () => {
    await expect(migrate({ ...options, appUrl: options.ownerUrl })).rejects.toThrow(/needs a role of its own/)
  })
})

describe('a migration that fails', () => {
  test('leaves nothing behind, and is tried again once it is mended', async () => {
    const name = '20990101000000_half'
    addMigration(name, 'create table half (id text); insert into nowhere values (1);')
    await expect(migrate(options)).rejects.toThrow(/nowhere/)
    expect(await rows(database.ownerUrl, `select to_regclass('half') as half`)).toEqual([{ half: null }])
    writeFileSync(join(folder, name, 'migration.sql'), 'create table half (id text);')
    expect((await migrate(options)).applied).toEqual([name])
  })
})

describe('a start', () => {
  const ask = (text: string, values: unknown[]) =>
    connected(database.appUrl, async (app) => (await app.query<{ value: string }>(text, values)).rows)

  test('goes on only with a database of its kind', async () => {
    await migrate(options)
    await expect(assertDatabaseKind(ask, 'sandbox')).resolves.toBeUndefined()
    await expect(assertDatabaseKind(ask, 'live')).rejects.toThrow(DatabaseKindMismatch)
    // Older than the program; as new; newer, as while a release goes out.
    await expect(assertDatabaseKind(ask, 'sandbox', '20990101000000_next')).rejects.toThrow(
      /older than the program/,
    )
    await expect(assertDatabaseKind(ask, 'sandbox', '20200101000000_first')).resolves.toBeUndefined()
  })
})

/** Everything that a second run could change: tables, rights, policies, triggers, functions. */
async function catalogue(): Promise<Record<string, string>[]> {
  return rows(
    database.ownerUrl,
    `select 'relation' as kind, relname::text as name, relacl::text as detail from pg_class
       where relnamespace in ('public'::regnamespace, 'bullmq'::regnamespace)
     union all select 'policy', polrelid::regclass || ' ' || polname, polqual::text from pg_policy
     union all select 'trigger', tgrelid::regclass || ' ' || tgname, '' from pg_trigger where not tgisinternal
     union all select 'function', oid::regprocedure::text, proowner::regrole || ' ' || proacl::text from pg_proc
       where pronamespace = 'public'::regnamespace
     union all select 'move', machine || from_state, to_state from transition
     order by 1, 2, 3`,
  )
}
