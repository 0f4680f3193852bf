import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEmbedded, removeEmbedded } from '../../src/database/embedded.ts'
import { connected } from '../support/database.ts'

const moduleFile = fileURLToPath(new URL('../../src/database/embedded.ts', import.meta.url))
let folder: string
let dataDir: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kontobro-embedded-'))
  // Run by root, the server has another user, who must pass through.
  chmodSync(folder, 0o711)
  dataDir = join(folder, 'db')
})
afterEach(async () => {
  await removeEmbedded(dataDir)
  rmSync(folder, { recursive: true, force: true })
})

/** Opens the data directory in a process of its own and returns what that process prints, or how it died. */
async function inProcess(afterOpening: string): Promise<{ line: string; signal: NodeJS.Signals | null }> {
  const script = `
    import { openEmbedded } from ${JSON.stringify(moduleFile)}
    const opened = await openEmbedded(${JSON.stringify(dataDir)}, { fsync: 'off' })
    process.stdout.write(JSON.stringify(opened) + '\\n', () => { ${afterOpening} })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let line = ''
  child.stdout.on('data', (chunk) => {
    line += chunk
  })
  const [, signal] = await once(child, 'close')
  return { line, signal }
}

const serverPid = () => Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])

describe('the embedded PostgreSQL', () => {
  test('outlives kill -9 of the process that started it, and is adopted', async () => {
    const first = await inProcess(`process.kill(process.pid, 'SIGKILL')`)
    expect(first.signal).toBe('SIGKILL')
    const opened = JSON.parse(first.line)
    expect(opened.adopted).toBe(false)

    const second = await openEmbedded(dataDir, { fsync: 'off' })
    expect(second).toMatchObject({ adopted: true, ownerUrl: opened.ownerUrl, appUrl: opened.appUrl })
  })

  test('is one server however many processes start it at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => inProcess('process.exit()')))
    const opened = all.map(({ line }) => JSON.parse(line))
    expect(new Set(opened.map((item) => item.ownerUrl)).size).toBe(1)
    expect(opened.filter((item) => !item.adopted)).toHaveLength(1)
    expect(readdirSync(dataDir).toSorted()).toEqual(['postgres', 'postgres.log'])
  })

  test('keeps its data over stop and start, and over a server killed with -9', async () => {
    const first = await openEmbedded(dataDir, { fsync: 'off' })
    await connected(first.ownerUrl, async (owner) => {
      await owner.query(`create table kept as select 'kept' as word`)
    })
    await first.stop()
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false)
    await first.stop()

    const second = await openEmbedded(dataDir, { fsync: 'off' })
    expect(second.adopted).toBe(false)
    process.kill(serverPid(), 'SIGKILL')

    const third = await openEmbedded(dataDir, { fsync: 'off' })
    const rows = await connected(
      third.ownerUrl,
      async (owner) => (await owner.query('select word from kept')).rows,
    )
    expect(rows).toEqual([{ word: 'kept' }])
  })

  test('gives the owner a database and no more, and keeps passwords to itself', async () => {
    const opened = await openEmbedded(dataDir, { fsync: 'off' })
    const rows = await connected(opened.ownerUrl, async (owner) => {
      const result = await owner.query(
        `select current_user as me, current_database() as database, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls
         from pg_roles where rolname = current_user`,
      )
      return result.rows
    })
    expect(rows).toEqual([
      {
        me: 'kontobro_owner',
        database: 'kontobro',
        rolsuper: false,
        rolcreatedb: true,
        rolcreaterole: true,
        rolbypassrls: false,
      },
    ])
    const file = join(dataDir, 'postgres/kontobro-passwords.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const commandLine = execFileSync('ps', ['-o', 'args=', '-p', String(serverPid())], { encoding: 'utf8' })
    expect(commandLine).not.toContain(JSON.parse(readFileSync(file, 'utf8')).postgres)
  })

  test('tells why it does not start', async () => {
    await expect(openEmbedded(dataDir, { shared_buffers: 'much' })).rejects.toThrow(
      /invalid value for parameter "shared_buffers"/,
    )
  })

  test.runIf(process.getuid?.() === 0)(
    'run by root below a closed folder, keeps its data elsewhere',
    async () => {
      chmodSync(folder, 0o700)
      const first = await openEmbedded(dataDir, { fsync: 'off' })
      expect(readdirSync(dataDir)).toEqual(['database-id'])
      expect(await openEmbedded(dataDir)).toMatchObject({ adopted: true, ownerUrl: first.ownerUrl })

      // Who deletes the data directory asks for a new database, and wants no server of the old one to stay.
      rmSync(dataDir, { recursive: true })
      const second = await openEmbedded(dataDir, { fsync: 'off' })
      expect(second).toMatchObject({ adopted: false })
      await expect(connected(first.ownerUrl, async () => {})).rejects.toThrow()
    },
  )

  test('is gone with its data when removed', async () => {
    const opened = await openEmbedded(dataDir, { fsync: 'off' })
    await removeEmbedded(dataDir)
    expect(readdirSync(dataDir)).toEqual([])
    await expect(connected(opened.ownerUrl, async () => {})).rejects.toThrow()
  })
})
