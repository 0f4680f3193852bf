import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { asClient, outcome, scope, seedEveryTable } from './support.ts'

let database: FreshDatabase
let app: pg.Client

beforeAll(async () => {
  database = await freshDatabase()
  app = new pg.Client({ connectionString: database.appUrl })
  await app.connect()
  for (const clientId of ['cli_a', 'cli_b']) {
    await app.query('begin')
    await seedEveryTable(app, clientId)
    await app.query('delete from due_work')
    await app.query('commit')
  }
})
afterAll(async () => {
  await app?.end()
  await database?.drop()
})

describe('questions asked before a client is known', () => {
  test('a key, a link and a page session are found by their hash, as ids', async () => {
    const key = await app.query('select * from find_api_key($1)', ['cli_a'])
    const link = await app.query('select * from find_link($1)', ['cli_b'])
    const session = await app.query('select * from find_page_session($1)', ['cli_a'])
    expect(key.rows).toEqual([{ id: 'cli_a', client_id: 'cli_a', scopes: ['x'] }])
    expect(link.rows).toEqual([{ id: 'cli_b', client_id: 'cli_b' }])
    expect(session.rows).toEqual([{ id: 'cli_a', client_id: 'cli_a' }])
    expect((await app.query('select * from find_link($1)', ['unknown'])).rows).toEqual([])
  })

  test('a revoked key is not found', async () => {
    await asClient(app, 'cli_a', async () => {
      await app.query(`update api_key set revoked_at = '2026-01-05T09:00:00Z'`)
      expect((await app.query('select * from find_api_key($1)', ['cli_a'])).rows).toEqual([])
    })
  })

  test('clients with unfed events and unsealed audit entries come oldest first', async () => {
    const names = async (name: string, max: number) =>
      (await app.query<{ client_id: string }>(`select * from ${name}($1)`, [max])).rows.map(
        (row) => row.client_id,
      )
    expect(await names('clients_with_unfed_events', 10)).toEqual(['cli_a', 'cli_b'])
    expect(await names('clients_with_unsealed_audit', 1)).toEqual(['cli_a'])
  })

  test('their owner can read no other column, log in as nobody, and lends itself to the app alone', async () => {
    await connected(database.ownerUrl, async (owner) => {
      await owner.query('begin')
      await owner.query('set local role kontobro_relay')
      expect(await outcome(owner, 'select hash from api_key')).toBe('done')
      expect(await outcome(owner, 'select name from api_key')).toBe('42501')
      expect(await outcome(owner, 'select * from company')).toBe('42501')
      expect(await outcome(owner, 'delete from due_work')).toBe('42501')
      expect(await outcome(owner, 'create table public.mine (id text)')).toBe('42501')
      await owner.query('rollback')
      const result = await owner.query<{ name: string; owner: string; rights: string[] }>(
        `select p.proname as name, p.proowner::regrole::text as owner,
           array(select grantee::regrole::text from aclexplode(p.proacl)
             where grantee <> p.proowner order by 1) as rights
         from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace order by 1`,
      )
      const app = new URL(database.appUrl).username
      expect(result.rows.map((row) => row.name)).toEqual([
        'claim_due',
        'clients_with_audit_chain',
        'clients_with_expired',
        'clients_with_unfed_events',
        'clients_with_unsealed_audit',
        'due_work_counts',
        'due_work_troubled',
        'find_api_key',
        'find_link',
        'find_page_session',
      ])
      expect(new Set(result.rows.map((row) => `${row.owner} ${row.rights}`))).toEqual(
        new Set([`kontobro_relay ${app}`]),
      )
    })
  })
})

describe('due work', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 8, minute))
  // Due times are on the injected clock; leases are on the machine's, here a day ahead.
  const onMachine = (now: Date, laterMs = 0) => new Date(now.getTime() + 86_400_000 + laterMs)
  const claim = (client: pg.Client, token: string, now: Date, max = 10) =>
    client
      .query<{ id: string; client_id: string; kind: string; subject_id: string; attempts: number }>(
        'select * from claim_due($1, $2, $3, $4, $5, $6)',
        [['statements-sync', 'payment-status'], now, onMachine(now), onMachine(now, 60_000), token, max],
      )
      .then((result) => result.rows.toSorted((a, b) => a.id.localeCompare(b.id)))
  const add = async (clientId: string, id: string, kind: string, dueAt: Date) => {
    await app.query('begin')
    await scope(app, clientId)
    await app.query(
      `insert into due_work (id, client_id, kind, subject_id, due_at, created_at) values ($1, $2, $3, $1, $4, $4)`,
      [id, clientId, kind, dueAt],
    )
    await app.query('commit')
  }

  test('is claimed when due, of the kinds asked for, across clients, once per lease', async () => {
    await add('cli_a', 'due_1', 'statements-sync', at(0))
    await add('cli_b', 'due_2', 'payment-status', at(1))
    await add('cli_a', 'due_3', 'statements-sync', at(30))
    await add('cli_a', 'due_4', 'webhook-deliver', at(0))
    expect(await claim(app, 'first', at(2))).toEqual([
      { id: 'due_1', client_id: 'cli_a', kind: 'statements-sync', subject_id: 'due_1', attempts: 1 },
      { id: 'due_2', client_id: 'cli_b', kind: 'payment-status', subject_id: 'due_2', attempts: 1 },
    ])
    expect(await claim(app, 'second', at(2))).toEqual([])
    // One minute later the lease of whoever took it, and died, is over.
    expect((await claim(app, 'third', at(3))).map((row) => [row.id, row.attempts])).toEqual([
      ['due_1', 2],
      ['due_2', 2],
    ])
    await asClient(app, 'cli_a', async () => {
      const kept = await app.query(`select lease_token, lease_until from due_work where id = 'due_1'`)
      expect(kept.rows).toEqual([{ lease_token: 'third', lease_until: onMachine(at(4)) }])
    })
  })

  test('is never given to two who ask at the same time', async () => {
    for (let i = 0; i < 40; i++) await add('cli_b', `due_x${i}`, 'statements-sync', at(5))
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_item, i) =>
        connected(database.appUrl, (client) => claim(client, `token${i}`, at(6), 5)),
      ),
    )
    const ids = taken.flat().map((row) => row.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length + (await claim(app, 'rest', at(6), 100)).length).toBe(42)
  })
})
