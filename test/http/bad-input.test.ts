import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApi, testApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

describe('a control character is named by its place', () => {
  test.each([
    ['body.name', '/v1/apiKeys', { name: 'A\u0000B', scopes: ['read'] }],
    ['body.types.0', '/v1/webhookEndpoints', { url: 'https://example.com/', types: ['a\u001bb'] }],
    ['body.url', '/v1/webhookEndpoints', { url: 'https://example.com/\u0000' }],
    ['body.name', '/v1/apiKeys', { name: 'A\u0085B', scopes: ['read'] }],
  ])('%s', async (path, url, body) => {
    const answer = await api.a.post(url, body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path }] })
    expect(answer.body.detail).toContain('U+00')
  })

  test('in a query too', async () => {
    const answer = await api.a.get('/v1/openItems?externalId=a%00b')
    expect(answer.body).toMatchObject({ status: 400, errors: [{ path: 'query.externalId' }] })
  })
})

test('what is not JSON is told where it stops being JSON', async () => {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/v1/companies',
    headers: {
      authorization: `Bearer ${api.a.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'broken',
    },
    payload: '{"organisationNumber": "312345676",}',
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path: 'body' }] })
  expect(answer.json().detail).toMatch(/position 35/)
})
