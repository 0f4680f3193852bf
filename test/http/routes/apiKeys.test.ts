import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

test('a new key works at once, and its secret is told once', async () => {
  const { status, body } = await api.a.post('/v1/apiKeys', { name: ' Nightly ', scopes: ['write', 'read'] })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    id: expect.stringMatching(/^key_/),
    name: 'Nightly',
    scopes: ['read', 'write'],
    hint: body.secret.slice(-4),
    createdAt: api.clock.now().toISOString(),
    revokedAt: null,
  })
  expect(body.secret).toMatch(/^kb_test_[\w-]{32}$/)
  const read = await api.a.get(`/v1/apiKeys/${body.id}`)
  const { secret: _secret, ...rest } = body
  expect(read.body).toEqual(rest)
  const used = await api.app.inject({
    url: '/v1/events',
    headers: { authorization: `Bearer ${body.secret}` },
  })
  expect(used.statusCode).toBe(200)
})

test('the database keeps no secret', async () => {
  const rows = await api.db.forClient(api.a.clientId, (tx) => tx.prisma.apiKey.findMany())
  expect(JSON.stringify(rows)).not.toContain(api.a.apiKey)
})

test('revoking is kept, audited once, and may be repeated', async () => {
  const { body: key } = await api.a.post('/v1/apiKeys', { name: 'Gone', scopes: ['read'] })
  api.clock.advance(60_000)
  const first = await api.a.post(`/v1/apiKeys/${key.id}/revoke`)
  api.clock.advance(60_000)
  const again = await api.a.post(`/v1/apiKeys/${key.id}/revoke`)
  expect(first.body.revokedAt).toEqual(expect.any(String))
  expect(again.body).toEqual(first.body)
  const trail = await api.a.get(`/v1/auditEntries?resourceId=${key.id}`)
  expect(trail.body.data.map((entry: { action: string }) => entry.action)).toEqual([
    'api_key.create',
    'api_key.revoke',
  ])
})

test('a list is read page by page, each key once', async () => {
  for (let i = 0; i < 5; i++) await api.b.post('/v1/apiKeys', { name: `Key ${i}`, scopes: ['read'] })
  const all = await api.b.get('/v1/apiKeys?limit=200')
  expect(all.body.nextCursor).toBeNull()
  const seen: string[] = []
  for (let after = ''; ; ) {
    const { body } = await api.b.get(`/v1/apiKeys?limit=2${after}`)
    expect(body.data.length).toBeLessThanOrEqual(2)
    seen.push(...body.data.map((key: { id: string }) => key.id))
    if (body.nextCursor === null) break
    after = `&after=${body.nextCursor}`
  }
  expect(seen).toEqual(all.body.data.map((key: { id: string }) => key.id))
})

test('a key cannot be made without a name, a scope, or with one that does not exist', async () => {
  for (const body of [
    { name: ' ', scopes: ['read'] },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['root'] },
  ]) {
    expect(await api.a.post('/v1/apiKeys', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
  }
})

test('the audit trail tells who, what, and in which request', async () => {
  const { body: key, headers } = await api.a.post('/v1/apiKeys', { name: 'Traced', scopes: ['read'] })
  const { body } = await api.a.get(`/v1/auditEntries?resourceId=${key.id}`)
  expect(body).toEqual({
    data: [
      {
        id: expect.stringMatching(/^aud_/),
        actor: expect.stringMatching(/^api_key:key_/),
        action: 'api_key.create',
        resourceType: 'api_key',
        resourceId: key.id,
        companyId: null,
        requestId: headers['x-request-id'],
        data: { scopes: ['read'] },
        at: api.clock.now().toISOString(),
      },
    ],
    nextCursor: null,
  })
})
