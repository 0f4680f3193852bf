import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { ATTEMPT_LOST_MS } from '../../src/payments/attempt.ts'
import { followPayment } from '../../src/payments/follow.ts'
import { consentWithAccount, debtorIban } from '../consent/consents.ts'
import { dueAt, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { approvedPayment, attemptsOf, type Payable, read, submit } from './payment.ts'

const scaUrl = 'https://bank.example/sca/1'
const upToApproved = ['validated', 'pending_approval', 'approved']

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  payable = await consentWithAccount(rooms)
})
beforeEach(() => {
  rooms.bank.scaAlways = true
  rooms.bank.replaySafe = true
  rooms.bank.approval = 'psd2_sca'
  rooms.bank.gate = Promise.resolve()
  rooms.bank.submission = {
    memory: { paymentId: 'P-1' },
    state: 'received',
    sca: { approach: 'redirect', url: scaUrl },
  }
})
afterAll(() => rooms?.close())

const approved = async () => (await approvedPayment(rooms, payable)).id
const follow = (id: string) => followPayment(rooms.ports, rooms.clientId, id)
const wayAfter = async (id: string) => (await wayOf(rooms, id)).slice(upToApproved.length)

test('exactly what was approved is sent, with the approver present, and leads to the bank', async () => {
  const id = await approved()
  expect(await submit(rooms, id, payable.user)).toBe(scaUrl)
  const { order, session } = rooms.bank.asked.orders.at(-1) ?? {}
  const payment = await read(rooms, id)
  expect(order).toMatchObject({
    paymentId: id,
    endToEndId: payment.endToEndId,
    amount: { minor: 125_000n, currency: 'NOK' },
    debtorAccount: debtorIban,
    creditorAccount: 'NO5015032080119',
    kid: '2345676',
  })
  expect(order).not.toHaveProperty('text')
  expect(session?.psu).toEqual({ ipAddress: '192.0.2.10', userAgent: 'Test browser' })
  expect(await wayAfter(id)).toEqual(['submitting', 'awaiting_sca'])
  expect(await attemptsOf(rooms, id)).toMatchObject([{ number: 1, state: 'answered', scaUrl }])
})

test('the attempt is in the database before the call leaves', async () => {
  const id = await approved()
  const before = rooms.bank.asked.orders.length
  const gate = Promise.withResolvers<void>()
  rooms.bank.gate = gate.promise
  const click = submit(rooms, id, payable.user)
  await expect.poll(() => rooms.bank.asked.orders.length).toBe(before + 1)
  const [attempt] = await attemptsOf(rooms, id).finally(gate.resolve)
  await click
  expect(attempt).toMatchObject({
    state: 'prepared',
    requestId: rooms.bank.asked.orders.at(-1)?.order.requestId,
  })
})

test('two clicks at once are one order, and the second is no error', async () => {
  const id = await approved()
  const before = rooms.bank.asked.orders.length
  const answers = await Promise.all([submit(rooms, id, payable.user), submit(rooms, id, payable.user)])
  expect(rooms.bank.asked.orders.length).toBe(before + 1)
  expect(answers).toContain(scaUrl)
  expect(await submit(rooms, id, payable.user)).toBe(scaUrl)
  expect(rooms.bank.asked.orders.length).toBe(before + 1)
  expect(await attemptsOf(rooms, id)).toHaveLength(1)
})

test('of which no byte left: approved again, and a new attempt has a request id of its own', async () => {
  const id = await approved()
  const { submission } = rooms.bank
  rooms.bank.submission = new ConnectorFailure({ kind: 'not_sent', detail: 'no connection' })
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ kind: 'not_sent' })
  expect((await read(rooms, id)).state).toBe('approved')
  rooms.bank.submission = submission
  await submit(rooms, id, payable.user)
  const attempts = await attemptsOf(rooms, id)
  expect(attempts).toMatchObject([
    { number: 1, state: 'not_sent', error: { kind: 'not_sent' } },
    { number: 2, state: 'answered' },
  ])
  expect(new Set(attempts.map(({ requestId }) => requestId)).size).toBe(2)
  const [first, next] = rooms.bank.asked.orders.slice(-2)
  expect(next?.order.endToEndId).toBe(first?.order.endToEndId)
})

test('a bank that says no: rejected, with its code and words', async () => {
  const id = await approved()
  const bank = { code: 'PAYMENT_FAILED', message: 'No cover' }
  rooms.bank.submission = new ConnectorFailure({ kind: 'rejected', detail: 'refused', bank })
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ kind: 'rejected' })
  expect(await read(rooms, id)).toMatchObject({
    state: 'rejected',
    reasonCode: 'PAYMENT_FAILED',
    reasonText: 'No cover',
  })
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ code: 'state_conflict' })
})

test.each(['consent_expired', 'rate_limited', 'access_denied'] as const)(
  'an explicit no without the order’s doing (%s): approved, to try again',
  async (kind) => {
    const id = await approved()
    rooms.bank.submission = new ConnectorFailure({ kind, detail: 'test' })
    await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ kind })
    expect((await read(rooms, id)).state).toBe('approved')
    expect(await attemptsOf(rooms, id)).toMatchObject([{ state: 'refused' }])
  },
)

