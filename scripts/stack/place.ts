import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openEmbedded, removeEmbedded } from '../../src/database/embedded.ts'
import { findPlace } from '../../src/database/embedded-place.ts'

export const databaseFolder = (dataDir: string) => join(dataDir, 'database')
export const sandboxFolder = (dataDir: string) => join(dataDir, 'sandbox')
export const logFolder = (dataDir: string) => join(dataDir, 'logs')
const lockFile = (dataDir: string) => join(dataDir, 'running')
const portFile = (dataDir: string) => join(dataDir, 'port')
const clientFile = (dataDir: string) => join(dataDir, 'client.json')

/** Makes the data directory and takes it for this process. Throws when another stack runs in it. */
export function takePlace(dataDir: string): void {
  // PostgreSQL's own user has to pass through when root runs this; what is secret in it is closed by itself.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  const holder = holderOf(dataDir)
  if (holder && holder !== process.pid) {
    throw new Error(`process ${holder} runs in ${dataDir} already: stop it, or set KONTOBRO_DATA_DIR`)
  }
  writeFileSync(lockFile(dataDir), String(process.pid))
  mkdirSync(logFolder(dataDir), { recursive: true, mode: 0o700 })
  mkdirSync(sandboxFolder(dataDir), { recursive: true, mode: 0o700 })
}

/** The process that runs in a data directory now. */
export function holderOf(dataDir: string): number | undefined {
  const file = lockFile(dataDir)
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  return holder && isAlive(holder) ? holder : undefined
}

/** Stops the embedded database of a data directory, if it runs. */
export async function stopDatabase(dataDir: string): Promise<void> {
  const folder = databaseFolder(dataDir)
  if (!existsSync(folder) || !existsSync(join(findPlace(folder).pgData, 'postmaster.pid'))) return
  const database = await openEmbedded(folder)
  await database.stop()
}

export function leavePlace(dataDir: string): void {
  rmSync(lockFile(dataDir), { force: true })
}

/** Forgets a stack: its database, its sandbox, its keys and its ports. */
export async function forgetPlace(dataDir: string): Promise<void> {
  await removeEmbedded(databaseFolder(dataDir))
  for (const path of [
    sandboxFolder(dataDir),
    logFolder(dataDir),
    portFile(dataDir),
    clientFile(dataDir),
    join(dataDir, 'secrets.json'),
  ]) {
    rmSync(path, { recursive: true, force: true })
  }
}

/** Deletes the whole data directory of a stack. */
export async function removePlace(dataDir: string): Promise<void> {
  await removeEmbedded(databaseFolder(dataDir))
  rmSync(dataDir, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The port asked for, or the one of the last run if it is free, or any; remembered for the next run. */
export async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  const file = portFile(dataDir)
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (wanted && (await freePort(wanted)) === 0) throw new Error(`port ${wanted} is taken`)
  const port = wanted || (before && (await freePort(before))) || (await freePort(0))
  writeFileSync(file, String(port))
  return port
}

/** The port itself when it is free (any free one for 0), else 0. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(0))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

type Client = { readonly client: string; readonly apiKey: string }

/** The key of the stack's API client: kept, and made anew when there is none or the gateway no longer knows it. */
export async function keepClient(dataDir: string, api: string, make: () => Promise<Client>): Promise<Client> {
  const file = clientFile(dataDir)
  if (existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Client
    const answer = await fetch(`${api}/v1/events?limit=1`, {
      headers: { authorization: `Bearer ${kept.apiKey}` },
    })
    if (answer.status !== 401) return kept
  }
  const made = await make()
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  return made
}
