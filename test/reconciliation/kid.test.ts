import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { dueAt, eventsOf, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import {
  addEntry,
  addItem,
  matchesOf,
  newAccount,
  newPlace,
  type Place,
  readItem,
  reconcile,
} from './movements.ts'

const kid = '2345676'

let rooms: Rooms
let place: Place
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(async () => {
  place = await newPlace(rooms)
})
afterAll(() => rooms?.close())

test('the exact amount with its KID settles the item, explained in words', async () => {
  const item = await addItem(rooms, place, { minor: 125_050n })
  const entryId = await addEntry(rooms, place, { minor: 125_050n, kid })
  expect(await reconcile(rooms, place)).toEqual({ matched: 1, more: false })
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'settled', remainingMinor: 0n })
  expect(await matchesOf(rooms, place)).toMatchObject([
    {
      entryId,
      openItemId: item.id,
      amountMinor: 125_050n,
      rule: 'kid',
      explanation: { kid, paid: '1250.50', overpaid: '0.00', bookingDate: '2026-01-05' },
    },
  ])
  expect((await eventsOf(rooms, item.id)).map(({ type }) => type)).toEqual([
    'open_item.created',
    'open_item.state_changed',
  ])
})

test('in parts: partially settled, then settled', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 40_00n, kid })
  await reconcile(rooms, place)
  expect(await readItem(rooms, item.id)).toMatchObject({ state: 'partially_settled', remainingMinor: 60_00n })
  await addEntry(rooms, place, { minor: 30_00n, kid, bookingDate: '2026-01-06' })
  await addEntry(rooms, place, { minor: 30_00n, kid, bookingDate: '2026-01-07' })
  await reconcile(rooms, place)
  expect(await wayOf(rooms, item.id)).toEqual(['partially_settled', 'settled'])
  const amounts = (await matchesOf(rooms, place)).map(({ amountMinor }) => Number(amountMinor))
  expect(amounts.sort((a, b) => a - b)).toEqual([30_00, 30_00, 40_00])
})

test('too much settles the item, and says how much was too much', async () => {
  await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 130_01n, kid })
  await reconcile(rooms, place)
  expect(await matchesOf(rooms, place)).toMatchObject([
    { amountMinor: 100_00n, explanation: { paid: '130.01', overpaid: '30.01' } },
  ])
})

test('two items with one KID: the one due first is paid first', async () => {
  const later = await addItem(rooms, place, { minor: 50_00n, dueDate: '2026-02-01' })
  const sooner = await addItem(rooms, place, { minor: 70_00n, dueDate: '2026-01-15' })
  const undated = await addItem(rooms, place, { minor: 10_00n })
  await addEntry(rooms, place, { minor: 70_00n, kid })
  await reconcile(rooms, place)
  expect((await readItem(rooms, sooner.id)).state).toBe('settled')
  expect((await readItem(rooms, later.id)).state).toBe('open')
  expect((await readItem(rooms, undated.id)).state).toBe('open')
})

test('one payment for two items with one KID settles both, to the øre', async () => {
  const first = await addItem(rooms, place, { minor: 70_00n, dueDate: '2026-01-15' })
  const next = await addItem(rooms, place, { minor: 50_00n, dueDate: '2026-02-01' })
  await addEntry(rooms, place, { minor: 125_00n, kid })
  expect(await reconcile(rooms, place)).toEqual({ matched: 1, more: false })
  expect((await readItem(rooms, first.id)).state).toBe('settled')
  expect((await readItem(rooms, next.id)).state).toBe('settled')
  const matches = await matchesOf(rooms, place)
  expect(matches.map(({ amountMinor }) => amountMinor).sort()).toEqual([50_00n, 70_00n])
  expect(matches.map(({ explanation }) => (explanation as { overpaid: string }).overpaid).sort()).toEqual([
    '0.00',
    '5.00',
  ])
})

test.each([
  ['a debit does not pay a receivable', { minor: -100_00n, kid }],
  ['another KID does not', { minor: 100_00n, kid: '1234567897' }],
  ['no KID does not', { minor: 100_00n }],
  ['another currency does not', { minor: 100_00n, kid, currency: 'EUR' }],
  ['what is only pending does not', { minor: 100_00n, kid, state: 'pending' as const }],
])('%s', async (_name, entry) => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, entry)
  expect((await reconcile(rooms, place)).matched).toBe(0)
  expect((await readItem(rooms, item.id)).state).toBe('open')
})

