import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Answer,
  type BankClient,
  bankClient,
  type Json,
  openSandbox,
  worldAccounts,
} from './bank-client.ts'

let sandbox: Awaited<ReturnType<typeof openSandbox>>
let client: BankClient
let world: Awaited<ReturnType<typeof worldAccounts>>
beforeAll(async () => {
  sandbox = await openSandbox()
  client = bankClient(sandbox)
  world = await worldAccounts(client)
})
afterAll(async () => {
  expect(client.problems).toEqual([])
  await client.close()
  await sandbox.end()
})

const message = (answer: Answer) => answer.body.tppMessages[0]
const øre = (amount: string) => BigInt(amount.replace('.', ''))
const body = (more: object = {}) => ({
  endToEndIdentification: 'E2E-42',
  debtorAccount: { bban: world.drift.bban },
  instructedAmount: { currency: 'NOK', amount: '1500.50' },
  creditorAccount: { bban: world.supplierAtTinde.bban },
  creditorName: 'Leverandør Attrapp AS',
  remittanceInformationStructuredArray: [{ reference: '1234567897', referenceType: 'SCOR' }],
  ...more,
})
const ledger = async (): Promise<Json> => (await client.control('ledger')).body
const truth = async (id: string) =>
  (await ledger()).banks.flatMap((bank: Json) => bank.payments).find((payment: Json) => payment.id === id)
const allMoney = async () =>
  (await ledger()).banks
    .flatMap((bank: Json) => bank.accounts)
    .reduce((sum: bigint, account: Json) => sum + øre(account.balance), 0n)

test('a payment moves with SCA and the clock and ends as booked entries on both sides', async () => {
  const before = await allMoney()
  const created = await client.pay(body())
  expect([created.status, created.body.transactionStatus]).toEqual([201, 'RCVD'])
  const id = created.body.paymentId
  expect(await client.paymentStatus(id)).toBe('RCVD')
  const walked = await client.approve(created)
  expect(walked.body.redirect).toBe('http://localhost:1/ok')
  expect(await client.paymentStatus(id)).toBe('ACTC')
  await client.control('clock', { advance: 'PT1M' })
  expect([await client.paymentStatus(id), (await truth(id)).executions]).toEqual(['ACSP', 0])
  await client.control('clock', { advance: 'PT14M' })
  expect([await client.paymentStatus(id), (await truth(id)).executions]).toEqual(['ACSC', 1])
  const now = await worldAccounts(client)
  const [debit, credit] = [now.drift.bookings.at(-1), now.supplierAtTinde.bookings.at(-1)]
  const same = { kid: '1234567897', endToEndId: 'E2E-42' }
  expect(debit).toMatchObject({ ...same, amount: '-1500.50' })
  expect(debit.counterparty.bban).toBe(world.supplierAtTinde.bban)
  expect(credit).toMatchObject({ ...same, amount: '1500.50' })
  expect(credit.counterparty.name).toBe('EKSEMPELVERKSTEDET AS')
  expect(await allMoney()).toBe(before)
  await client.control('clock', { advance: 'P2D' })
  expect((await truth(id)).executions).toBe(1)
})

test('a payment for a later day waits for it and is booked on it', async () => {
  const { today } = (await client.control('clock')).body
  const date = new Date(Date.parse(today) + 3 * 86_400_000).toISOString().slice(0, 10)
  const created = await client.pay(body({ requestedExecutionDate: date, endToEndIdentification: 'LATER' }))
  await client.approve(created)
  await client.control('clock', { advance: 'P1D' })
  expect(await client.paymentStatus(created.body.paymentId)).toBe('ACTC')
  await client.control('clock', { advance: 'P5D' })
  expect(await client.paymentStatus(created.body.paymentId)).toBe('ACSC')
  const row = (await worldAccounts(client)).drift.bookings.find((one: Json) => one.endToEndId === 'LATER')
  expect(row.bookingDate).toBe(date)
})

test.each([
  ['the PSU rejects it', {}, 'reject', 'PT0S'],
  [
    'the creditor account has a wrong check digit',
    { creditorAccount: { bban: '99885001009' } },
    'approve',
    'PT0S',
  ],
  [
    'the account is too low',
    { instructedAmount: { currency: 'NOK', amount: '99000000.00' } },
    'approve',
    'PT1H',
  ],
  ['SCA is not finished within half an hour', {}, 'none', 'PT30M'],
])('a payment is rejected and no money leaves when %s', async (_why, change, outcome, advance) => {
  const before = await allMoney()
  const created = await client.pay(body(change))
  const url = created.body._links.scaRedirect.href
  if (outcome !== 'none') await client.control('sca', { url, outcome })
  await client.control('clock', { advance })
  const answer = await client.call('GET', `${client.product}/${created.body.paymentId}/status`)
  expect(answer.body.transactionStatus).toBe('RJCT')
  expect(answer.body.psuMessage).toMatch(/\w/)
  expect([(await truth(created.body.paymentId)).executions, await allMoney()]).toEqual([0, before])
})

