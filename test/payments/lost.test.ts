// What may have reached the bank without our knowing: at most one order ever moves money.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PaymentStatus } from '../../src/connectors/connector.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { ATTEMPT_LOST_MS } from '../../src/payments/attempt.ts'
import { followPayment } from '../../src/payments/follow.ts'
import { consentWithAccount } from '../consent/consents.ts'
import { addEntry, reconcile } from '../reconciliation/movements.ts'
import { eventsOf, type Rooms, testRooms } from '../support/rooms.ts'
import { approvedPayment, attemptsOf, type Payable, read, submit } from './payment.ts'

const scaUrl = 'https://bank.example/sca/1'
const lost = new ConnectorFailure({ kind: 'outcome_unknown', detail: 'no answer' })
const executed: PaymentStatus = { state: 'executed', code: 'ACSC' }
const accepted: PaymentStatus = { state: 'accepted', code: 'ACSP' }
const rejected: PaymentStatus = { state: 'rejected', code: 'RJCT' }

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(async () => {
  payable = await consentWithAccount(rooms)
  rooms.bank.scaAlways = true
  rooms.bank.replaySafe = false
  rooms.bank.gate = Promise.resolve()
  rooms.bank.statusOf.clear()
  rooms.bank.paymentStatus = { state: 'received', code: 'RCVD' }
  takes('P-1')
})
afterAll(() => rooms?.close())

function takes(paymentId: string): void {
  const sca = { approach: 'redirect', url: scaUrl } as const
  rooms.bank.submission = { memory: { paymentId }, state: 'received', sca }
}
const stuckAtSca = (paymentId: string) =>
  new ConnectorFailure({ kind: 'sca_unsupported', detail: 'no way to authorise it', memory: { paymentId } })
const approved = async () => (await approvedPayment(rooms, payable)).id
const click = (id: string) => submit(rooms, id, payable.user)
const follow = async (id: string) => (await followPayment(rooms.ports, rooms.clientId, id)).state
const stateOf = async (id: string) => (await read(rooms, id)).state
const attentions = async (id: string) =>
  (await eventsOf(rooms, id))
    .filter(({ type }) => type === 'payment.attention')
    .map(({ data }) => (data as { reason: string }).reason)

/** A click whose answer comes only when the test lets it. */
async function slowClick(id: string): Promise<{ answers: () => Promise<string | null> }> {
  const before = rooms.bank.asked.orders.length
  const gate = Promise.withResolvers<void>()
  rooms.bank.gate = gate.promise
  const clicked = click(id)
  await expect.poll(() => rooms.bank.asked.orders.length).toBe(before + 1)
  rooms.bank.gate = Promise.resolve()
  return {
    answers: () => {
      gate.resolve()
      return clicked
    },
  }
}

test('where SCA is not sure to be asked on our page, a lost order is unknown, and no click sends another', async () => {
  rooms.bank.scaAlways = false
  const id = await approved()
  rooms.bank.submission = lost
  await expect(click(id)).rejects.toMatchObject({ kind: 'outcome_unknown' })
  takes('P-2')
  const before = rooms.bank.asked.orders.length
  await expect(click(id)).rejects.toMatchObject({ code: 'state_conflict' })
  expect(rooms.bank.asked.orders.length).toBe(before)
  const { endToEndId } = await read(rooms, id)
  const place = { companyId: payable.company.id, accountId: payable.accountId }
  await addEntry(rooms, place, { minor: -125_000n, endToEndId })
  await reconcile(rooms, place)
  expect(await stateOf(id)).toBe('settled')
})

test('a bank that turns out not to ask always: what was abandoned before is not sent again', async () => {
  const id = await approved()
  rooms.bank.submission = lost
  await expect(click(id)).rejects.toThrow()
  expect(await stateOf(id)).toBe('approved')
  rooms.bank.scaAlways = false
  takes('P-2')
  await expect(click(id)).rejects.toMatchObject({ code: 'state_conflict' })
})