test.each([
  new ConnectorFailure({ kind: 'outcome_unknown', detail: 'no answer' }),
  new ConnectorFailure({ kind: 'malformed', detail: 'not JSON' }),
  new Error('the process lost its mind'),
])(
  'outcome unknown where the bank asks for SCA: abandoned, and the attempt stays unknown (%s)',
  async (failure) => {
    const id = await approved()
    rooms.bank.submission = failure
    await expect(submit(rooms, id, payable.user)).rejects.toThrow()
    expect(await wayAfter(id)).toEqual(['submitting', 'abandoned', 'approved'])
    expect(await attemptsOf(rooms, id)).toMatchObject([{ state: 'unknown' }])
  },
)

test('outcome unknown where the bank asks for nothing more: unknown, and never sent again', async () => {
  const id = await approved()
  rooms.bank.approval = 'online_bank'
  rooms.bank.submission = new ConnectorFailure({ kind: 'outcome_unknown', detail: 'no answer' })
  await expect(submit(rooms, id, payable.user)).rejects.toThrow()
  const sent = rooms.bank.asked.orders.length
  expect((await read(rooms, id)).state).toBe('unknown')
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ code: 'state_conflict' })
  expect((await follow(id)).state).toBe('unknown')
  expect(rooms.bank.asked.orders.length).toBe(sent)
})

/** A process that dies between the attempt and the answer: the call never comes back. */
async function crash(id: string): Promise<void> {
  const before = rooms.bank.asked.orders.length
  rooms.bank.gate = new Promise(() => {})
  submit(rooms, id, payable.user).catch(() => {})
  await expect.poll(() => rooms.bank.asked.orders.length).toBe(before + 1)
  rooms.bank.gate = Promise.resolve()
}

test('a crash before the answer is found by the job, when the call can no longer be running', async () => {
  const id = await approved()
  await crash(id)
  const startedAt = rooms.clock.now()
  expect(await dueAt(rooms, 'payment-status', id)).toEqual(new Date(startedAt.getTime() + ATTEMPT_LOST_MS))
  rooms.clock.advance(ATTEMPT_LOST_MS - 1)
  expect(await follow(id)).toEqual({
    state: 'submitting',
    next: new Date(startedAt.getTime() + ATTEMPT_LOST_MS),
  })
  rooms.clock.advance(1)
  expect((await follow(id)).state).toBe('approved')
  expect(await wayAfter(id)).toEqual(['submitting', 'abandoned', 'approved'])
  expect(await submit(rooms, id, payable.user)).toBe(scaUrl)
  expect(await attemptsOf(rooms, id)).toMatchObject([{ state: 'unknown' }, { state: 'answered' }])
})

test('a crash at a bank that asks for nothing more leaves it unknown', async () => {
  rooms.bank.approval = 'online_bank'
  const id = await approved()
  await crash(id)
  rooms.clock.advance(ATTEMPT_LOST_MS)
  expect((await follow(id)).state).toBe('unknown')
  expect((await follow(id)).state).toBe('unknown')
  expect(await attemptsOf(rooms, id)).toMatchObject([{ state: 'unknown' }])
})

test('an answer that comes after its attempt was given up is kept as evidence', async () => {
  rooms.bank.approval = 'online_bank'
  rooms.bank.submission = { memory: { paymentId: 'P-late' }, state: 'received', sca: { approach: 'none' } }
  const id = await approved()
  const before = rooms.bank.asked.orders.length
  const gate = Promise.withResolvers<void>()
  rooms.bank.gate = gate.promise
  const click = submit(rooms, id, payable.user)
  await expect.poll(() => rooms.bank.asked.orders.length).toBe(before + 1)
  rooms.clock.advance(ATTEMPT_LOST_MS)
  await follow(id).finally(gate.resolve)
  await click
  expect(await wayAfter(id)).toEqual(['submitting', 'unknown', 'awaiting_bank_approval'])
  expect(await attemptsOf(rooms, id)).toMatchObject([{ state: 'answered' }])
})

test.each([
  ['psd2_sca', { approach: 'redirect', url: scaUrl }, 'received', 'awaiting_sca', scaUrl],
  ['psd2_sca', { approach: 'none' }, 'received', 'accepted', null],
  ['psd2_sca', { approach: 'decoupled', message: 'Open the app' }, 'received', 'awaiting_sca', null],
  ['online_bank', { approach: 'none' }, 'received', 'awaiting_bank_approval', null],
  ['psd2_sca', { approach: 'redirect', url: scaUrl }, 'rejected', 'rejected', null],
] as const)('%s, SCA %o, bank says %s: %s', async (approval, sca, state, ours, url) => {
  rooms.bank.approval = approval
  rooms.bank.submission = { memory: {}, state, sca }
  const id = await approved()
  expect(await submit(rooms, id, payable.user)).toBe(url)
  expect((await read(rooms, id)).state).toBe(ours)
})
