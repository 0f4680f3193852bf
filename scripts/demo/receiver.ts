import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  /** `webhook-id`: the same over all attempts of one delivery. */
  readonly id: string
  readonly signed: boolean
  readonly event: { readonly id: string; readonly type: string }
}

/** A receiver of webhooks on this machine, as a client of the gateway runs one. */
export type Receiver = {
  readonly url: string
  readonly received: readonly Received[]
  /** Told by the gateway when the endpoint is registered. Until then nothing is taken for signed. */
  setSecret(secret: string): void
  close(): Promise<void>
}

const toleranceSeconds = 300

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let secret = ''
  const server = createServer(async (request, response) => {
    const body = await read(request)
    const signed = isSigned(secret, request.headers, body)
    const event = JSON.parse(body) as Received['event']
    received.push({ id: String(request.headers['webhook-id']), signed, event })
    response.writeHead(signed ? 204 : 401).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    received,
    setSecret(told) {
      secret = told
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Standard Webhooks 1.0, "Verifying signatures". The time is real time, on both sides. */
function isSigned(secret: string, headers: IncomingMessage['headers'], body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!secret || typeof signatures !== 'string' || !(ageSeconds <= toleranceSeconds)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  return signatures.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
