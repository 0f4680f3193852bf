// The API in front of a database of its own, with two clients that must not see each other. Nothing listens; requests
// are injected. Other rooms' tests put their own routes, ports and pages in.
import { randomBytes, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { type Db, openDb } from '../../src/db.ts'
import type { Clock } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Ground } from '../../src/ground.ts'
import { createApiKey } from '../../src/http/api-keys.ts'
import type { Method, Scope } from '../../src/http/define-route.ts'
import { createLogger } from '../../src/http/logging.ts'
import type { HttpPorts } from '../../src/http/ports.ts'
import { routes } from '../../src/http/routes/index.ts'
import { buildHttp, type HttpParts } from '../../src/http/server.ts'
import { createVault } from '../../src/vault.ts'
import { type FreshDatabase, freshDatabase } from './database.ts'

export type TestClock = Clock & { advance(ms: number): void }

/** An answer, its body read as JSON when it is JSON. */
export type TestAnswer = {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  // biome-ignore lint/suspicious/noExplicitAny: what a client reads is only known by its schema
  readonly body: any
}

export type TestRequest = {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A POST gets a new one unless it is given here; null sends none. */
  readonly idempotencyKey?: string | null
}

export type TestClient = {
  readonly clientId: string
  readonly apiKey: string
  request(method: Method, url: string, request?: TestRequest): Promise<TestAnswer>
  get(url: string): Promise<TestAnswer>
  post(url: string, body?: unknown, idempotencyKey?: string): Promise<TestAnswer>
  /** The same client with another key. */
  withScopes(...scopes: Scope[]): Promise<TestClient>
}

export type TestApi = {
  readonly app: FastifyInstance
  readonly ports: HttpPorts
  readonly db: Db
  readonly database: FreshDatabase
  readonly clock: TestClock
  /** Two clients, each with a key of every scope. */
  readonly a: TestClient
  readonly b: TestClient
  /** What was logged, line by line. */
  readonly log: readonly string[]
  /** Ends everything. Fails when a handler answered with a problem that its operation does not document. */
  close(): Promise<void>
}

type HttpGround = Ground & Pick<HttpPorts, 'allowPrivateWebhooks'>

export type TestApiOptions = Partial<HttpParts> & {
  /** Ports of the rooms that the test visits, made from the ground; the others are not there. */
  readonly ports?: (ground: HttpGround) => Partial<HttpPorts>
}

export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await freshDatabase()
  const clock = testClock('2026-01-05T08:00:00Z')
  const db = openDb({ url: database.appUrl, poolSize: 6, clock })
  const { log, destination } = catchLog()
  const ground: HttpGround = {
    db,
    clock,
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
    log: createLogger({ level: 'info', destination }),
    kind: 'sandbox',
    publicUrl: 'http://localhost:8080',
    allowPrivateWebhooks: false,
  }
  const ports = { ...ground, ...options.ports?.(ground) } as HttpPorts
  const app = await buildHttp(ports, { routes, ...options })
  await app.ready()
  return {
    app,
    ports,
    db,
    database,
    clock,
    a: await testClient(app, db, 'Client A', clock),
    b: await testClient(app, db, 'Client B', clock),
    log,
    async close() {
      await app.close()
      await db.close()
      await database.drop()
      const undocumented = log.filter((line) => line.includes('problem is not documented'))
      if (undocumented.length > 0) throw new Error(undocumented.join(''))
    },
  }
}

/** A clock that stands still until it is moved. */
export function testClock(start: string): TestClock {
  let at = new Date(start)
  return {
    now: () => at,
    advance(ms) {
      at = new Date(at.getTime() + ms)
    },
  }
}

function catchLog(): { log: string[]; destination: Writable } {
  const log: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString())
      done()
    },
  })
  return { log, destination }
}

/** A new client with a key of every scope. */
export async function testClient(
  app: FastifyInstance,
  db: Db,
  name: string,
  clock: Clock,
): Promise<TestClient> {
  const clientId = newId('client', clock.now())
  await db.forClient(clientId, async (tx) => {
    await tx.prisma.apiClient.create({ data: { id: clientId, name, mode: 'sandbox', createdAt: tx.now } })
  })
  return clientWithKey(app, db, clientId, ['read', 'write', 'admin'])
}

async function clientWithKey(
  app: FastifyInstance,
  db: Db,
  clientId: string,
  scopes: readonly Scope[],
): Promise<TestClient> {
  const { secret } = await db.forClient(clientId, (tx) =>
    createApiKey(tx, 'sandbox', { name: 'test', scopes, actor: { kind: 'operator', id: 'test' } }),
  )
  const request: TestClient['request'] = async (method, url, { body, headers, idempotencyKey } = {}) => {
    const key = idempotencyKey === undefined && method === 'POST' ? randomUUID() : idempotencyKey
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(key ? { 'idempotency-key': key } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as string | Buffer | object }),
    })
    return readAnswer(answer)
  }
  return {
    clientId,
    apiKey: secret,
    request,
    get: (url) => request('GET', url),
    post: (url, body, idempotencyKey) =>
      request('POST', url, { body, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }),
    withScopes: (...some) => clientWithKey(app, db, clientId, some),
  }
}

export function readAnswer(answer: LightMyRequestResponse): TestAnswer {
  const isJson = /^application\/(problem\+)?json/.test(String(answer.headers['content-type']))
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson && answer.body !== '' ? answer.json() : answer.body,
  }
}
