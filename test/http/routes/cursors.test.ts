import { afterAll, beforeAll, expect, test } from 'vitest'
import { pageOf, writeCursor } from '../../../src/http/paging.ts'
import { type TestApi, testApi } from '../../support/api.ts'
import { type ExampleRows, exampleRows } from '../example-rows.ts'

let api: TestApi
let ids: ExampleRows
beforeAll(async () => {
  api = await testApi()
  ids = await exampleRows(api)
})
afterAll(() => api.close())

const lists: readonly [list: string, own: (ids: ExampleRows) => string, path: string, keys: string[]][] = [
  ['transactions', (of) => of.account, '/v1/accounts/:own/transactions', ['2026-01-01', 'txn_0']],
  ['statements', (of) => of.account, '/v1/accounts/:own/statements', ['stm_0']],
  ['twins', (of) => of.account, '/v1/accounts/:own/twins', ['twn_0']],
  ['changes', (of) => of.account, '/v1/accounts/:own/changes', ['1', '1']],
  ['revisions', (of) => of.transaction, '/v1/transactions/:own/revisions', ['1']],
  ['rulings', (of) => of.transaction, '/v1/transactions/:own/rulings', ['rul_0']],
]

test.each(lists)(
  '%s: a cursor goes on in the list that gave it, and in no other',
  async (_, own, path, keys) => {
    const list = path.replace(':own', own(ids))
    const after = (place: string) => api.a.get(`${list}?after=${writeCursor([place, ...keys])}`)
    expect((await after(own(ids))).status).toBe(200)
    const refused = await after('acc_another')
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'query.after' }] } })
  },
)

test('a filtered list is not gone on with under another filter', async () => {
  const { nextCursor } = (await api.a.get('/v1/syncJobs?limit=1')).body
  expect(nextCursor).toBeNull()
  const whole = pageOf([{ id: 'job_0' }, { id: 'job_1' }], 1, (row) => ['', row.id]).nextCursor
  expect((await api.a.get(`/v1/syncJobs?after=${whole}`)).status).toBe(200)
  expect((await api.a.get(`/v1/syncJobs?after=${whole}&accountId=${ids.account}`)).status).toBe(400)
  expect((await api.a.get(`/v1/usage?month=2026-01&after=${writeCursor(['2026-02', 'com_0'])}`)).status).toBe(
    400,
  )
})
