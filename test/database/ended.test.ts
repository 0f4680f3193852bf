// A transaction that ran out of time is over, also for the work that has not noticed.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, openDb, type Tx } from '../../src/db.ts'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'
import { seedTwoClients } from './support.ts'

let database: FreshDatabase
let db: Db

beforeAll(async () => {
  database = await freshDatabase()
  await connected(database.appUrl, seedTwoClients)
  const now = new Date('2026-01-05T08:00:00Z')
  // One connection: what A gave back is what B gets.
  db = openDb({ url: database.appUrl, poolSize: 1, clock: { now: () => now } })
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

const nameOf = (clientId: string) =>
  db.forClient(clientId, async (tx) => (await tx.sql.query('select name from company')).rows)

test('late SQL neither sees nor writes in the transaction that has the connection by then', async () => {
  const late: string[] = []
  const tried = Promise.withResolvers<void>()
  const first = db.forClient(
    'cli_a',
    async (tx) => {
      await sleep(700)
      for (const text of [`select name from company`, `update company set name = 'written late'`]) {
        await tx.sql.query(text).then(
          () => late.push('done'),
          (error: Error) => late.push(error.name),
        )
      }
      tried.resolve()
    },
    { timeoutMs: 200 },
  )
  const ended = expect(first).rejects.toThrow()
  await sleep(300)
  // The other client's transaction is open while the first one's work goes on.
  await db.forClient('cli_b', async (tx) => {
    await tried.promise
    expect((await tx.sql.query('select name from company')).rows).toEqual([{ name: 'cli_b' }])
  })
  await ended
  expect(late).toEqual(['TransactionEnded', 'TransactionEnded'])
  expect(await nameOf('cli_a')).toEqual([{ name: 'cli_a' }])
  expect(await nameOf('cli_b')).toEqual([{ name: 'cli_b' }])
})

test('late SQL writes nothing either where the connection is idle, or the next transaction is of the same client', async () => {
  const tried = Promise.withResolvers<void>()
  const ended = expect(
    db.forClient(
      'cli_a',
      async (tx) => {
        await sleep(500)
        const insert = () => tx.sql.query(`update app_user set name = 'written late'`)
        await expect(insert()).rejects.toThrow(/ended/)
        await sleep(200)
        await expect(insert()).rejects.toThrow(/ended/)
        tried.resolve()
      },
      { timeoutMs: 200 },
    ),
  ).rejects.toThrow()
  await sleep(600)
  await db.forClient('cli_a', async () => tried.promise)
  await ended
  const names = await db.forClient(
    'cli_a',
    async (tx) => (await tx.sql.query('select name from app_user')).rows,
  )
  expect(names).toEqual([{ name: 'cli_a' }])
})

test('what outlives its transaction by mistake is refused after a commit too', async () => {
  let kept: Tx | undefined
  await db.forClient('cli_a', async (tx) => {
    kept = tx
  })
  await expect(kept?.sql.query('select 1')).rejects.toThrow(/ended/)
})

test('a statement runs no longer than its transaction may', async () => {
  const began = performance.now()
  const slow = db.forClient('cli_a', (tx) => tx.sql.query('select pg_sleep(20)'), { timeoutMs: 300 })
  await expect(slow).rejects.toThrow()
  expect(await nameOf('cli_a')).toEqual([{ name: 'cli_a' }])
  expect(performance.now() - began).toBeLessThan(5_000)
})
