import { createServer, type IncomingMessage, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/ids.ts'
import { appendEvent } from '../../src/events/append.ts'
import { feedEvents } from '../../src/events/feed.ts'
import { newWebhookSecret } from '../../src/events/webhook-signature.ts'
import type { WebhookPorts } from '../../src/jobs/ports.ts'
import { startWorker } from '../../src/jobs/runtime.ts'
import { webhookDeliver } from '../../src/jobs/webhook-deliver/definition.ts'
import { deliver } from '../../src/jobs/webhook-deliver/work.ts'
import { verifyWebhook } from '../support/verify-webhook.ts'
import { type TestGround, testGround, until } from './ground.ts'

type Received = { headers: IncomingMessage['headers']; body: string }
type Reply = { status: number; headers?: Record<string, string>; silent?: boolean }

let ground: TestGround
let ports: WebhookPorts
let server: Server
let origin: string
let received: Received[]
let reply: Reply
const secret = newWebhookSecret()

beforeAll(async () => {
  ground = await testGround()
  ports = { ...ground, allowPrivateWebhooks: true }
  server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
    if (!reply.silent) response.writeHead(reply.status, reply.headers).end('whatever')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://localhost:${typeof address === 'object' ? address?.port : ''}`
})
beforeEach(() => {
  received = []
  reply = { status: 204 }
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await ground.close()
})

type Case = { clientId: string; endpointId: string; deliveryId: string; eventId: string }

async function fedEvent(url = `${origin}/hook`): Promise<Case> {
  const clientId = await ground.newClient()
  const endpointId = newId('webhook', ground.clock.now())
  const eventId = await ground.db.forClient(clientId, async (tx) => {
    await tx.prisma.webhookEndpoint.create({
      data: {
        id: endpointId,
        clientId,
        url,
        secret: await ground.vault.seal(tx, { kind: 'client' }, secret),
        types: [],
        state: 'enabled',
        createdAt: tx.now,
      },
    })
    return appendEvent(tx, {
      type: 'payment.created',
      resourceType: 'payment',
      resourceId: 'pay_1',
      companyId: null,
      data: { state: 'draft' },
    })
  })
  await feedEvents(ground.db)
  const delivery = await ground.db.forClient(clientId, (tx) => tx.prisma.webhookDelivery.findFirstOrThrow())
  return { clientId, endpointId, deliveryId: delivery.id, eventId }
}
const run = ({ clientId, deliveryId }: Case, with_ = ports) =>
  deliver(with_, { clientId, subjectId: deliveryId, attempt: 1, signal: new AbortController().signal })
const deliveryOf = ({ clientId, deliveryId }: Case) =>
  ground.db.forClient(clientId, (tx) =>
    tx.prisma.webhookDelivery.findUniqueOrThrow({ where: { id: deliveryId } }),
  )

describe('a webhook', () => {
  it('arrives once, signed, through the worker', async () => {
    const parcel = await fedEvent()
    const worker = await startWorker(ports, {
      databaseUrl: ground.database.appUrl,
      jobs: [webhookDeliver],
      intervalMs: 50,
    })
    await until('delivered', async () => (await deliveryOf(parcel)).state === 'delivered')
    await worker.stop()
    expect(received).toHaveLength(1)
    const [{ headers, body } = { headers: {}, body: '' }] = received
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    expect(verifyWebhook(secret, flat, body, new Date())).toBe(true)
    expect(headers['webhook-id']).toBe(parcel.eventId)
    expect(JSON.parse(body)).toMatchObject({
      id: parcel.eventId,
      type: 'payment.created',
      resourceId: 'pay_1',
      sequence: 1,
      data: { state: 'draft' },
    })
    expect(await deliveryOf(parcel)).toMatchObject({ attempts: 1, lastStatus: 204, lastError: null })
    const due = await ground.db.forClient(parcel.clientId, (tx) => tx.prisma.dueWork.count())
    expect(due).toBe(0)
  })

  it.each([500, 404, 429, 301])('is tried again after %i, under the same id', async (status) => {
    const parcel = await fedEvent()
    reply = { status, headers: { location: `${origin}/elsewhere` } }
    const outcome = await run(parcel)
    expect(outcome).toHaveProperty('next')
    expect(await deliveryOf(parcel)).toMatchObject({ state: 'retry_wait', attempts: 1, lastStatus: status })
    reply = { status: 200 }
    expect(await run(parcel)).toBe('done')
    expect(await deliveryOf(parcel)).toMatchObject({ state: 'delivered', attempts: 2, lastStatus: 200 })
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([parcel.eventId, parcel.eventId])
  })

  it('waits as long as the receiver asks', async () => {
    const parcel = await fedEvent()
    reply = { status: 503, headers: { 'retry-after': '3600' } }
    const before = ground.clock.now().getTime()
    const outcome = await run(parcel)
    if (outcome === 'done') throw new Error('it gave up')
    expect(outcome.next.getTime()).toBeGreaterThanOrEqual(before + 3_600_000)
  })

  it('is given up after the tenth attempt', async () => {
    const parcel = await fedEvent()
    reply = { status: 500 }
    for (let attempt = 1; attempt < 10; attempt++) expect(await run(parcel)).toHaveProperty('next')
    expect(await run(parcel)).toBe('done')
    expect(await deliveryOf(parcel)).toMatchObject({ state: 'exhausted', attempts: 10 })
    expect(await run(parcel)).toBe('done')
    expect(received).toHaveLength(10)
  })

  it('disables its endpoint when the receiver is gone', async () => {
    const parcel = await fedEvent()
    reply = { status: 410 }
    expect(await run(parcel)).toBe('done')
    expect(await deliveryOf(parcel)).toMatchObject({ state: 'exhausted', lastStatus: 410 })
    const [endpoint, event] = await ground.db.forClient(parcel.clientId, (tx) =>
      Promise.all([
        tx.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: parcel.endpointId } }),
        tx.prisma.event.findFirst({ where: { type: 'webhook_endpoint.state_changed' } }),
      ]),
    )
    expect(endpoint.state).toBe('disabled')
    expect(event).not.toBeNull()
  })

  it('is not sent to a disabled endpoint', async () => {
    const parcel = await fedEvent()
    await ground.db.forClient(parcel.clientId, (tx) =>
      tx.prisma.webhookEndpoint.update({ where: { id: parcel.endpointId }, data: { state: 'disabled' } }),
    )
    expect(await run(parcel)).toBe('done')
    expect(received).toHaveLength(0)
    expect(await deliveryOf(parcel)).toMatchObject({
      state: 'exhausted',
      lastError: 'the endpoint is disabled',
    })
  })

  it('is taken up again when a process died while it sent', async () => {
    const parcel = await fedEvent()
    await ground.db.forClient(parcel.clientId, (tx) =>
      tx.prisma.webhookDelivery.update({
        where: { id: parcel.deliveryId },
        data: { state: 'sending', attempts: 1 },
      }),
    )
    expect(await run(parcel)).toBe('done')
    expect(await deliveryOf(parcel)).toMatchObject({ state: 'delivered', attempts: 2 })
  })

  it('goes to no private address, and over TLS only, unless that is allowed', async () => {
    const strict = { ...ports, allowPrivateWebhooks: false }
    const plain = await fedEvent()
    await run(plain, strict)
    expect((await deliveryOf(plain)).lastError).toBe('http: is not https:')
    const local = await fedEvent(`${origin.replace('http:', 'https:')}/hook`)
    await run(local, strict)
    expect((await deliveryOf(local)).lastError).toBe('localhost is not an address of the public internet')
    expect(received).toHaveLength(0)
  })

  it('waits without counting an attempt while its endpoint does not answer', async () => {
    const parcel = await fedEvent('http://127.0.0.1:1/hook')
    await run(parcel)
    expect(await deliveryOf(parcel)).toMatchObject({ attempts: 1, state: 'retry_wait' })
    const outcome = await run(parcel)
    expect(outcome).toMatchObject({ next: expect.any(Date) })
    expect(await deliveryOf(parcel)).toMatchObject({ attempts: 1, state: 'retry_wait' })
  })

  it('names why there was no answer', async () => {
    const parcel = await fedEvent('http://127.0.0.1:1/')
    await run(parcel)
    expect(await deliveryOf(parcel)).toMatchObject({
      state: 'retry_wait',
      lastStatus: null,
      lastError: 'ECONNREFUSED',
    })
  })
})
