import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewPayment } from '../../src/payments/create.ts'
import { consentWithAccount, debtorIban } from '../consent/consents.ts'
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
  ['a wrong check digit in the account', { creditorAccount: '15032080118' }, ['body/creditorAccount']],
  ['a wrong check digit in the IBAN', { creditorAccount: 'NO5015032080118' }, ['body/creditorAccount']],
  ['the debtor as creditor', { creditorAccount: debtorIban }, ['body/creditorAccount']],
  [
    'the debtor as creditor, as people write it',
    { creditorAccount: '8601.11.17947' },
    ['body/creditorAccount'],
  ],
  ['nothing to pay', { amount: { minor: 0n, currency: 'NOK' } }, ['body/amount']],
  ['less than nothing', { amount: { minor: -1n, currency: 'NOK' } }, ['body/amount']],
  ['another currency', { amount: { minor: 100n, currency: 'EUR' } }, ['body/amount/currency']],
  ['KID and text', { text: 'Faktura 7' }, ['body/text']],
  ['a KID that fails its check digit', { kid: '2345678' }, ['body/kid']],
  ['a date that has passed', { executionDate: '2026-01-04' }, ['body/executionDate']],
  [
    'everything at once, each named',
    { creditorAccount: '1', amount: { minor: 0n, currency: 'EUR' }, kid: 'x', executionDate: '2020-01-01' },
    ['body/creditorAccount', 'body/amount', 'body/amount/currency', 'body/kid', 'body/executionDate'],
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