test.each([
  ['pending', 'pending' as const],
  ['booked', 'booked' as const],
])('an order is not sent while the account shows it (%s), in a detail too', async (_name, state) => {
  const place = { companyId: payable.company.id, accountId: payable.accountId }
  for (const inDetail of [false, true]) {
    const id = await approved()
    const { endToEndId } = await read(rooms, id)
    const minor = -125_000n
    await addEntry(rooms, place, {
      minor,
      state,
      ...(inDetail ? { details: [{ minor, endToEndId }] } : { endToEndId }),
    })
    const before = rooms.bank.asked.orders.length
    await expect(click(id)).rejects.toThrow(/already shows/)
    expect(rooms.bank.asked.orders.length).toBe(before)
  }
})

test.each([
  ['the same order under its id', true, 1],
  ['a new one', false, 2],
])('after a lost attempt: %s', async (_name, replaySafe, ids) => {
  rooms.bank.replaySafe = replaySafe
  const id = await approved()
  rooms.bank.submission = lost
  await expect(click(id)).rejects.toThrow()
  takes('P-2')
  expect(await click(id)).toBe(scaUrl)
  expect(new Set((await attemptsOf(rooms, id)).map(({ requestId }) => requestId)).size).toBe(ids)
})

test('a good answer that comes after its attempt was abandoned takes the payment over', async () => {
  const id = await approved()
  const slow = await slowClick(id)
  rooms.clock.advance(ATTEMPT_LOST_MS)
  expect(await follow(id)).toBe('approved')
  expect(await slow.answers()).toBe(scaUrl)
  expect(await stateOf(id)).toBe('awaiting_sca')
  expect(await click(id)).toBe(scaUrl)
  expect(await attemptsOf(rooms, id)).toHaveLength(1)
})

test('of two orders at the bank both are followed, people are told, and one that lives keeps the payment alive', async () => {
  const id = await approved()
  const slow = await slowClick(id)
  rooms.clock.advance(ATTEMPT_LOST_MS)
  await follow(id)
  takes('P-2')
  expect(await click(id)).toBe(scaUrl)
  takes('P-1')
  expect(await slow.answers()).toBeNull()
  expect(await attentions(id)).toEqual(['late_answer'])
  rooms.bank.statusOf.set('P-2', rejected).set('P-1', { state: 'received', code: 'RCVD' })
  expect(await follow(id)).toBe('awaiting_sca')
  rooms.bank.statusOf.set('P-1', accepted)
  expect(await follow(id)).toBe('accepted')
  rooms.bank.statusOf.set('P-2', executed)
  expect(await follow(id)).toBe('executed')
  expect(await attentions(id)).toEqual(['late_answer', 'accepted_twice'])
})

test('the bank has the order but nobody can be led to its SCA: it is asked for, and unknown until it answers', async () => {
  rooms.bank.scaAlways = false
  const id = await approved()
  rooms.bank.submission = stuckAtSca('P-9')
  await expect(click(id)).rejects.toMatchObject({ kind: 'sca_unsupported' })
  expect(await follow(id)).toBe('unknown')
  rooms.bank.statusOf.set('P-9', executed)
  expect(await follow(id)).toBe('executed')
})

test('the same where SCA is sure: the person may try again, and an order that lives after all is seen', async () => {
  const id = await approved()
  rooms.bank.submission = stuckAtSca('P-9')
  await expect(click(id)).rejects.toThrow()
  rooms.bank.statusOf.set('P-9', { state: 'cancelled', code: 'CANC' })
  expect(await follow(id)).toBe('approved')
  rooms.bank.statusOf.set('P-9', accepted)
  expect(await follow(id)).toBe('accepted')
  await expect(click(id)).rejects.toMatchObject({ code: 'state_conflict' })
})

test('what is needed to ask for an order is not in what is logged of the failure', async () => {
  expect(JSON.stringify({ ...stuckAtSca('P-secret') })).not.toContain('P-secret')
})
