import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PaymentState } from '../../src/domain/machines.ts'
import { consentWithAccount } from '../consent/consents.ts'
import { create, order, type Payable, read } from '../payments/payment.ts'
import { eventsOf, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { addEntry, addItem, matchesOf, type Place, readItem, reconcile } from './movements.ts'

let rooms: Rooms
let payable: Payable
let place: Place
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(async () => {
  payable = await consentWithAccount(rooms)
  place = { companyId: payable.company.id, accountId: payable.accountId }
})
afterAll(() => rooms?.close())

const ways: Readonly<Record<string, readonly PaymentState[]>> = {
  validated: [],
  approved: ['pending_approval', 'approved'],
  awaiting_sca: ['pending_approval', 'approved', 'submitting', 'awaiting_sca'],
  awaiting_bank_approval: ['pending_approval', 'approved', 'submitting', 'awaiting_bank_approval'],
  accepted: ['pending_approval', 'approved', 'submitting', 'accepted'],
  executed: ['pending_approval', 'approved', 'submitting', 'accepted', 'executed'],
  unknown: ['pending_approval', 'approved', 'submitting', 'unknown'],
  rejected: ['pending_approval', 'approved', 'submitting', 'rejected'],
  abandoned: ['pending_approval', 'approved', 'submitting', 'abandoned'],
  cancelled: ['pending_approval', 'approved', 'submitting', 'accepted', 'cancelled'],
  submitting: ['pending_approval', 'approved', 'submitting'],
}

/** A payment that has come as far as `state`. */
async function paymentIn(state: string, openItemId?: string) {
  const { id } = await create(rooms, order(payable.accountId, openItemId ? { openItemId } : {}))
  for (const next of ways[state] ?? []) {
    await rooms.run((tx) => tx.prisma.payment.update({ where: { id }, data: { state: next } }))
  }
  return read(rooms, id)
}

test.each(['submitting', 'accepted', 'executed', 'awaiting_sca', 'awaiting_bank_approval', 'unknown'])(
  'a booked debit with its end-to-end id settles a payment that our books have as %s',
  async (state) => {
    const payment = await paymentIn(state)
    const entryId = await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId })
    expect((await reconcile(rooms, place)).matched).toBe(1)
    expect(await read(rooms, payment.id)).toMatchObject({ state: 'settled', settledEntryId: entryId })
    expect((await wayOf(rooms, payment.id)).at(-1)).toBe('settled')
    expect(await matchesOf(rooms, place)).toMatchObject([
      {
        entryId,
        paymentId: payment.id,
        openItemId: null,
        rule: 'end_to_end_id',
        explanation: { paid: '1250.00' },
      },
    ])
  },
)

test.each([
  ['one øre less', { minor: -124_999n }],
  ['one øre more', { minor: -125_001n }],
  ['a credit', { minor: 125_000n }],
  ['what is only pending', { minor: -125_000n, state: 'pending' as const }],
  ['another currency', { minor: -125_000n, currency: 'EUR' }],
])('%s settles nothing', async (_name, entry) => {
  const payment = await paymentIn('executed')
  await addEntry(rooms, place, { ...entry, endToEndId: payment.endToEndId })
  expect((await reconcile(rooms, place)).matched).toBe(0)
  expect((await read(rooms, payment.id)).state).toBe('executed')
})

test('before the approval nothing is settled by chance', async () => {
  const payment = await paymentIn('validated')
  await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId })
  expect((await reconcile(rooms, place)).matched).toBe(0)
  expect((await read(rooms, payment.id)).state).toBe('validated')
})

test.each([
  ['approved', 'settled'],
  ['abandoned', 'settled'],
  ['rejected', 'settled'],
  ['cancelled', 'cancelled'],
])('an entry outweighs what our books believe: %s becomes %s, and people are told', async (from, to) => {
  const payment = await paymentIn(from)
  const entryId = await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId })
  expect((await reconcile(rooms, place)).matched).toBe(1)
  expect(await read(rooms, payment.id)).toMatchObject({ state: to, settledEntryId: entryId })
  const told = (await eventsOf(rooms, payment.id)).filter(({ type }) => type === 'payment.attention')
  expect(told).toMatchObject([{ data: { reason: 'booked_unexpectedly', transactionId: entryId } }])
  expect(await reconcile(rooms, place)).toEqual({ matched: 0, more: false })
})

test('the open item that a payment was made for is settled with it, once, in one match', async () => {
  const item = await addItem(rooms, place, { minor: 125_000n, direction: 'payable' })
  const payment = await paymentIn('executed', item.id)
  const kid = '2345676'
  await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId, kid })
  await reconcile(rooms, place)
  await reconcile(rooms, place)
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'settled', remainingMinor: 0n })
  expect(await matchesOf(rooms, place)).toMatchObject([{ paymentId: payment.id, openItemId: item.id }])
})

test('an item that was written off meanwhile stays so, and the payment is settled all the same', async () => {
  const item = await addItem(rooms, place, { minor: 125_000n, direction: 'payable' })
  const payment = await paymentIn('executed', item.id)
  await rooms.run((tx) =>
    tx.prisma.openItem.update({ where: { id: item.id }, data: { state: 'written_off' } }),
  )
  await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId })
  await reconcile(rooms, place)
  expect((await readItem(rooms, item.id)).state).toBe('written_off')
  expect((await read(rooms, payment.id)).state).toBe('settled')
})

test('a payment is settled by one entry only; the same booked again is left for people to see', async () => {
  const payment = await paymentIn('executed')
  const first = await addEntry(rooms, place, { minor: -125_000n, endToEndId: payment.endToEndId })
  await addEntry(rooms, place, {
    minor: -125_000n,
    endToEndId: payment.endToEndId,
    bookingDate: '2026-01-06',
  })
  const runs = await Promise.all([reconcile(rooms, place), reconcile(rooms, place)])
  expect(runs.map(({ matched }) => matched).sort()).toEqual([0, 1])
  expect((await read(rooms, payment.id)).settledEntryId).toBe(first)
  expect(await matchesOf(rooms, place)).toHaveLength(1)
})
