import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src/domain/ids.ts'
import { type TestApi, testApi } from '../../support/api.ts'

let api: TestApi
let sandbox: TestApi
beforeAll(async () => {
  api = await testApi()
  sandbox = await testApi({ ports: () => ({ allowPrivateWebhooks: true }) })
})
afterAll(async () => {
  await api.close()
  await sandbox.close()
})

test('an endpoint is made enabled; its signing secret is told once and kept encrypted', async () => {
  const { status, body } = await api.a.post('/v1/webhookEndpoints', {
    url: 'https://example.com/hooks',
    types: ['payment.state_changed', 'payment.state_changed'],
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({ state: 'enabled', types: ['payment.state_changed'] })
  expect(body.secret).toMatch(/^whsec_/)
  expect(Buffer.from(body.secret.slice(6), 'base64')).toHaveLength(32)
  const read = await api.a.get(`/v1/webhookEndpoints/${body.id}`)
  expect(read.body).not.toHaveProperty('secret')
  await api.db.forClient(api.a.clientId, async (tx) => {
    const row = await tx.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: body.id } })
    expect(row.secret).not.toContain(body.secret.slice(6))
    expect(await api.ports.vault.open(tx, row.secret)).toBe(body.secret)
  })
})

const refused = [
  'http://example.com/',
  'ftp://example.com/',
  'https://user:pass@example.com/',
  'https://localhost/',
  'https://127.0.0.1/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'nonsense',
]
test.each(refused)('%s may not receive webhooks', async (url) => {
  const answer = await api.a.post('/v1/webhookEndpoints', { url })
  expect(answer).toMatchObject({
    status: 422,
    body: { code: 'webhook_url_refused', errors: [{ path: 'body.url' }] },
  })
})

test('a sandbox may send to its own machine without TLS, but never with credentials', async () => {
  const local = await sandbox.a.post('/v1/webhookEndpoints', { url: 'http://127.0.0.1:9000/x' })
  expect(local).toMatchObject({ status: 201, body: { url: 'http://127.0.0.1:9000/x' } })
  const leaky = await sandbox.a.post('/v1/webhookEndpoints', { url: 'http://u:p@127.0.0.1/' })
  expect(leaky).toMatchObject({ status: 422 })
})

test('an event type that does not exist is refused', async () => {
  const answer = await api.a.post('/v1/webhookEndpoints', {
    url: 'https://example.com/',
    types: ['payment.exploded'],
  })
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'body.types.0' }] } })
})

test('disabling and enabling are moves with history and an event; repeating one changes nothing', async () => {
  const { body: made } = await api.a.post('/v1/webhookEndpoints', { url: 'https://example.com/' })
  for (const verb of ['disable', 'disable', 'enable']) {
    const answer = await api.a.post(`/v1/webhookEndpoints/${made.id}/${verb}`)
    expect(answer).toMatchObject({ status: 200, body: { state: `${verb}d` } })
  }
  await api.db.forClient(api.a.clientId, async (tx) => {
    const moves = await tx.prisma.stateChange.findMany({
      where: { resourceId: made.id },
      orderBy: { id: 'asc' },
    })
    expect(moves.map((move) => move.toState).sort()).toEqual(['disabled', 'enabled'])
    expect(await tx.prisma.event.count({ where: { resourceId: made.id } })).toBe(2)
  })
})

test('deliveries show what was sent and what came back', async () => {
  const { body: endpoint } = await api.a.post('/v1/webhookEndpoints', { url: 'https://example.com/' })
  await api.db.forClient(api.a.clientId, async (tx) => {
    const delivery = {
      clientId: tx.clientId,
      endpointId: endpoint.id,
      createdAt: tx.now,
      attempts: 0,
      state: 'pending',
    }
    for (let i = 0; i < 3; i++) {
      await tx.prisma.webhookDelivery.create({
        data: { ...delivery, id: newId('delivery', tx.now), eventId: newId('event', tx.now) },
      })
    }
  })
  const { body } = await api.a.get(`/v1/webhookEndpoints/${endpoint.id}/deliveries?limit=2`)
  expect(body.data).toHaveLength(2)
  expect(body.data[0]).toMatchObject({ state: 'pending', attempts: 0, lastStatus: null, deliveredAt: null })
  const rest = await api.a.get(`/v1/webhookEndpoints/${endpoint.id}/deliveries?after=${body.nextCursor}`)
  expect(rest.body.data).toHaveLength(1)
  const list = await api.a.get('/v1/webhookEndpoints')
  expect(list.body.data.map((row: { id: string }) => row.id)).toContain(endpoint.id)
})
