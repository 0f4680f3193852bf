import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openEmbedded, removeEmbedded } from '../src/database/embedded.ts'
import { migrate } from '../src/database/migrate.ts'
import { allMoves } from '../src/domain/machines.ts'

export type ThrownAway = {
  /** A migrated, empty database on the same server. */
  fresh(): Promise<{ readonly appUrl: string; drop(): Promise<void> }>
  /** Stops the server and deletes it. */
  remove(): Promise<void>
}

/** A PostgreSQL of the bench's own, with the settings of the embedded one; nothing of it stays. */
export async function throwAwayServer(): Promise<ThrownAway> {
  await sweep()
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  // Run by root, the server has another user, who must pass through.
  chmodSync(folder, 0o711)
  const data = join(folder, 'db')
  const remove = () => removeFolder(folder)
  try {
    const server = await openEmbedded(data)
    const own = (database: string, url: string) =>
      String(Object.assign(new URL(url), { pathname: `/${database}` }))
    const asOwner = (text: string) => once(server.ownerUrl, text)
    await asOwner('create database bench_template')
    const urls = {
      ownerUrl: own('bench_template', server.ownerUrl),
      appUrl: own('bench_template', server.appUrl),
    }
    await migrate({ ...urls, kind: 'sandbox', transitions: allMoves, now: new Date('2026-01-05T08:00:00Z') })
    return {
      async fresh() {
        const name = `bench_${randomUUID().replaceAll('-', '')}`
        await asOwner(`create database ${name} template bench_template`)
        return {
          appUrl: own(name, server.appUrl),
          drop: () => dropPatiently(() => asOwner(`drop database ${name} with (force)`)),
        }
      },
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The owner may not end the vacuum that happens to be in it: that is gone in a moment. */
async function dropPatiently(drop: () => Promise<void>): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      return await drop()
    } catch (error) {
      if (left === 0) throw error
      await sleep(50)
    }
  }
}

const prefix = 'kontobro-bench-'

async function removeFolder(folder: string): Promise<void> {
  await removeEmbedded(join(folder, 'db'))
  rmSync(folder, { recursive: true, force: true })
}

/** A bench that was killed leaves its server running; the next one ends it. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(prefix))) {
    if (!isAlive(Number(name.slice(prefix.length).split('-')[0]))) await removeFolder(join(tmpdir(), name))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function once(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
