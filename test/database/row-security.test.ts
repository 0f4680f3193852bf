import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { asClient, clientTables, outcome, rowFor, scope, seedEveryTable } from './support.ts'

let database: FreshDatabase
let app: pg.Client
let tables: Awaited<ReturnType<typeof clientTables>>

beforeAll(async () => {
  database = await freshDatabase()
  tables = await connected(database.ownerUrl, clientTables)
  app = new pg.Client({ connectionString: database.appUrl })
  await app.connect()
  for (const clientId of ['cli_a', 'cli_b']) {
    await app.query('begin')
    await seedEveryTable(app, clientId)
    await app.query('commit')
  }
})
afterAll(async () => {
  await app?.end()
  await database?.drop()
})

const ownersIn = async (table: string, owner: string) => {
  const result = await app.query<{ owner: string }>(
    `select ${owner} as owner from public."${table}" order by 1`,
  )
  return result.rows.map((row) => row.owner)
}
const collect = async (work: (table: (typeof tables)[number]) => Promise<unknown>) => {
  const seen: Record<string, unknown> = {}
  for (const table of tables) seen[table.table] = await work(table)
  return seen
}
const everywhere = (value: unknown) => Object.fromEntries(tables.map(({ table }) => [table, value]))

describe('row level security', () => {
  test('every table that belongs to a client is forced and has a policy', async () => {
    const result = await connected(database.ownerUrl, (owner) =>
      owner.query<{ table: string; on: boolean; policies: string[] }>(
        `select c.relname as table, c.relrowsecurity and c.relforcerowsecurity as on,
           array(select polname::text from pg_policy p where p.polrelid = c.oid order by 1) as policies
         from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
      ),
    )
    const without = result.rows.filter((row) => !row.on || !row.policies.includes('own_client'))
    expect(without.map((row) => row.table)).toEqual(['_prisma_migrations', 'stamp', 'transition'])
    expect(tables.length).toBeGreaterThan(40)
  })

  test('a query that forgets the client returns nothing, in any table', async () => {
    const seen = await asClient(app, null, () => collect(({ table, owner }) => ownersIn(table, owner)))
    expect(seen).toEqual(everywhere([]))
  })

  test('a client sees its own rows and no others, in any table', async () => {
    const seen = await asClient(app, 'cli_a', () => collect(({ table, owner }) => ownersIn(table, owner)))
    expect(seen).toEqual(everywhere(['cli_a']))
  })

  test("another client's rows cannot be written, moved or removed, in any table", async () => {
    await asClient(app, 'cli_a', async () => {
      const inserted = await collect(async ({ table }) => {
        await scope(app, 'cli_b')
        const { statement, values } = await rowFor(app, table, 'cli_b')
        await scope(app, 'cli_a')
        return outcome(app, statement, values)
      })
      expect(inserted).toEqual(everywhere('42501'))

      const given = await collect(({ table, owner }) =>
        outcome(app, `update public."${table}" set ${owner} = 'cli_b' where ${owner} = 'cli_a'`),
      )
      expect(new Set(Object.values(given))).toEqual(new Set(['42501']))

      for (const { table, owner } of tables) {
        await outcome(app, `update public."${table}" set ${owner} = ${owner} where ${owner} = 'cli_b'`)
        await outcome(app, `delete from public."${table}" where ${owner} = 'cli_b'`)
      }
      await scope(app, 'cli_b')
      expect(await collect(({ table, owner }) => ownersIn(table, owner))).toEqual(everywhere(['cli_b']))
    })
  })

  test('foreign keys do not reach across clients', async () => {
    await asClient(app, 'cli_a', async () => {
      const { statement, values } = await rowFor(app, 'app_user', 'cli_a')
      const crossing = values.map((value, i) => (i === 0 ? 'usr_new' : i === 2 ? 'cli_b' : value))
      expect(await outcome(app, statement, crossing)).toBe('23503')
    })
  })

  test('a granted company may be read and nothing more', async () => {
    await asClient(
      app,
      'cli_a',
      async () => {
        const seen = await collect(({ table, owner }) => ownersIn(table, owner))
        for (const { table, company } of tables) {
          expect(seen[table], table).toEqual(company ? ['cli_a', 'cli_b'] : ['cli_a'])
        }
        const taken = await app.query(`update company set client_id = 'cli_a' where id = 'cli_b'`)
        const renamed = await app.query(`update company set name = 'taken' where id = 'cli_b'`)
        const removed = await app.query(`delete from due_work where client_id = 'cli_b'`)
        const added = await outcome(
          app,
          `insert into ignored_account values ('cli_b', 'cli_b', 'i', 'h', '2026-01-05T08:00:00Z')`,
        )
        expect([taken.rowCount, renamed.rowCount, removed.rowCount, added]).toEqual([0, 0, 0, '42501'])
      },
      ['cli_b'],
    )
  })

  test('what one transaction set is gone in the next', async () => {
    await asClient(app, 'cli_a', async () => {})
    const result = await app.query(
      `select current_setting('app.client_id', true) as setting, app_client_id() as id`,
    )
    expect(result.rows).toEqual([{ setting: '', id: null }])
    expect(await ownersIn('company', 'client_id')).toEqual([])
  })
})
