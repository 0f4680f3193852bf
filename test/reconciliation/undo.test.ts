import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { consentWithAccount } from '../consent/consents.ts'
import { create, order, type Payable, read } from '../payments/payment.ts'
import { dueAt, eventsOf, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { addEntry, addItem, matchesOf, newAccount, type Place, readItem, reconcile } from './movements.ts'

const kid = '2345676'

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

type Change = {
  state?: 'booked' | 'pending' | 'removed'
  amountMinor?: bigint
  kid?: string | null
  text?: string
}

/** What ingest does to an entry that the bank has changed. */
async function revise(id: string, data: Change): Promise<void> {
  rooms.clock.advance(1000)
  await rooms.run((tx) =>
    tx.prisma.entry.update({
      where: { id },
      data: { ...data, revision: { increment: 1 }, updatedAt: tx.now },
    }),
  )
  await reconcile(rooms, place)
}
const live = async () => (await matchesOf(rooms, place)).filter(({ undoneAt }) => undoneAt === null)

test.each<[string, Change]>([
  ['taken back', { state: 'removed' }],
  ['given another KID', { kid: '1234567897' }],
  ['without its KID', { kid: null }],
  ['turned into a debit', { amountMinor: -100_00n }],
])('a matched entry that is %s: the match is undone, and the item is open again', async (_name, change) => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  expect((await readItem(rooms, item.id)).state).toBe('settled')
  await revise(entryId, change)
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'open', remainingMinor: 100_00n })
  expect(await live()).toEqual([])
  const [match] = await matchesOf(rooms, place)
  expect((await eventsOf(rooms, match?.id ?? '')).map(({ type }) => type)).toEqual([
    'match.created',
    'match.undone',
  ])
})

test('another amount: what was taken off is given back, and the new amount taken off', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  await revise(entryId, { amountMinor: 30_00n })
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'partially_settled', remainingMinor: 70_00n })
  expect((await live()).map(({ amountMinor }) => amountMinor)).toEqual([30_00n])
})

test('one of two payments taken back leaves what the other paid', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 60_00n, kid })
  const second = await addEntry(rooms, place, { minor: 70_00n, kid, bookingDate: '2026-01-06' })
  await reconcile(rooms, place)
  await revise(second, { state: 'removed' })
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'partially_settled', remainingMinor: 40_00n })
})

test('an entry that comes back is matched again', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  await revise(entryId, { state: 'removed' })
  await revise(entryId, { state: 'booked' })
  expect(await wayOf(rooms, item.id)).toEqual(['settled', 'open', 'settled'])
  expect(await live()).toHaveLength(1)
})

test('other words change nothing; new details take the match along', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  await revise(entryId, { text: 'Innbetaling' })
  await rooms.run((tx) =>
    tx.prisma.entryDetail.create({
      data: {
        clientId: tx.clientId,
        companyId: place.companyId,
        id: 'det_new',
        entryId,
        position: 0,
        amountMinor: 100_00n,
        currency: 'NOK',
        kid,
      },
    }),
  )
  await revise(entryId, {})
  expect(await wayOf(rooms, item.id)).toEqual(['settled'])
  expect(await live()).toMatchObject([{ detailId: 'det_new' }])
  expect(await matchesOf(rooms, place)).toHaveLength(1)
})

test('an item written off since stays so', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 40_00n, kid })
  await reconcile(rooms, place)
  await rooms.run((tx) =>
    tx.prisma.openItem.update({ where: { id: item.id }, data: { state: 'written_off' } }),
  )
  await revise(entryId, { state: 'removed' })
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'written_off', remainingMinor: 60_00n })
})

test('what is open again may be paid by another account: that one is looked at', async () => {
  const other = await newAccount(rooms, place.companyId, 'NO5015032080119')
  const item = await addItem(rooms, place, { minor: 100_00n })
  const entryId = await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  await rooms.run((tx) => tx.prisma.dueWork.deleteMany({ where: { subjectId: other } }))
  await revise(entryId, { state: 'removed' })
  expect((await readItem(rooms, item.id)).state).toBe('open')
  expect(await dueAt(rooms, 'reconcile', other)).toEqual(rooms.clock.now())
})

test('a payment whose entry is taken back is executed again, its item open, people are told; it may settle again', async () => {
  const item = await addItem(rooms, place, { minor: 125_000n, direction: 'payable' })
  const { id, endToEndId } = await create(rooms, order(payable.accountId, { openItemId: item.id }))
  for (const state of ['pending_approval', 'approved', 'submitting', 'accepted', 'executed']) {
    await rooms.run((tx) => tx.prisma.payment.update({ where: { id }, data: { state } }))
  }
  const entryId = await addEntry(rooms, place, { minor: -125_000n, endToEndId })
  await reconcile(rooms, place)
  expect((await read(rooms, id)).state).toBe('settled')
  await revise(entryId, { state: 'removed' })
  expect(await read(rooms, id)).toMatchObject({ state: 'executed', settledEntryId: null })
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'open', remainingMinor: 125_000n })
  expect((await eventsOf(rooms, id)).find(({ type }) => type === 'payment.attention')?.data).toEqual({
    reason: 'settlement_undone',
    state: 'settled',
    transactionId: entryId,
  })
  expect(await dueAt(rooms, 'payment-status', id)).not.toBeNull()
  // The item is open, but the payment for it is on its way again.
  await expect(create(rooms, order(payable.accountId, { openItemId: item.id }))).rejects.toMatchObject({
    code: 'open_item_not_payable',
  })
  await revise(entryId, { state: 'booked' })
  expect(await read(rooms, id)).toMatchObject({ state: 'settled', settledEntryId: entryId })
})

test('movements that cannot match are never in the way of one that can', async () => {
  await addItem(rooms, place, { minor: 1n, kid: '1234567897' })
  for (let i = 0; i < 12; i++) await addEntry(rooms, place, { minor: 0n, kid: '1234567897' })
  const { endToEndId } = await create(rooms, order(payable.accountId))
  for (let i = 0; i < 12; i++) await addEntry(rooms, place, { minor: -1n, endToEndId })
  const writtenOff = await addItem(rooms, place, { minor: 5_00n, externalId: `off-${place.companyId}` })
  await rooms.run((tx) =>
    tx.prisma.openItem.update({ where: { id: writtenOff.id }, data: { state: 'written_off' } }),
  )
  await addEntry(rooms, place, { minor: 5_00n, kid })
  const { unmatchedMovements } = await import('../../src/reconciliation/movements.ts')
  const account = { id: place.accountId, companyId: place.companyId }
  expect(await rooms.run((tx) => unmatchedMovements(tx, account))).toEqual([])
})
