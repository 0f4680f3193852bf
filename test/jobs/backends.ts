import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export type Backend = {
  readonly name: 'PostgreSQL' | 'Redis'
  /** Printed when this machine cannot run the half. */
  readonly skipped: string | null
  /** `queueUrl` of the worker; null is the database itself. */
  start(): Promise<{ queueUrl: string | undefined; stop(): Promise<void> }>
}

const postgres: Backend = {
  name: 'PostgreSQL',
  skipped: null,
  start: async () => ({ queueUrl: undefined, stop: async () => {} }),
}

const hasRedis = () => spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function ready(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 50 })
  redis.on('error', () => {})
  await redis.ping()
  redis.disconnect()
}

const redis: Backend = {
  name: 'Redis',
  skipped:
    process.env.TEST_REDIS_URL || hasRedis()
      ? null
      : 'there is no redis-server on the path and TEST_REDIS_URL is not set',
  async start() {
    const given = process.env.TEST_REDIS_URL
    if (given) return { queueUrl: given, stop: async () => {} }
    const folder = mkdtempSync(join(tmpdir(), 'kontobro-redis-'))
    const port = await freePort()
    const child: ChildProcess = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      { stdio: 'ignore' },
    )
    const url = `redis://127.0.0.1:${port}`
    await ready(url)
    return {
      queueUrl: url,
      async stop() {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill()
        await ended
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

export const backends: readonly Backend[] = [postgres, redis]
for (const backend of backends) {
  if (backend.skipped) process.stdout.write(`Jobs on ${backend.name} are skipped: ${backend.skipped}.\n`)
}
