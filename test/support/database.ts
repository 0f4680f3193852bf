// A database per test file, copied from one migrated template (70 ms). One server for the whole run: embedded, or the
// one that TEST_DATABASE_URL names (a role with CREATEDB and CREATEROLE, any existing database).
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { openEmbedded } from '../../src/database/embedded.ts'
import { migrationsFolder } from '../../src/database/engine.ts'
import { migrate } from '../../src/database/migrate.ts'
import { allMoves } from '../../src/domain/machines.ts'

export type FreshDatabase = { ownerUrl: string; appUrl: string; drop(): Promise<void> }

/** A migrated, empty database of kind `sandbox`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = await openServer()
  const template = await ensureTemplate(server)
  return makeDatabase(server, `template "${template}" strategy wal_log`)
}

/** A database without anything in it, for tests of the migration itself. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  return makeDatabase(await openServer(), 'template template0')
}

/** Runs `work` with one connection to `url`. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

type Server = { ownerUrl: string; appUser: string; appPassword: string }

/** Nothing of the embedded server outlives the run, so it may forget everything in a power cut. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

async function openServer(): Promise<Server> {
  const given = process.env.TEST_DATABASE_URL
  if (given) {
    // The password follows from the URL, so that runs side by side agree on it.
    const appPassword = createHash('sha256').update(given).digest('hex').slice(0, 32)
    return { ownerUrl: given, appUser: 'kontobro_test_app', appPassword }
  }
  const embedded = await openEmbedded(join(inject('databaseFolder'), 'db'), careless)
  const app = new URL(embedded.appUrl)
  return { ownerUrl: embedded.ownerUrl, appUser: app.username, appPassword: app.password }
}

const withDatabase = (url: string, database: string) =>
  Object.assign(new URL(url), { pathname: `/${database}` })
function urlsOf(server: Server, database: string): { ownerUrl: string; appUrl: string } {
  const owner = withDatabase(server.ownerUrl, database)
  const app = Object.assign(new URL(owner), { username: server.appUser, password: server.appPassword })
  return { ownerUrl: String(owner), appUrl: String(app) }
}

async function makeDatabase(server: Server, options: string): Promise<FreshDatabase> {
  const name = `kontobro_test_${randomUUID().replaceAll('-', '')}`
  await connected(server.ownerUrl, (client) => client.query(`create database "${name}" ${options}`))
  return {
    ...urlsOf(server, name),
    drop: () => connected(server.ownerUrl, (client) => dropPatiently(client, name)),
  }
}

/**
 * The owner may end neither the app's connections that are still closing, nor the vacuum that happens to be there:
 * both are gone in a moment.
 */
async function dropPatiently(client: pg.Client, name: string): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      await client.query(`drop database if exists "${name}" with (force)`)
      return
    } catch (error) {
      if (left === 0) throw error
      await sleep(50)
    }
  }
}

/** Named by what it is made of: other migrations or state machines make another template. */
function templateName(): string {
  const hash = createHash('sha256').update(JSON.stringify(allMoves))
  for (const folder of readdirSync(migrationsFolder).sort()) {
    if (!folder.includes('.')) hash.update(readFileSync(join(migrationsFolder, folder, 'migration.sql')))
  }
  return `kontobro_template_${hash.digest('hex').slice(0, 16)}`
}

/** Test files run in parallel processes: the first makes the template under its draft name, the rest wait. */
function ensureTemplate(server: Server): Promise<string> {
  const template = templateName()
  return connected(server.ownerUrl, async (client) => {
    await client.query('select pg_advisory_lock(7045)')
    const known = await client.query('select from pg_database where datname = $1', [template])
    if (known.rowCount === 1) return template
    const draft = `${template}_draft`
    await client.query(`drop database if exists "${draft}" with (force)`)
    await client.query(`create database "${draft}" template template0`)
    const now = new Date('2026-01-05T08:00:00Z')
    await migrate({ ...urlsOf(server, draft), kind: 'sandbox', transitions: allMoves, now })
    await client.query(`alter database "${draft}" rename to "${template}"`)
    return template
  })
}
