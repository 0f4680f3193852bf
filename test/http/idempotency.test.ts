import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Problem } from '../../src/domain/problems.ts'
import { defineRoute } from '../../src/http/define-route.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type TestApi, testApi } from '../support/api.ts'

/** A creation that waits until it is told to go on, and breaks when it is told to. */
const gate = { opened: Promise.resolve(), entered: () => {}, breaks: false }

const slowRoute = defineRoute({
  method: 'POST',
  path: '/v1/test/slow',
  operationId: 'createSlowly',
  summary: 'Test',
  tag: 'test',
  scope: 'write',
  body: z.object({ name: z.string() }),
  answer: { status: 201, schema: z.object({ id: z.string() }) },
  problems: [],
  async handle({ tx, body }) {
    const id = `cmp_${body.name}`
    await tx.prisma.company.create({
      data: { id, clientId: tx.clientId, organisationNumber: body.name, name: body.name, createdAt: tx.now },
    })
    gate.entered()
    await gate.opened
    if (gate.breaks) throw new Error('the process died here')
    return { id }
  },
})

/** A creation that asks elsewhere first. */
const elsewhere = { asked: 0, answers: true }
const lookingRoute = defineRoute({
  method: 'POST',
  path: '/v1/test/looking',
  operationId: 'createLooking',
  summary: 'Test',
  tag: 'test',
  scope: 'write',
  body: z.object({ name: z.string() }),
  answer: { status: 201, schema: z.object({ found: z.string() }) },
  problems: ['register_unavailable'],
  async lookUp({ body }) {
    elsewhere.asked++
    if (!elsewhere.answers) throw new Problem('register_unavailable', 'It does not answer.')
    return { name: body.name.toUpperCase() }
  },
  handle: async ({ found }) => ({ found: found.name }),
})

let api: TestApi
beforeAll(async () => {
  api = await testApi({ routes: [...routes, slowRoute, lookingRoute] })
})
afterAll(() => api.close())

const companies = () => api.db.forClient(api.a.clientId, (tx) => tx.prisma.company.count())
const kept = () => api.db.forClient(api.a.clientId, (tx) => tx.prisma.idempotencyKey.findMany())

describe('a POST that creates', () => {
  test('needs a key', async () => {
    const answer = await api.a.request('POST', '/v1/apiKeys', {
      body: { name: 'x', scopes: ['read'] },
      idempotencyKey: null,
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing', retryable: false } })
  })

  test('refuses a key that is no key', async () => {
    const answer = await api.a.post('/v1/apiKeys', { name: 'x', scopes: ['read'] }, 'two words')
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'headers.idempotency-key' }] },
    })
  })

  test('answers a retry with the answer it gave, byte for byte, and does nothing', async () => {
    const first = await api.a.post('/v1/apiKeys', { name: 'Once', scopes: ['read'] }, 'k1')
    const again = await api.a.post('/v1/apiKeys', { scopes: ['read'], name: 'Once' }, 'k1')
    expect(first.status).toBe(201)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(again.status).toBe(201)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.body).toEqual(first.body)
    const list = await api.a.get('/v1/apiKeys')
    expect(list.body.data.filter((key: { name: string }) => key.name === 'Once')).toHaveLength(1)
  })

  test('refuses the key for another request', async () => {
    await api.a.post('/v1/apiKeys', { name: 'First', scopes: ['read'] }, 'k2')
    const other = await api.a.post('/v1/apiKeys', { name: 'Second', scopes: ['read'] }, 'k2')
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  })

  test('keeps keys apart by client and by operation', async () => {
    await api.a.post('/v1/apiKeys', { name: 'A', scopes: ['read'] }, 'k3')
    const b = await api.b.post('/v1/apiKeys', { name: 'B', scopes: ['read'] }, 'k3')
    const hook = await api.a.post('/v1/webhookEndpoints', { url: 'https://example.com/' }, 'k3')
    expect([b.status, hook.status]).toEqual([201, 201])
    expect(b.body.name).toBe('B')
  })

  test('keeps its answers encrypted', async () => {
    const { body } = await api.a.post('/v1/apiKeys', { name: 'Secret', scopes: ['read'] }, 'k4')
    const rows = JSON.stringify(await kept())
    expect(body.secret).toMatch(/^kb_test_/)
    expect(rows).not.toContain(body.secret)
    expect(rows).not.toContain('Secret')
  })

  test('forgets after 24 hours, by the injected clock', async () => {
    await api.a.post('/v1/apiKeys', { name: 'Yesterday', scopes: ['read'] }, 'k5')
    api.clock.advance(24 * 3_600_000)
    const today = await api.a.post('/v1/apiKeys', { name: 'Today', scopes: ['read'] }, 'k5')
    expect(today).toMatchObject({ status: 201, body: { name: 'Today' } })
    expect((await kept()).map((row) => row.key)).toEqual(['k5'])
  })

  test('does not keep a problem: the key can be used again', async () => {
    const refused = await api.a.post('/v1/webhookEndpoints', { url: 'ftp://example.com/' }, 'k6')
    const mended = await api.a.post('/v1/webhookEndpoints', { url: 'https://example.com/' }, 'k6')
    expect([refused.status, mended.status]).toEqual([422, 201])
  })
})

