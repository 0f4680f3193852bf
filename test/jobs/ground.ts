import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { openDb } from '../../src/db.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Ground } from '../../src/ground.ts'
import { createVault } from '../../src/vault.ts'
import { connected, type FreshDatabase, freshDatabase } from '../support/database.ts'

export type TestGround = Ground & {
  readonly database: FreshDatabase
  /** Moves the injected clock. */
  advance(ms: number): void
  newClient(): Promise<string>
  /** As the owner of the tables and in one session: what an intruder with the database could do. */
  asOwner(...statements: readonly string[]): Promise<void>
  close(): Promise<void>
}

export async function testGround(poolSize = 10): Promise<TestGround> {
  const database = await freshDatabase()
  let offsetMs = 0
  const clock = { now: () => new Date(systemClock.now().getTime() + offsetMs) }
  const db = openDb({ url: database.appUrl, poolSize, clock })
  return {
    database,
    db,
    clock,
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    kind: 'sandbox',
    publicUrl: 'http://127.0.0.1:1',
    advance: (ms) => {
      offsetMs += ms
    },
    async newClient() {
      const id = newId('client', clock.now())
      await db.forClient(id, (tx) =>
        tx.prisma.apiClient.create({
          data: { id, name: 'Eksempel Regnskapssystem', mode: 'test', createdAt: tx.now },
        }),
      )
      return id
    },
    asOwner: (...statements) =>
      connected(database.ownerUrl, async (client) => {
        for (const statement of statements) await client.query(statement)
      }),
    async close() {
      await db.close()
      await database.drop()
    },
  }
}

/** Waits until `look` finds something; fails with `what` after `withinMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null>,
  withinMs = 10_000,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