test('a debit pays a payable', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n, direction: 'payable' })
  await addEntry(rooms, place, { minor: -100_00n, kid })
  await reconcile(rooms, place)
  expect((await readItem(rooms, item.id)).state).toBe('settled')
})

test('the details of an entry are matched, each for its own amount', async () => {
  const other = '1234567897'
  const one = await addItem(rooms, place, { minor: 30_00n })
  const two = await addItem(rooms, place, { minor: 70_00n, kid: other })
  const details = [
    { minor: 30_00n, kid },
    { minor: 70_00n, kid: other },
  ]
  await addEntry(rooms, place, { minor: 100_00n, details })
  expect((await reconcile(rooms, place)).matched).toBe(2)
  expect((await readItem(rooms, one.id)).state).toBe('settled')
  expect((await readItem(rooms, two.id)).state).toBe('settled')
})

test('a lone detail without an amount has the entry’s; of several, none is guessed', async () => {
  const lone = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 100_00n, details: [{ kid }] })
  await reconcile(rooms, place)
  expect((await readItem(rooms, lone.id)).state).toBe('settled')
  const several = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 100_00n, details: [{ kid }, {}] })
  await reconcile(rooms, place)
  expect((await readItem(rooms, several.id)).remainingMinor).toBe(100_00n)
})

test('an amount in another currency than the account’s is not taken for kroner', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  const details = [
    { minor: 9_00n, currency: 'EUR', kid },
    { minor: 1n, currency: 'EUR' },
  ]
  await addEntry(rooms, place, { minor: 100_00n, details })
  await reconcile(rooms, place)
  expect((await readItem(rooms, item.id)).state).toBe('open')
})

test('a second run finds nothing to do; an item that comes later finds its payment', async () => {
  await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 100_00n, kid })
  await reconcile(rooms, place)
  expect(await reconcile(rooms, place)).toEqual({ matched: 0, more: false })
  await addEntry(rooms, place, { minor: 55_00n, kid })
  expect((await reconcile(rooms, place)).matched).toBe(0)
  const late = await addItem(rooms, place, { minor: 55_00n })
  expect(await dueAt(rooms, 'reconcile', place.accountId)).toEqual(rooms.clock.now())
  await reconcile(rooms, place)
  expect((await readItem(rooms, late.id)).state).toBe('settled')
})

test('runs at the same time use a movement once', async () => {
  const item = await addItem(rooms, place, { minor: 100_00n })
  await addEntry(rooms, place, { minor: 60_00n, kid })
  const runs = await Promise.all([1, 2, 3].map(() => reconcile(rooms, place)))
  expect(runs.map(({ matched }) => matched).sort()).toEqual([0, 0, 1])
  expect((await readItem(rooms, item.id)).remainingMinor).toBe(40_00n)
})

test('two accounts that are paid at the same time take nothing from each other', async () => {
  const other: Place = { ...place, accountId: await newAccount(rooms, place.companyId, 'NO5015032080119') }
  const item = await addItem(rooms, place, { minor: 1000_00n })
  await addEntry(rooms, place, { minor: 1_00n, kid })
  await reconcile(rooms, place)
  for (let i = 0; i < 10; i++) {
    await addEntry(rooms, place, { minor: 10_00n, kid })
    await addEntry(rooms, other, { minor: 20_00n, kid })
    await Promise.all([reconcile(rooms, place), reconcile(rooms, other)])
  }
  expect((await readItem(rooms, item.id)).remainingMinor).toBe(1000_00n - 1_00n - 300_00n)
})

test('an open item is taken in once, with an amount, for a company that is there', async () => {
  await addItem(rooms, place, { minor: 1n, externalId: 'same' })
  await expect(addItem(rooms, place, { minor: 1n, externalId: 'same' })).rejects.toMatchObject({
    code: 'open_item_exists',
  })
  await expect(addItem(rooms, place, { minor: 0n })).rejects.toMatchObject({ code: 'invalid_request' })
  const nowhere = { companyId: 'cmp_none', accountId: '' }
  await expect(addItem(rooms, nowhere, { minor: 1n })).rejects.toMatchObject({ code: 'not_found' })
})