describe('two requests with one key at the same time', () => {
  test('one does the work, the other is told to wait, and then gets the same answer', async () => {
    const opening = Promise.withResolvers<void>()
    const entering = Promise.withResolvers<void>()
    Object.assign(gate, { opened: opening.promise, entered: entering.resolve, breaks: false })
    const before = await companies()
    const first = api.a.post('/v1/test/slow', { name: '1' }, 's1')
    await entering.promise
    const meanwhile = await api.a.post('/v1/test/slow', { name: '1' }, 's1')
    expect(meanwhile).toMatchObject({
      status: 409,
      body: { code: 'idempotency_in_progress', retryable: true },
    })
    expect(meanwhile.headers['retry-after']).toBe('1')
    opening.resolve()
    expect(await first).toMatchObject({ status: 201, body: { id: 'cmp_1' } })
    const after = await api.a.post('/v1/test/slow', { name: '1' }, 's1')
    expect(after.headers['idempotent-replayed']).toBe('true')
    expect(await companies()).toBe(before + 1)
  })

  test('a crash in the middle leaves nothing, and frees the key at once', async () => {
    Object.assign(gate, { opened: Promise.resolve(), entered: () => {}, breaks: true })
    const before = await companies()
    const crashed = await api.a.post('/v1/test/slow', { name: '2' }, 's2')
    expect(crashed).toMatchObject({ status: 500, body: { code: 'internal' } })
    expect(JSON.stringify(crashed.body)).not.toContain('died')
    expect(await companies()).toBe(before)
    expect((await kept()).some((row) => row.key === 's2')).toBe(false)
    gate.breaks = false
    expect(await api.a.post('/v1/test/slow', { name: '2' }, 's2')).toMatchObject({ status: 201 })
    expect(await companies()).toBe(before + 1)
  })
})

test('what is asked elsewhere is asked before the work, and not again for a replay', async () => {
  const first = await api.a.post('/v1/test/looking', { name: 'x' }, 'p1')
  expect(first).toMatchObject({ status: 201, body: { found: 'X' } })
  elsewhere.answers = false
  const again = await api.a.post('/v1/test/looking', { name: 'x' }, 'p1')
  expect(again.headers['idempotent-replayed']).toBe('true')
  expect(again.body).toEqual(first.body)
  expect(elsewhere.asked).toBe(1)
  const other = await api.a.post('/v1/test/looking', { name: 'y' }, 'p1')
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect(await api.a.post('/v1/test/looking', { name: 'y' }, 'p2')).toMatchObject({ status: 503 })
})