test('only someone with rights to the debtor account approves', async () => {
  const created = await client.pay(body())
  const walked = await client.approve(created, { person: 'per' })
  expect([walked.status, await client.paymentStatus(created.body.paymentId)]).toEqual([409, 'RCVD'])
})

test('the same X-Request-ID again gives the same payment at one bank, a second one at the other', async () => {
  const headers = { 'x-request-id': '5b2d1f0e-1111-4222-8333-444455556666' }
  const first = await client.pay(body(), { headers })
  const again = await client.pay(body(), { headers })
  expect(again.body).toEqual(first.body)
  const other = await client.pay(body({ creditorName: 'En annen' }), { headers })
  expect([other.status, message(other).code]).toEqual([400, 'PARAMETER_NOT_CONSISTENT'])
  const atTinde = body({ debtorAccount: { bban: world.tinde.bban } })
  const one = await client.pay(atTinde, { headers, bank: 'bank2' })
  const two = await client.pay(atTinde, { headers, bank: 'bank2' })
  expect(one.body.paymentId).not.toBe(two.body.paymentId)
})

test('a payment can be cancelled until the money has left', async () => {
  const early = await client.pay(body())
  await client.approve(early)
  const path = `${client.product}/${early.body.paymentId}`
  expect((await client.call('DELETE', path)).status).toBe(204)
  await client.control('clock', { advance: 'PT1H' })
  expect([
    await client.paymentStatus(early.body.paymentId),
    (await truth(early.body.paymentId)).executions,
  ]).toEqual(['CANC', 0])
  const late = await client.pay(body())
  await client.approve(late)
  await client.control('clock', { advance: 'PT1H' })
  const refused = await client.call('DELETE', `${client.product}/${late.body.paymentId}`)
  expect([refused.status, message(refused).code]).toEqual([405, 'CANCELLATION_INVALID'])
})

test('a payment is read back as it was sent, with its authorisation', async () => {
  const created = await client.pay(
    body({ remittanceInformationStructuredArray: undefined, remittanceInformationUnstructured: 'Faktura 7' }),
  )
  const path = `${client.product}/${created.body.paymentId}`
  const read = await client.call('GET', path)
  expect(read.body).toMatchObject({
    transactionStatus: 'RCVD',
    remittanceInformationUnstructured: 'Faktura 7',
  })
  const { authorisationIds } = (await client.call('GET', `${path}/authorisations`)).body
  const sca = await client.call('GET', `${path}/authorisations/${authorisationIds[0]}`)
  expect(sca.body.scaStatus).toBe('received')
})

test.each([
  ['FORMAT_ERROR', 'debtorAccount', () => ({ debtorAccount: undefined })],
  ['FORMAT_ERROR', 'debtorAccount', () => ({ debtorAccount: { bban: world.tinde.bban } })],
  [
    'FORMAT_ERROR',
    'instructedAmount.amount',
    () => ({ instructedAmount: { currency: 'NOK', amount: '0.00' } }),
  ],
  ['FORMAT_ERROR', 'instructedAmount.amount', () => ({ instructedAmount: { currency: 'NOK', amount: 12 } })],
  [
    'FORMAT_ERROR',
    'instructedAmount.currency',
    () => ({ instructedAmount: { currency: 'EUR', amount: '1' } }),
  ],
  ['FORMAT_ERROR', 'creditorAccount.bban', () => ({ creditorAccount: { bban: '123' } })],
  ['FORMAT_ERROR', 'creditorName', () => ({ creditorName: '' })],
  ['FORMAT_ERROR', 'endToEndIdentification', () => ({ endToEndIdentification: 'x'.repeat(36) })],
  [
    'FORMAT_ERROR',
    'remittanceInformationStructuredArray.reference',
    () => ({ remittanceInformationStructuredArray: [{ reference: 'ABC', referenceType: 'SCOR' }] }),
  ],
  [
    'PARAMETER_NOT_CONSISTENT',
    'remittanceInformationUnstructured',
    () => ({ remittanceInformationUnstructured: 'tekst' }),
  ],
  ['EXECUTION_DATE_INVALID', 'requestedExecutionDate', () => ({ requestedExecutionDate: '2020-01-01' })],
])('%s names %s', async (code, path, change) => {
  const answer = await client.pay(body(change()))
  expect([answer.status, message(answer).code, message(answer).path]).toEqual([400, code, path])
})

test('unknown products and payments are said to be so', async () => {
  const product = await client.call('POST', '/v1/payments/sepa-credit-transfers', {
    body: {},
    attended: true,
  })
  expect([product.status, message(product).code]).toEqual([404, 'PRODUCT_UNKNOWN'])
  const payment = await client.call('GET', `${client.product}/nothing`)
  expect([payment.status, message(payment).code]).toEqual([403, 'RESOURCE_UNKNOWN'])
})
