import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PaymentStatus } from '../../src/connectors/connector.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { type PaymentState, paymentMachine } from '../../src/domain/machines.ts'
import { followPayment, nextPaymentState } from '../../src/payments/follow.ts'
import { consentWithAccount } from '../consent/consents.ts'
import { dueAt, eventsOf, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { approvedPayment, type Payable, read, submit } from './payment.ts'

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  payable = await consentWithAccount(rooms)
})
beforeEach(() => {
  rooms.bank.paymentStatus = { state: 'received', code: 'RCVD' }
})
afterAll(() => rooms?.close())

const submitted = async () => {
  const { id } = await approvedPayment(rooms, payable)
  await submit(rooms, id, payable.user)
  return id
}
const says = (state: PaymentStatus['state'], scaState?: PaymentStatus['scaState']): PaymentStatus => ({
  state,
  code: 'TEST',
  ...(scaState ? { scaState } : {}),
})
const follow = (id: string) => followPayment(rooms.ports, rooms.clientId, id)

test.each<[PaymentState, PaymentStatus, PaymentState | null]>([
  ['awaiting_sca', says('received'), null],
  ['awaiting_sca', says('received', 'open'), null],
  ['awaiting_sca', says('received', 'finalised'), 'accepted'],
  ['awaiting_sca', says('received', 'failed'), 'sca_failed'],
  ['awaiting_sca', says('rejected', 'failed'), 'sca_failed'],
  ['awaiting_sca', says('rejected', 'finalised'), 'rejected'],
  ['awaiting_sca', says('pending'), 'accepted'],
  ['awaiting_sca', says('accepted'), 'accepted'],
  ['awaiting_sca', says('executed'), 'executed'],
  ['awaiting_sca', says('cancelled'), 'cancelled'],
  ['awaiting_sca', says('partially_authorised'), 'partially_authorised'],
  ['awaiting_sca', says('unknown'), null],
  ['partially_authorised', says('partially_authorised'), null],
  ['partially_authorised', says('accepted'), 'accepted'],
  ['awaiting_bank_approval', says('received'), null],
  ['awaiting_bank_approval', says('rejected', 'failed'), 'rejected'],
  ['awaiting_bank_approval', says('accepted'), 'accepted'],
  ['accepted', says('received'), null],
  ['accepted', says('pending'), null],
  ['accepted', says('partially_authorised'), null],
  ['accepted', says('executed'), 'executed'],
  ['accepted', says('cancelled'), 'cancelled'],
  ['accepted', says('rejected'), 'rejected'],
  ['accepted', says('rejected', 'failed'), 'rejected'],
  ['scheduled', says('accepted'), null],
  ['scheduled', says('executed'), 'executed'],
  ['executed', says('accepted'), null],
  ['executed', says('received'), null],
  ['executed', says('rejected'), 'rejected'],
  ['executed', says('cancelled'), null],
  ['settled', says('rejected'), null],
  ['settled', says('received'), null],
  ['rejected', says('accepted'), null],
])('%s, and the bank says %o: %s', (current, status, next) => {
  expect(nextPaymentState(current, status)).toBe(next)
})

test('whatever the bank says, a payment only moves as its machine allows', () => {
  const words = [
    'received',
    'pending',
    'partially_authorised',
    'accepted',
    'executed',
    'rejected',
    'cancelled',
    'unknown',
  ] as const
  for (const current of Object.keys(paymentMachine.moves) as PaymentState[]) {
    for (const word of words) {
      for (const sca of [undefined, 'open', 'finalised', 'failed'] as const) {
        const next = nextPaymentState(current, says(word, sca))
        if (next) expect(paymentMachine.moves[current]).toContain(next)
      }
    }
  }
})

test('from SCA to executed by the bank’s word, with its code in the event; settled only by a booked entry', async () => {
  const id = await submitted()
  expect(await follow(id)).toEqual({
    state: 'awaiting_sca',
    next: new Date(rooms.clock.now().getTime() + 60_000),
  })
  rooms.bank.paymentStatus = { state: 'accepted', code: 'ACTC', scaState: 'finalised' }
  expect((await follow(id)).state).toBe('accepted')
  rooms.bank.paymentStatus = { state: 'executed', code: 'ACSC' }
  expect((await follow(id)).state).toBe('executed')
  expect((await follow(id)).state).toBe('executed')
  expect((await wayOf(rooms, id)).slice(-3)).toEqual(['awaiting_sca', 'accepted', 'executed'])
  expect((await eventsOf(rooms, id)).at(-1)?.data).toMatchObject({ to: 'executed', bankCode: 'ACSC' })
  expect((await read(rooms, id)).bankCode).toBe('ACSC')
  expect(await dueAt(rooms, 'statements-sync', payable.accountId)).not.toBeNull()
})

test('a late no, after it was accepted and executed, counts, with the bank’s reason', async () => {
  const id = await submitted()
  rooms.bank.paymentStatus = { state: 'executed', code: 'ACSP' }
  await follow(id)
  rooms.bank.paymentStatus = {
    state: 'rejected',
    code: 'RJCT',
    reason: { code: 'AM04', message: 'No cover' },
  }
  expect(await follow(id)).toEqual({ state: 'rejected', next: null })
  expect(await read(rooms, id)).toMatchObject({ reasonCode: 'AM04', reasonText: 'No cover' })
})

test('a bank that does not answer changes nothing', async () => {
  const id = await submitted()
  rooms.bank.paymentStatus = new ConnectorFailure({ kind: 'unavailable', detail: 'no answer' })
  await expect(follow(id)).rejects.toMatchObject({ kind: 'unavailable' })
  expect((await read(rooms, id)).state).toBe('awaiting_sca')
})

test('person and job that look at the same moment write one move', async () => {
  const id = await submitted()
  rooms.bank.paymentStatus = { state: 'accepted', code: 'ACTC' }
  const states = (await Promise.all([follow(id), follow(id), follow(id)])).map(({ state }) => state)
  expect(states).toEqual(['accepted', 'accepted', 'accepted'])
  expect((await wayOf(rooms, id)).filter((state) => state === 'accepted')).toHaveLength(1)
})

test('the bank’s handle of the payment is sealed, and given back to its connector', async () => {
  const id = await submitted()
  const [row] = await rooms.owner<{ memory: string }>(
    'select memory from payment_attempt where payment_id = $1',
    [id],
  )
  expect(row?.memory).toMatch(/^v1\./)
  await follow(id)
  expect(rooms.bank.asked.sessions.at(-1)?.institutionId).toBe('fjordbanken')
})
