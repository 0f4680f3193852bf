import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertDatabaseKind } from '../../src/database/migrate.ts'
import { type Db, openDb } from '../../src/db.ts'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { scope, seedTwoClients } from './support.ts'

let database: FreshDatabase
let db: Db

beforeAll(async () => {
  database = await freshDatabase()
  await connected(database.appUrl, seedTwoClients)
  const now = new Date('2026-01-05T08:00:00Z')
  db = openDb({ url: database.appUrl, poolSize: 6, clock: { now: () => now } })
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

describe('a transaction for one client', () => {
  test('is one connection for Prisma and for SQL', async () => {
    await db.forClient('cli_a', async (tx) => {
      const pid = 'select pg_backend_pid() as pid'
      const [viaPrisma] = await tx.prisma.$queryRawUnsafe<{ pid: number }[]>(pid)
      const viaSql = await tx.sql.query<{ pid: number }>(pid)
      expect(viaPrisma).toEqual(viaSql.rows[0])
    })
  })

  test('rolls back whole when the work throws', async () => {
    const broken = db.forClient('cli_a', async (tx) => {
      await tx.prisma.company.update({ where: { id: 'cli_a' }, data: { name: 'changed' } })
      await tx.sql.query(`update app_user set name = 'changed'`)
      throw new Error('on purpose')
    })
    await expect(broken).rejects.toThrow('on purpose')
    await db.forClient('cli_a', async (tx) => {
      expect(await tx.prisma.company.findMany({ select: { name: true } })).toEqual([{ name: 'cli_a' }])
      expect((await tx.sql.query('select name from app_user')).rows).toEqual([{ name: 'cli_a' }])
    })
  })

  test('never sees another client, however 200 of them interleave on 6 connections', async () => {
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_item, i) => {
        const me = i % 2 === 0 ? 'cli_a' : 'cli_b'
        return db.forClient(me, async (tx) => {
          const [own, other, raw] = await Promise.all([
            tx.prisma.company.findUnique({ where: { id: me } }),
            tx.prisma.company.findUnique({ where: { id: i % 2 === 0 ? 'cli_b' : 'cli_a' } }),
            tx.sql.query<{ id: string }>('select id from company'),
          ])
          return own?.id === me && other === null && raw.rows.map((row) => row.id).join() === me
        })
      }),
    )
    expect(seen.every(Boolean)).toBe(true)
  })

  test('reads the companies it was granted, for as long as it lasts', async () => {
    const companies = (granted: string[]) =>
      db.forClient(
        'cli_a',
        (tx) => tx.prisma.company.findMany({ select: { id: true }, orderBy: { id: 'asc' } }),
        { grantedCompanies: granted },
      )
    expect(await companies(['cli_b', 'cli_unknown'])).toEqual([{ id: 'cli_a' }, { id: 'cli_b' }])
    expect(await companies([])).toEqual([{ id: 'cli_a' }])
  })

  test('is needed: a look-up reads the stamp and its functions, but no client’s rows', async () => {
    expect(await db.lookup('select * from company', [])).toEqual([])
    expect(await db.lookup('select id from find_api_key($1)', ['cli_b'])).toEqual([{ id: 'cli_b' }])
    await expect(
      assertDatabaseKind((text, values) => db.lookup(text, values), 'sandbox'),
    ).resolves.toBeUndefined()
  })

  test('writes in bulk by unnest', async () => {
    await connected(database.appUrl, async (app) => {
      await app.query('begin')
      await scope(app, 'cli_a')
      const ids = Array.from({ length: 1_000 }, (_item, i) => `obs_${i}`)
      const added = await app.query(
        `insert into observation (source_id, page, ordinal, client_id, company_id, account_id, status, hash, row, observed_at)
         select id, 1, 1, 'cli_a', 'cli_a', 'cli_a', 'booked', id, '{}', '2026-01-05T08:00:00Z' from unnest($1::text[]) as id`,
        [ids],
      )
      await app.query('rollback')
      expect(added.rowCount).toBe(1_000)
    })
  })
})
