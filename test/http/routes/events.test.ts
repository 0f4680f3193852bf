import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendEvent } from '../../../src/events/append.ts'
import { feedEvents } from '../../../src/events/feed.ts'
import { type TestApi, type TestClient, testApi } from '../../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  for (let i = 1; i <= 5; i++) await append(api.a, `acc_${i}`)
  await append(api.a, 'acc_1', 'account.state_changed')
  await append(api.b, 'acc_b')
  await feedEvents(api.db)
})
afterAll(() => api.close())

function append(
  client: TestClient,
  resourceId: string,
  type: 'account.discovered' | 'account.state_changed' = 'account.discovered',
) {
  return api.db.forClient(client.clientId, (tx) =>
    appendEvent(tx, { type, resourceType: 'account', resourceId, companyId: null, data: { to: 'enabled' } }),
  )
}
const resources = (body: { data: { resourceId: string }[] }) =>
  body.data.map((event) => event.resourceId).sort()

test('the feed is read page by page, in one order, each event once', async () => {
  const whole = await api.a.get('/v1/events?limit=200')
  expect(whole.body.data).toHaveLength(6)
  expect(whole.body.nextCursor).toBeNull()
  const first = await api.a.get('/v1/events?limit=4')
  const second = await api.a.get(`/v1/events?limit=4&after=${first.body.nextCursor}`)
  expect([...first.body.data, ...second.body.data]).toEqual(whole.body.data)
  expect(second.body.nextCursor).toBeNull()
  expect(Object.keys(whole.body.data[0]).sort()).toEqual(
    ['companyId', 'data', 'id', 'occurredAt', 'resourceId', 'resourceType', 'sequence', 'type'].sort(),
  )
})

test('reading goes on from the last event, now and later', async () => {
  const { body } = await api.a.get('/v1/events?limit=200')
  const last = body.data.at(-1).id
  expect((await api.a.get(`/v1/events?after=${last}`)).body).toEqual({ data: [], nextCursor: null })
  await append(api.a, 'acc_later')
  expect((await api.a.get(`/v1/events?after=${last}`)).body.data).toEqual([])
  await feedEvents(api.db)
  expect(resources((await api.a.get(`/v1/events?after=${last}`)).body)).toEqual(['acc_later'])
})

test('only the types that were asked for come', async () => {
  const { body } = await api.a.get('/v1/events?types=account.state_changed,payment.created')
  expect(body.data).toMatchObject([{ resourceId: 'acc_1', sequence: 2, data: { to: 'enabled' } }])
  expect(await api.a.get('/v1/events?types=account.exploded')).toMatchObject({ status: 400 })
})

test("another client's feed is its own, and its events are no cursors here", async () => {
  const { body } = await api.b.get('/v1/events')
  expect(resources(body)).toEqual(['acc_b'])
  const foreign = await api.a.get(`/v1/events?after=${body.data[0].id}`)
  expect(foreign).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
})
