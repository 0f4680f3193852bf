import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'
import { exampleRows } from '../example-rows.ts'

let api: TestApi
let changes: string
let transaction: string
beforeAll(async () => {
  api = await testApi()
  const ids = await exampleRows(api)
  changes = `/v1/accounts/${ids.account}/changes`
  transaction = ids.transaction
})
afterAll(() => api.close())

test('the list has no end: its cursor leads on, also where there is nothing yet', async () => {
  const first = await api.a.get(changes)
  expect(first.body).toMatchObject({
    data: [{ change: 'added', transaction: { id: transaction } }],
    more: false,
    nextCursor: expect.any(String),
  })
  const second = await api.a.get(`${changes}?after=${first.body.nextCursor}`)
  expect(second.body).toEqual({ data: [], nextCursor: first.body.nextCursor, more: false })
})

test('a cursor is of one account and of this list', async () => {
  const cursor = (...keys: string[]) => Buffer.from(JSON.stringify(keys)).toString('base64url')
  for (const after of ['x', cursor('acc_1', '0', '0'), cursor(changes.split('/')[3] ?? '', '-1', '0')]) {
    expect(await api.a.get(`${changes}?after=${after}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'query.after' }] },
    })
  }
})
