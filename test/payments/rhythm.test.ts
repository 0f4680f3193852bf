import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import type { PaymentState } from '../../src/domain/machines.ts'
import { followPayment } from '../../src/payments/follow.ts'
import { lookAgain } from '../../src/payments/rhythm.ts'
import { consentWithAccount } from '../consent/consents.ts'
import { dueAt, eventsOf, type Rooms, testRooms } from '../support/rooms.ts'
import { approvedPayment, type Payable, submit } from './payment.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const since = new Date('2026-01-05T08:00:00Z')
const later = (ms: number) => new Date(since.getTime() + ms)

test.each<[PaymentState, number, number | null, boolean]>([
  ['awaiting_sca', 0, minute, false],
  ['awaiting_sca', hour, 5 * minute, false],
  ['awaiting_sca', day - 1, hour, false],
  ['awaiting_sca', 3 * day, 6 * hour, true],
  ['awaiting_sca', 91 * day, null, true],
  ['accepted', 0, 5 * minute, false],
  ['accepted', 10 * day, day, true],
  ['executed', 0, day, false],
  ['executed', 41 * day, 7 * day, true],
  ['executed', 401 * day, null, true],
  ['unknown', 2 * day, day, true],
  ['approved', 0, hour, false],
  ['settled', 0, null, false],
  ['rejected', 0, null, false],
])('%s for %i ms: looked at again after %s ms, stuck: %s', (state, age, every, stuck) => {
  const next = every === null ? null : later(age + every)
  expect(lookAgain(later(age), { state, executionDate: null }, since)).toEqual({ next, stuck })
})

test('a payment that the bank holds until its day is seen daily, and often from that morning', () => {
  const payment = { state: 'accepted', executionDate: '2026-03-02' }
  expect(lookAgain(later(day), payment, since)).toEqual({ next: later(2 * day), stuck: false })
  const eve = new Date('2026-03-01T22:00:00Z')
  const morning = new Date('2026-03-02T04:00:00Z')
  expect(lookAgain(eve, payment, since).next).toEqual(morning)
  expect(lookAgain(morning, payment, since).next).toEqual(new Date(morning.getTime() + 5 * minute))
})

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  payable = await consentWithAccount(rooms)
})
afterAll(() => rooms?.close())

const attentions = async (id: string) =>
  (await eventsOf(rooms, id)).filter(({ type }) => type === 'payment.attention').map(({ data }) => data)
const follow = (id: string) => followPayment(rooms.ports, rooms.clientId, id)

test('approved, and the page was closed before it was sent: somebody hears of it, once', async () => {
  const { id } = await approvedPayment(rooms, payable)
  expect(await dueAt(rooms, 'payment-status', id)).toEqual(new Date(rooms.clock.now().getTime() + hour))
  await follow(id)
  expect(await attentions(id)).toEqual([])
  rooms.clock.advance(hour)
  await follow(id)
  await follow(id)
  expect(await attentions(id)).toEqual([{ reason: 'stuck', state: 'approved' }])
})

test('an SCA that nobody completes is not ended by our clock, but told of; an order that the bank forgot is', async () => {
  const { id } = await approvedPayment(rooms, payable)
  await submit(rooms, id, payable.user)
  rooms.clock.advance(10 * day)
  expect((await follow(id)).state).toBe('awaiting_sca')
  expect(await attentions(id)).toEqual([{ reason: 'stuck', state: 'awaiting_sca' }])
  expect(await dueAt(rooms, 'statements-sync', payable.accountId)).not.toBeNull()
  rooms.bank.paymentStatus = new ConnectorFailure({ kind: 'not_found', detail: 'no such payment' })
  expect(await follow(id)).toEqual({ state: 'abandoned', next: null })
})
