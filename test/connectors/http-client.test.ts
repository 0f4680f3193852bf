import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPki, type Pki } from '../../sandbox/pki.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import {
  createHttpClient,
  type HttpCall,
  type HttpClient,
  type HttpLimits,
  proveCertificate,
  type Trust,
} from '../../src/connectors/http-client.ts'

let dirs: string[] = []
let pki: Pki
let stranger: Pki
let trust: Trust
const cleanups: (() => unknown)[] = []

beforeAll(() => {
  dirs = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'kontobro-tls-')))
  pki = openPki(dirs[0] ?? '')
  stranger = openPki(dirs[1] ?? '')
  const pem = (path: string) => readFileSync(path, 'utf8')
  trust = { ca: pki.ca.cert, cert: pem(pki.paths.qwacCert), key: pem(pki.paths.qwacKey) }
}, 60_000)
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Seen = { requests: string[]; certificates: number; connections: number }

/** A bank that demands a client certificate; `seen` is what it really got. */
async function bank(
  handler: Handler,
  options: https.ServerOptions = {},
): Promise<{ origin: string; seen: Seen; server: https.Server }> {
  const seen: Seen = { requests: [], certificates: 0, connections: 0 }
  const server = https.createServer(
    {
      cert: pki.bankServer.cert,
      key: pki.bankServer.key,
      ca: pki.ca.cert,
      requestCert: true,
      rejectUnauthorized: true,
      ...options,
    },
    (request, response) => {
      seen.requests.push(`${request.method} ${request.url}`)
      handler(request, response)
    },
  )
  server.on('connection', () => seen.connections++)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.getPeerX509Certificate()) seen.certificates++
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server }
}

function client(limits: HttpLimits = {}, own: Partial<Trust> = {}): HttpClient {
  const made = createHttpClient({ ...trust, ...own }, { deadlineMs: 700, connectMs: 500, ...limits })
  cleanups.push(() => Promise.race([made.close(), new Promise((done) => setTimeout(done, 200))]))
  return made
}

const get = (url: string): HttpCall => ({ method: 'GET', url, headers: {}, repeatable: true })
const pay = (url: string): HttpCall => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
  repeatable: false,
})
const ok: Handler = (_, response) => void response.end('{"ok":true}')

async function failure(work: Promise<unknown>): Promise<ConnectorFailure> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (e: unknown) => e,
  )
  if (error instanceof ConnectorFailure) return error
  throw error
}

/** A port at which nobody listens. */
async function closedPort(): Promise<string> {
  const server = net.createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return `https://127.0.0.1:${port}`
}

describe('an answer', () => {
  test('comes back whole whatever its status, and redirects are not followed', async () => {
    const elsewhere = await bank(ok)
    const { origin } = await bank((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: `${elsewhere.origin}/` })
      else response.writeHead(418, { 'X-Twice': ['a', 'b'] })
      response.end('short')
    })
    const http = client()
    const answer = await http.send(get(`${origin}/teapot`), [origin])
    expect(answer).toMatchObject({ status: 418, url: `${origin}/teapot`, headers: { 'x-twice': 'a, b' } })
    expect(new TextDecoder().decode(answer.body)).toBe('short')
    expect((await http.send(get(`${origin}/moved`), [origin])).status).toBe(302)
    expect(elsewhere.seen.connections).toBe(0)
  })

  test('that is larger than the limit is malformed for a read, unknown for an order, and the pool goes on', async () => {
    const { origin } = await bank((request, response) => {
      if (request.url === '/small') response.end('ok')
      else response.end(Buffer.alloc(300_000))
    })
    const http = client({ maxBytes: 100_000, connections: 1 })
    expect((await failure(http.send(get(`${origin}/big`), [origin]))).kind).toBe('malformed')
    expect((await failure(http.send(pay(`${origin}/big`), [origin]))).kind).toBe('outcome_unknown')
    expect((await http.send(get(`${origin}/small`), [origin])).status).toBe(200)
  })
})

describe('the client certificate', () => {
  test('is shown to the bank’s own origin and to nobody else', async () => {
    const own = await bank(ok)
    const other = await bank(ok)
    const http = client()
    await http.send(get(`${own.origin}/a`), [own.origin])
    expect(own.seen.certificates).toBe(1)
    for (const url of [
      `${other.origin}/a`,
      `${own.origin.replace('https', 'http')}/a`,
      own.origin.replace('//', '//user@'),
      'nonsense',
    ]) {
      expect((await failure(http.send(get(url), [own.origin]))).kind).toBe('trust_failed')
    }
    expect(other.seen.connections).toBe(0)
    expect(own.seen.requests).toEqual(['GET /a'])
  })

  test('that the bank refuses is found by the proof, and the order never leaves', async () => {
    const theirs = readFileSync(stranger.paths.qwacCert, 'utf8')
    const key = readFileSync(stranger.paths.qwacKey, 'utf8')
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { origin, seen } = await bank(ok, { maxVersion })
      const http = client({}, { cert: theirs, key })
      const refused = await failure(proveCertificate(http, get(`${origin}/status`), [origin]))
      expect(['trust_failed', 'not_sent']).toContain(refused.kind)
      expect(seen.requests).toEqual([])
    }
  })

  test('a bank whose own certificate we do not trust gets nothing', async () => {
    const { origin, seen } = await bank(ok)
    const http = client({}, { ca: stranger.ca.cert })
    for (const call of [get(`${origin}/a`), pay(`${origin}/p`)]) {
      const refused = await failure(http.send(call, [origin]))
      expect(refused.kind).toBe('trust_failed')
      expect(refused.facts.detail).toContain('nothing was sent')
    }
    expect(seen.requests).toEqual([])
  })
})

