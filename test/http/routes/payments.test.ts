import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../support/api.ts'
import { exampleRows } from '../example-rows.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

test('a payment for an open item that others pay is refused by name', async () => {
  const ids = await exampleRows(api)
  await api.db.forClient(api.a.clientId, (tx) =>
    tx.prisma.account.update({ where: { id: ids.account }, data: { state: 'enabled' } }),
  )
  const answer = await api.a.post('/v1/payments', {
    accountId: ids.account,
    amount: { amount: '1.00', currency: 'NOK' },
    creditorName: 'Leverandør AS',
    creditorAccount: '15032080119',
    openItemId: ids.openItem,
  })
  expect(answer).toMatchObject({ status: 409, body: { code: 'open_item_not_payable', retryable: false } })
})
