import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'
import { exampleRows } from '../example-rows.ts'

let api: TestApi
let account: string
beforeAll(async () => {
  api = await testApi()
  const ids = await exampleRows(api)
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

test('gaps that are open, closed or all are asked for by name', async () => {
  const body = { gaps: [], gapCount: 0, missingStatements: [] }
  for (const gaps of ['open', 'closed', 'all']) {
    expect(await api.a.get(`${account}/completeness?gaps=${gaps}`)).toMatchObject({ status: 200, body })
  }
  expect((await api.a.get(`${account}/completeness?gaps=old`)).status).toBe(400)
})