describe('whether a byte left', () => {
  test('not, when nobody listens, a silent port answers no handshake, or the connection breaks in it', async () => {
    const silent = net.createServer((socket) => void socket.on('error', () => {}))
    const breaking = net.createServer((socket) => void socket.destroy())
    const origins = [await closedPort()]
    for (const server of [silent, breaking]) {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      cleanups.push(() => server.close())
      origins.push(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    }
    for (const origin of origins) {
      expect((await failure(client().send(pay(`${origin}/p`), [origin]))).kind, origin).toBe('not_sent')
      expect((await failure(client().send(get(`${origin}/p`), [origin]))).kind, origin).toBe('not_sent')
    }
  })

  test('yes, when the bank took the order and never answered: an order’s outcome is unknown, a read unavailable', async () => {
    const { origin, seen } = await bank(() => {})
    const http = client({ deadlineMs: 300 })
    const started = performance.now()
    expect((await failure(http.send(pay(`${origin}/p`), [origin]))).kind).toBe('outcome_unknown')
    expect(performance.now() - started).toBeLessThan(2000)
    expect((await failure(http.send(get(`${origin}/a`), [origin]))).kind).toBe('unavailable')
    expect(seen.requests).toEqual(['POST /p', 'GET /a'])
  })

  test.each([
    ['before the answer', (_: IncomingMessage, r: ServerResponse) => void r.socket?.destroy()],
    ['in the head', (_: IncomingMessage, r: ServerResponse) => void r.socket?.end('HTTP/1.1 201 Cre')],
    [
      'in the body',
      (_: IncomingMessage, r: ServerResponse) => {
        r.writeHead(201, { 'content-length': '1000' })
        r.write('{"paymentId":', () => r.socket?.destroy())
      },
    ],
    [
      'with something that is not HTTP',
      (_: IncomingMessage, r: ServerResponse) => void r.socket?.end('ERROR 17\n'),
    ],
  ] as [string, Handler][])('yes, when the connection breaks %s', async (_, handler) => {
    const { origin, seen } = await bank(handler)
    const http = client()
    expect((await failure(http.send(pay(`${origin}/p`), [origin]))).kind).toBe('outcome_unknown')
    expect((await failure(http.send(get(`${origin}/a`), [origin]))).kind).toBe('unavailable')
    expect(seen.requests).toEqual(['POST /p', 'GET /a'])
  })

  test('an answer that trickles past the deadline, its end told by closing, ends the call and nothing else', async () => {
    const { origin } = await bank((_, response) => {
      response.useChunkedEncodingByDefault = false
      response.writeHead(200, { connection: 'close' })
      const drip = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(drip))
    })
    const http = client({ deadlineMs: 200 })
    expect((await failure(http.send(get(`${origin}/a`), [origin]))).kind).toBe('unavailable')
    expect((await failure(http.send(pay(`${origin}/p`), [origin]))).kind).toBe('outcome_unknown')
    await new Promise((done) => setTimeout(done, 100))
  })

  test('an order that waits behind a slow read past its deadline was not sent, and is not sent later', async () => {
    let release = () => {}
    const { origin, seen } = await bank((request, response) => {
      if (request.url !== '/slow') return void response.end('ok')
      response.write('begun')
      release = () => void response.end()
    })
    const http = client({ connections: 1, deadlineMs: 400 })
    const slow = failure(http.send(get(`${origin}/slow`), [origin]))
    const late = failure(http.send(pay(`${origin}/p`), [origin]))
    expect((await late).kind).toBe('not_sent')
    expect((await slow).kind).toBe('unavailable')
    release()
    await http.send(get(`${origin}/after`), [origin])
    expect(seen.requests).toEqual(['GET /slow', 'GET /after'])
  })

  test('an order is written at most once, also over a kept connection that the bank closes', async () => {
    const { origin, seen } = await bank((request, response) => {
      if (request.method === 'POST') response.socket?.destroy()
      else response.end('ok')
    })
    const http = client({ connections: 1 })
    for (let i = 0; i < 5; i++) {
      await http.send(get(`${origin}/a`), [origin])
      expect((await failure(http.send(pay(`${origin}/p`), [origin]))).kind).toBe('outcome_unknown')
    }
    expect(seen.requests.filter((r) => r.startsWith('POST'))).toHaveLength(5)
  })

  test('a failed proof says that the order was not sent', async () => {
    const { origin } = await bank(() => {})
    const failed = await failure(proveCertificate(client({ deadlineMs: 200 }), get(`${origin}/s`), [origin]))
    expect(failed.kind).toBe('not_sent')
  })

  test('a header that cannot be sent is our fault, and nothing left', async () => {
    const { origin, seen } = await bank(ok)
    const call = { ...pay(`${origin}/p`), headers: { 'x-a': 'b\r\nc: d' } }
    expect((await failure(client().send(call, [origin]))).kind).toBe('not_sent')
    expect(seen.connections).toBe(0)
  })
})

test('a failure never quotes what was sent', async () => {
  const { origin } = await bank((_, response) => void response.socket?.destroy())
  const call = {
    ...pay(`${origin}/v1/secret-path`),
    headers: { 'consent-id': 'secret-consent' },
    body: '"secret-body"',
  }
  const error = await failure(client().send(call, [origin]))
  expect(`${error.message} ${JSON.stringify(error.facts)} ${(error.cause as Error).message}`).not.toContain(
    'secret',
  )
})
