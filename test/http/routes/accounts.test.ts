import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'
import { type ExampleRows, exampleRows } from '../example-rows.ts'

let api: TestApi
let account: string
let ids: ExampleRows
beforeAll(async () => {
  api = await testApi()
  ids = await exampleRows(api)
  account = `/v1/accounts/${ids.account}`
})
afterAll(() => api.close())

test.each(['transactions', 'completeness'])(
  'a period that ends before it begins is refused, both days named (%s)',
  async (list) => {
    const answer = await api.a.get(`${account}/${list}?from=2026-03-05&to=2026-03-04`)
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'query.from' }, { path: 'query.to' }] },
    })
    expect(answer.body.detail).toMatch(/to 2026-03-04.*from 2026-03-05/)
    expect((await api.a.get(`${account}/${list}?from=2026-03-05&to=2026-03-05`)).status).toBe(200)
  },
)

test('the number of an account is shown whatever its kind, masked until a person has said whose it is', async () => {
  expect((await api.a.get(account)).body).toMatchObject({ bban: '*******7947', number: '*******7947' })
})

test('gaps that are open, closed or all are asked for by name', async () => {
  const body = { gaps: [], gapCount: 0, missingStatements: [] }
  for (const gaps of ['open', 'closed', 'all']) {
    expect(await api.a.get(`${account}/completeness?gaps=${gaps}`)).toMatchObject({ status: 200, body })
  }
  expect((await api.a.get(`${account}/completeness?gaps=old`)).status).toBe(400)
})

test('a read that has not begun has no days, and a comparison that runs says so', async () => {
  expect((await api.a.get(`/v1/syncJobs/${ids.job}`)).body).toMatchObject({ fromDate: null, toDate: null })
  expect((await api.a.get(`${account}/twins`)).body.data).toMatchObject([{ state: 'running', endedAt: null }])
})
