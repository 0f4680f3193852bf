import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { problems } from '../../src/domain/problems.ts'
import { StateConflict } from '../../src/events/move.ts'
import { defineRoute } from '../../src/http/define-route.ts'
import { problemSchema } from '../../src/http/problem.ts'
import { routes } from '../../src/http/routes/index.ts'
import { money } from '../../src/http/wire.ts'
import { type TestApi, testApi } from '../support/api.ts'

const failures: Record<string, () => Error> = {
  conflict: () => new StateConflict('agreement', 'agr_1', 'sent', 'active', 'expired'),
  bank: () => new ConnectorFailure({ kind: 'rejected', detail: 'debtor 12345678901', bank: { code: 'X1' } }),
  other: () => new Error('password is hunter2 at /etc/passwd'),
}
const common = { tag: 'test', summary: 'Test', answer: { status: 200, schema: z.object({}) } } as const
const failing = defineRoute({
  ...common,
  method: 'GET',
  path: '/v1/test/fails/:how',
  operationId: 'fail',
  scope: 'read',
  params: z.object({ how: z.string() }),
  problems: ['state_conflict'],
  async handle({ params }) {
    throw failures[params.how]?.() ?? new Error('no such failure')
  },
})
const writingGet = defineRoute({
  ...common,
  method: 'GET',
  path: '/v1/test/writes',
  operationId: 'writeOnGet',
  scope: 'read',
  problems: [],
  async handle({ tx }) {
    await tx.prisma.ignoredAccount.create({
      data: {
        clientId: tx.clientId,
        companyId: 'cmp_1',
        institutionId: 'x',
        numberHash: 'y',
        createdAt: tx.now,
      },
    })
    return {}
  },
})
const taking = defineRoute({
  ...common,
  method: 'POST',
  path: '/v1/test/takes',
  operationId: 'take',
  scope: 'write',
  creates: false,
  query: z.strictObject({ dry: z.enum(['yes', 'no']).optional() }),
  body: z.strictObject({ name: z.string(), amount: money }),
  problems: [],
  handle: async () => ({}),
})
const upload = defineRoute({
  ...common,
  method: 'POST',
  path: '/v1/test/upload',
  operationId: 'upload',
  scope: 'write',
  creates: false,
  body: { mediaTypes: ['application/xml', 'application/octet-stream'], maxBytes: 2_000_000 },
  answer: { status: 200, schema: z.object({ size: z.int() }) },
  problems: [],
  handle: async ({ body }) => ({ size: body.length }),
})

let api: TestApi
beforeAll(async () => {
  api = await testApi({ routes: [...routes, failing, writingGet, taking, upload] })
})
afterAll(() => api.close())

const fine = { name: 'x', amount: { amount: '1.00', currency: 'NOK' } }
const send = (payload: string, type: string, url = '/v1/test/takes') =>
  api.a.request('POST', url, { body: payload, headers: { 'content-type': type } })

describe('every refusal is problem+json in one shape', () => {
  const cases: [string, number, string, () => Promise<{ status: number; headers: object; body: unknown }>][] =
    [
      ['an unknown address', 404, 'not_found', () => api.a.get('/v1/nothing')],
      ['an unknown method', 404, 'not_found', () => api.a.request('DELETE', '/v1/events')],
      ['a malformed address', 400, 'invalid_request', () => api.a.get('/v1/apiKeys/%zz')],
      ['an endless parameter', 404, 'not_found', () => api.a.get(`/v1/apiKeys/${'x'.repeat(500)}`)],
      ['an impossible id', 404, 'not_found', () => api.a.get('/v1/apiKeys/cmp_1')],
      ['broken JSON', 400, 'invalid_request', () => send('{', 'application/json')],
      ['a poisoned JSON', 400, 'invalid_request', () => send('{"__proto__":{}}', 'application/json')],
      ['no body', 400, 'invalid_request', () => send('', 'application/json')],
      ['another content type', 415, 'unsupported_media_type', () => send('<a/>', 'application/xml')],
      [
        'JSON for a file',
        415,
        'unsupported_media_type',
        () => send('{}', 'application/json', '/v1/test/upload'),
      ],
      [
        'a body too large',
        413,
        'payload_too_large',
        () => send(`"${'x'.repeat(1_100_000)}"`, 'application/json'),
      ],
      ['an unknown query', 400, 'invalid_request', () => api.a.get('/v1/events?form=1')],
      ['a limit too high', 400, 'invalid_request', () => api.a.get('/v1/events?limit=201')],
      ['a foreign cursor', 400, 'invalid_request', () => api.a.get('/v1/events?after=bm9uZQ')],
      ['a lost race', 409, 'state_conflict', () => api.a.get('/v1/test/fails/conflict')],
      ['a bank that failed', 500, 'internal', () => api.a.get('/v1/test/fails/bank')],
      ['a bug', 500, 'internal', () => api.a.get('/v1/test/fails/other')],
      ['a GET that would write', 500, 'internal', () => api.a.get('/v1/test/writes')],
    ]
  test.each(cases)('%s', async (_name, status, code, ask) => {
    const answer = await ask()
    expect(answer).toMatchObject({ status, body: { status, code } })
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching('application/problem\\+json'),
    })
    const body = z.strictObject(problemSchema.shape).parse(answer.body)
    expect(answer.headers).toMatchObject({ 'x-request-id': body.requestId })
    expect(body.type).toBe(`urn:kontobro:problem:${code}`)
  })
})

