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

test('what is named in none of the forms of a body is told form by form', async () => {
  const told = async (path: string, body: unknown) => (await api.a.post(path, body)).body.errors
  const takeOver = `/v1/accounts/${account}/take-over`
  const forms = (message: string) => [{ path: 'body', message: `fits none of its forms: ${message}` }]
  expect(await told(takeOver, {})).toEqual(
    forms('lastTransactionId is missing; or bookingDate is missing, amount is missing'),
  )
  expect(await told(takeOver, { bookingDate: '2026-01-02' })).toMatchObject([{ path: 'body.amount' }])
  const split = `${transaction}/split`
  expect(await told(split, {})).toEqual(forms('revision is missing; or route is missing'))
  expect(await told(split, { revision: 'a' })).toMatchObject([{ path: 'body.revision' }])
  expect(await told(split, { revision: 1, route: 'file:camt' })).toEqual(
    forms('route has to be left out; or revision has to be left out'),
  )
  const address = { psu: { ipAddress: 'here' } }
  expect(await told(`/v1/accounts/${account}/refresh`, address)).toEqual([
    { path: 'body.psu.ipAddress', message: expect.stringMatching(/IPv4.*; or .*IPv6/) },
  ])
})

test('an account goes on from another provider, and its list shows only what is new', async () => {
  const amount = { amount: '123.45', currency: 'NOK' }
  const path = `/v1/accounts/${account}`
  const taken = await api.a.post(`${path}/take-over`, { bookingDate: '2026-01-02', amount })
  expect(taken).toMatchObject({ status: 200, body: { takenOver: 1, fresh: 0 } })
  expect((await api.a.get(`${path}/transactions?takenOver=false`)).body.data).toEqual([])
  expect((await api.a.get(`${path}/transactions?takenOver=true`)).body.data).toHaveLength(1)
})
