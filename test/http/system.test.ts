import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openDb } from '../../src/db.ts'
import { defineRoute } from '../../src/http/define-route.ts'
import { buildHttp } from '../../src/http/server.ts'
import { type TestApi, testApi } from '../support/api.ts'
import { emptyDatabase } from '../support/database.ts'

const leaving = defineRoute({
  method: 'GET',
  path: '/v1/test/leaving',
  operationId: 'leaving',
  summary: 'Test',
  tag: 'test',
  scope: 'read',
  deprecated: { since: '2026-01-01', sunset: '2026-09-01' },
  answer: { status: 200, schema: z.object({}) },
  problems: [],
  handle: async () => ({}),
})
const paper = defineRoute({
  method: 'GET',
  path: '/v1/test/paper',
  operationId: 'paper',
  summary: 'Test',
  tag: 'test',
  scope: 'read',
  answer: { status: 200, mediaType: 'application/pdf' },
  problems: [],
  handle: async () => Buffer.from('%PDF-1.7'),
})
const nothing = defineRoute({
  method: 'DELETE',
  path: '/v1/test/nothing',
  operationId: 'nothing',
  summary: 'Test',
  tag: 'test',
  scope: 'write',
  answer: { status: 204 },
  problems: [],
  handle: async () => undefined,
})

let api: TestApi
beforeAll(async () => {
  api = await testApi({
    routes: [leaving, paper, nothing],
    pages: async (pages) => {
      pages.get('/hello', async (_request, reply) => reply.type('text/html').send('<p>Hello'))
    },
  })
})
afterAll(() => api.close())

async function readiness(change: Parameters<typeof buildHttp>[0]) {
  const app = await buildHttp(change, { routes: [] })
  const answer = await app.inject('/health/ready')
  await app.close()
  return { status: answer.statusCode, body: answer.json() }
}

test('a process with a migrated database of its kind is live and ready', async () => {
  expect((await api.app.inject('/health/live')).json()).toEqual({ status: 'ok' })
  expect(await readiness(api.ports)).toEqual({ status: 200, body: { status: 'ok' } })
})

test('a database of the other kind, without tables, or away is not ready', async () => {
  const empty = await emptyDatabase()
  const bare = openDb({ url: empty.ownerUrl, poolSize: 2, clock: api.clock })
  const away = openDb({ url: 'postgres://x:y@127.0.0.1:9/none', poolSize: 2, clock: api.clock })
  expect(await readiness({ ...api.ports, kind: 'live' })).toMatchObject({ status: 503 })
  expect(await readiness({ ...api.ports, db: bare })).toMatchObject({
    status: 503,
    body: { reason: 'database_not_migrated' },
  })
  expect(await readiness({ ...api.ports, db: away })).toMatchObject({
    status: 503,
    body: { reason: 'database_unreachable' },
  })
  await bare.close()
  await away.close()
  await empty.drop()
})

test('metrics count by route, and name no client', async () => {
  await api.a.get('/v1/test/leaving')
  const { body } = await api.app.inject('/metrics')
  expect(body).toMatch(
    /kontobro_http_request_duration_seconds_count\{method="GET",route="\/v1\/test\/leaving",status="200"\} 1/,
  )
  expect(body).not.toContain(api.a.clientId)
})

test('metrics count work that rests, is late or fails, by kind', async () => {
  await api.db.forClient(api.a.clientId, async (tx) => {
    const born = { clientId: tx.clientId, createdAt: tx.now, attempts: 1 }
    const work = [
      { id: 'due_parked', kind: 'statements-sync', subjectId: 'acc_1', dueAt: new Date('9999-12-31') },
      { id: 'due_late', kind: 'reconcile', subjectId: 'acc_1', dueAt: new Date(tx.now.getTime() - 600_000) },
      { id: 'due_failing', kind: 'statements-sync', subjectId: 'acc_2', dueAt: tx.now, failures: 3 },
    ]
    await tx.prisma.dueWork.createMany({ data: work.map((each) => ({ ...born, ...each })) })
  })
  const { body } = await api.app.inject('/metrics')
  expect(body).toContain('kontobro_due_work_parked{kind="statements-sync"} 1')
  expect(body).toContain('kontobro_due_work_late{kind="reconcile"} 1')
  expect(body).toContain('kontobro_due_work_failing{kind="statements-sync"} 1')
})

test('what is going to be taken away says when', async () => {
  const { headers } = await api.a.get('/v1/test/leaving')
  expect(headers).toMatchObject({ deprecation: '@1767225600', sunset: 'Tue, 01 Sep 2026 00:00:00 GMT' })
})

test('a document is answered as its bytes, and nothing as nothing', async () => {
  const document = await api.a.get('/v1/test/paper')
  expect(document).toMatchObject({ status: 200, body: '%PDF-1.7' })
  expect(document.headers['content-type']).toBe('application/pdf')
  expect(await api.a.request('DELETE', '/v1/test/nothing')).toMatchObject({ status: 204, body: '' })
})

test('answers of the API are not kept by anyone on the way, and frame nowhere', async () => {
  const { headers } = await api.a.get('/v1/test/leaving')
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
})

test('hosted pages live beside the API, without its keys and headers', async () => {
  const page = await api.app.inject('/hello')
  expect(page.body).toBe('<p>Hello')
  expect(page.headers).not.toHaveProperty('content-security-policy')
  expect(page.headers['x-request-id']).toMatch(/^req_/)
})