test('a body that is wrong in several places is told all of them', async () => {
  const { body } = await api.a.request('POST', '/v1/test/takes?dry=maybe', {
    body: { amount: { amount: '1.005', currency: 'NOK' }, extra: true },
  })
  expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
    'body',
    'body.amount.amount',
    'body.name',
    'query.dry',
  ])
  expect(body.detail).toBe('4 parts of the request are not valid.')
})

test('what went wrong inside stays inside', async () => {
  const bug = await api.a.get('/v1/test/fails/other')
  const bank = await api.a.get('/v1/test/fails/bank')
  expect(JSON.stringify([bug.body, bank.body])).not.toMatch(/hunter2|passwd|12345678901|X1|rejected/)
  expect(bug.body).toMatchObject({ retryable: true })
})

test('a state conflict names the state, not the row', async () => {
  const { body } = await api.a.get('/v1/test/fails/conflict')
  expect(body.detail).toBe('The agreement is in the state expired.')
})

test('a GET that would write has written nothing', async () => {
  await api.a.get('/v1/test/writes')
  expect(await api.db.forClient(api.a.clientId, (tx) => tx.prisma.ignoredAccount.count())).toBe(0)
})

describe('API keys', () => {
  const withHeader = (authorization?: string) =>
    api.app.inject({ url: '/v1/events', headers: authorization === undefined ? {} : { authorization } })

  test('a missing, wrong, mistyped, other kind of and revoked key look the same', async () => {
    const { body: key } = await api.a.post('/v1/apiKeys', { name: 'Short life', scopes: ['read'] })
    expect((await withHeader(`Bearer ${key.secret}`)).statusCode).toBe(200)
    const revoked = await api.a.post(`/v1/apiKeys/${key.id}/revoke`)
    expect(revoked.body.revokedAt).not.toBeNull()
    const answers = await Promise.all([
      withHeader(),
      withHeader(`Bearer kb_test_${'a'.repeat(32)}`),
      withHeader('Basic abc'),
      withHeader(`Bearer ${api.a.apiKey.replace('kb_test_', 'kb_live_')}`),
      withHeader(`Bearer ${key.secret}`),
    ])
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
      expect(answer.json().detail).toBe(answers[0].json().detail)
    }
  })
})

test('a file is taken as bytes, up to its own limit', async () => {
  const taken = await send('x'.repeat(1_500_000), 'application/xml', '/v1/test/upload')
  expect(taken).toMatchObject({ status: 200, body: { size: 1_500_000 } })
  const large = await send('x'.repeat(2_000_001), 'application/octet-stream', '/v1/test/upload')
  expect(large).toMatchObject({ status: 413 })
})

test('a JSON body without the header of a creation is fine where nothing is created', async () => {
  expect(await api.a.request('POST', '/v1/test/takes', { body: fine, idempotencyKey: null })).toMatchObject({
    status: 200,
  })
})

test('a key that asks too often is told when to come back, and others are not', async () => {
  const strict = await testApi({ requestsPerMinute: 3 })
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push(await strict.a.get('/v1/events'))
  expect(statuses.map((answer) => answer.status)).toEqual([200, 200, 200, 429])
  expect(statuses.at(-1)).toMatchObject({ body: { code: 'rate_limited', retryable: true } })
  expect(Number(statuses.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
  expect(await strict.b.get('/v1/events')).toMatchObject({ status: 200 })
  await strict.close()
})

test('what is not HTTP is answered with a problem, too', async () => {
  const strange = await testApi()
  const address = new URL(await strange.app.listen({ host: '127.0.0.1', port: 0 }))
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(address.port), address.hostname, () => socket.write('what is this\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
  expect(answer).toContain('content-type: application/problem+json')
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    code: 'invalid_request',
    status: 400,
  })
  await strange.close()
})

test('docs/errors.md and the catalogue say the same', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| (\S.*) \|$/gm)].map((row) => {
    return { code: row[1], status: Number(row[2]), retryable: row[3] === 'yes' }
  })
  const catalogue = Object.entries(problems).map(([code, { status, retryable }]) => ({
    code,
    status,
    retryable,
  }))
  const byCode = (a: { code?: string | undefined }, b: { code?: string | undefined }) =>
    (a.code ?? '') < (b.code ?? '') ? -1 : 1
  expect(documented.sort(byCode)).toEqual(catalogue.sort(byCode))
})

test('a content type that is not taken is answered with those that are', async () => {
  const json = await send('<a/>', 'application/xml')
  expect(json.body).toMatchObject({ detail: 'This operation takes the content types application/json.' })
  const file = await send('x', 'multipart/form-data; boundary=x', '/v1/files?companyId=com_1')
  expect(file).toMatchObject({ status: 415, body: { detail: expect.stringContaining('application/zip') } })
  for (const type of ['application/x-www-form-urlencoded', 'text/csv', 'application/x-gzip'])
    expect((await send('x', type, '/v1/files')).status, type).toBe(400)
})
