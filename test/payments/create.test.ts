import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewPayment } from '../../src/payments/create.ts'
import { consentWithAccount, debtorIban } from '../consent/consents.ts'
import { addItem } from '../reconciliation/movements.ts'
import { eventsOf, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { create, order, type Payable, read } from './payment.ts'

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  payable = await consentWithAccount(rooms)
})
afterAll(() => rooms?.close())

const faultsOf = (more: Partial<NewPayment>) =>
  create(rooms, order(payable.accountId, more)).then(
    () => [],
    (error: { code?: string; facts?: { errors?: { path: string }[] } }) => [
      error.code,
      ...(error.facts?.errors ?? []).map(({ path }) => path),
    ],
  )

test.each<[string, Partial<NewPayment>, string[]]>([
  ['a wrong check digit in the account', { creditorAccount: '15032080118' }, ['body.creditorAccount']],
  ['a wrong check digit in the IBAN', { creditorAccount: 'NO5015032080118' }, ['body.creditorAccount']],
  ['the debtor as creditor', { creditorAccount: debtorIban }, ['body.creditorAccount']],
  [
    'the debtor as creditor, as people write it',
    { creditorAccount: '8601.11.17947' },
    ['body.creditorAccount'],
  ],
  ['an account abroad', { creditorAccount: 'SE4550000000058398257466' }, ['body.creditorAccount']],
  ['nothing to pay', { amount: { minor: 0n, currency: 'NOK' } }, ['body.amount']],
  ['less than nothing', { amount: { minor: -1n, currency: 'NOK' } }, ['body.amount']],
  ['another currency', { amount: { minor: 100n, currency: 'EUR' } }, ['body.amount.currency']],
  ['KID and text', { text: 'Faktura 7' }, ['body.text']],
  ['a KID that fails its check digit', { kid: '2345678' }, ['body.kid']],
  ['a date that has passed', { executionDate: '2026-01-04' }, ['body.executionDate']],
  [
    'everything at once, each named',
    { creditorAccount: '1', amount: { minor: 0n, currency: 'EUR' }, kid: 'x', executionDate: '2020-01-01' },
    ['body.creditorAccount', 'body.amount', 'body.amount.currency', 'body.kid', 'body.executionDate'],
  ],
])('refused: %s', async (_name, more, paths) => {
  expect(await faultsOf(more)).toEqual(['invalid_request', ...paths])
})

test.each<[string, Partial<NewPayment>]>([
  ['today', { executionDate: '2026-01-05' }],
  ['an IBAN', { creditorAccount: 'NO50 1503 2080 119' }],
  ['one øre', { amount: { minor: 1n, currency: 'NOK' } }],
])('taken: %s', async (_name, more) => {
  expect(await faultsOf(more)).toEqual([])
})

test('a payment is born a draft, checked, and keeps its end-to-end id', async () => {
  const payment = await create(rooms, order(payable.accountId))
  const kept = await read(rooms, payment.id)
  expect(kept).toMatchObject({
    state: 'validated',
    creditorAccount: 'NO5015032080119',
    preparedBy: 'api_key:key_test',
    endToEndId: payment.id.replace('_', ''),
  })
  expect(kept.endToEndId.length).toBeLessThanOrEqual(35)
  expect(await wayOf(rooms, payment.id)).toEqual(['validated'])
  expect((await eventsOf(rooms, payment.id))[0]).toEqual({ type: 'payment.created', data: {} })
})

test('an account that is not read cannot pay', async () => {
  const other = await consentWithAccount(rooms)
  await rooms.run((tx) =>
    tx.prisma.account.update({ where: { id: other.accountId }, data: { state: 'stale' } }),
  )
  await expect(create(rooms, order(other.accountId))).rejects.toMatchObject({ code: 'state_conflict' })
})

test('an open item that is not there, or another company’s, is named', async () => {
  const input = order(payable.accountId, { openItemId: 'itm_none' })
  await expect(create(rooms, input)).rejects.toMatchObject({ code: 'reference_unknown' })
})

const item = (more: object = {}) =>
  addItem(
    rooms,
    { companyId: payable.company.id, accountId: payable.accountId },
    { minor: 125_000n, direction: 'payable', ...more },
  )
const pay = (openItemId: string, minor = 125_000n) =>
  create(rooms, order(payable.accountId, { openItemId, amount: { minor, currency: 'NOK' } }))
const notPayable = { code: 'open_item_not_payable' }

test('an open item is paid once: what is on its way counts, also of payments made at the same moment', async () => {
  const { id } = await item()
  await pay(id, 25_000n)
  const both = await Promise.allSettled([pay(id, 100_000n), pay(id, 100_000n)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(pay(id, 1n)).rejects.toMatchObject(notPayable)
})

test('a payment that has come to nothing leaves its item to another', async () => {
  const { id } = await item()
  const first = await pay(id)
  await rooms.run((tx) => tx.prisma.payment.update({ where: { id: first.id }, data: { state: 'cancelled' } }))
  await pay(id)
})

test('receivables, settled items, more than is left, and another currency are refused by name', async () => {
  const receivable = await item({ direction: 'receivable' })
  const euro = await item({ amount: { minor: 125_000n, currency: 'EUR' } })
  const settled = await item()
  await rooms.run((tx) =>
    tx.prisma.openItem.update({ where: { id: settled.id }, data: { state: 'settled', remainingMinor: 0n } }),
  )
  for (const { id } of [receivable, euro, settled]) await expect(pay(id)).rejects.toMatchObject(notPayable)
  await expect(pay((await item()).id, 125_001n)).rejects.toThrow(/1250.00 NOK/)
})
