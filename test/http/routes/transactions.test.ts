import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'
import { exampleRows } from '../example-rows.ts'

let api: TestApi
let transaction: string
let account: string
beforeAll(async () => {
  api = await testApi()
  const ids = await exampleRows(api)
  transaction = `/v1/transactions/${ids.transaction}`
  account = ids.account
})
afterAll(() => api.close())

test('what was said of a transaction is listed; what it was before too', async () => {
  expect((await api.a.get(`${transaction}/revisions`)).body).toEqual({
    data: [],
    nextCursor: null,
    toldBy: [],
  })
  const rulings = await api.a.get(`${transaction}/rulings`)
  expect(rulings.body.data).toMatchObject([{ kind: 'different', decidedBy: 'example' }])
  const undone = await api.a.post(`${transaction}/rulings/${rulings.body.data[0].id}/undo`)
  expect(undone).toMatchObject({ status: 200, body: { id: rulings.body.data[0].id } })
})

test('a split of a revision that is not there, and a merger with nothing, are refused', async () => {
  expect(await api.a.post(`${transaction}/split`, { revision: 3 })).toMatchObject({
    status: 409,
    body: { code: 'ruling_refused' },
  })
  expect((await api.a.post(`${transaction}/split`, { revision: 3_000_000_000 })).status).toBe(400)
  const cursor = Buffer.from(JSON.stringify([transaction.split('/').at(-1), '99999999999'])).toString(
    'base64url',
  )
  expect((await api.a.get(`${transaction}/revisions?after=${cursor}`)).status).toBe(400)
  const otherId = `txn_${'0'.repeat(26)}`
  expect(await api.a.post(`${transaction}/merge`, { otherId })).toMatchObject({
    status: 422,
    body: { code: 'reference_unknown' },
  })
  const reader = await api.a.withScopes('read')
  expect((await reader.post(`${transaction}/merge`, { otherId })).status).toBe(403)
})

test('an account goes on from another provider, and its list shows only what is new', async () => {
  const amount = { amount: '123.45', currency: 'NOK' }
  const path = `/v1/accounts/${account}`
  const taken = await api.a.post(`${path}/take-over`, { bookingDate: '2026-01-02', amount })
  expect(taken).toMatchObject({ status: 200, body: { takenOver: 1, fresh: 0 } })
  expect((await api.a.get(`${path}/transactions?takenOver=false`)).body.data).toEqual([])
  expect((await api.a.get(`${path}/transactions?takenOver=true`)).body.data).toHaveLength(1)
})
