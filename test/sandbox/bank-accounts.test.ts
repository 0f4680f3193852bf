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
beforeAll(async () => {
  sandbox = await openSandbox()
  client = bankClient(sandbox)
})
afterAll(async () => {
  expect(client.problems).toEqual([])
  await client.close()
  await sandbox.end()
})

const message = (answer: Answer) => answer.body.tppMessages[0]
const øre = (amount: string) => BigInt(amount.replace('.', ''))
const all = 'dateFrom=2020-01-01'

/** A consent of the manager and the demo company's main account under it. */
async function driftAccount(bank: 'bank' | 'bank2' = 'bank') {
  const consentId = await client.consent({ bank })
  const accounts = await client.accounts(consentId, { bank })
  const account: Json = accounts.find((a) => a.usage === 'ORGA')
  const headers = { 'consent-id': consentId }
  return { consentId, account, headers, path: `/v1/accounts/${account.resourceId}`, bank }
}

test('accounts tell whose they are and carry another resourceId under every consent', async () => {
  const one = await driftAccount()
  const two = await driftAccount()
  expect(one.account).toMatchObject({
    usage: 'ORGA',
    ownerName: 'EKSEMPELVERKSTEDET AS',
    cashAccountType: 'CACC',
  })
  expect(one.account.bban).toBe(two.account.bban)
  expect(one.account.resourceId).not.toBe(two.account.resourceId)
  const usages = (await client.accounts(two.consentId)).map((a) => a.usage)
  expect(usages).toEqual(['ORGA', 'ORGA', 'PRIV'])
})

test.each(['bank', 'bank2'] as const)('all pages of %s together are exactly the ledger', async (bank) => {
  const { consentId, account } = await driftAccount(bank)
  const { rows, pages } = await client.booked(consentId, account.resourceId, all, { bank })
  const world = await worldAccounts(client)
  const truth = bank === 'bank' ? world.drift : world.tinde
  expect(pages).toBeGreaterThan(3)
  const shown = rows.map((row: Json) => [row.entryReference, row.bookingDate, row.transactionAmount.amount])
  const known = truth.bookings.map((row: Json) => [row.id, row.bookingDate, row.amount])
  expect(shown.reverse()).toEqual(known)
})

test('balances add up day by day, and only one bank states the closing ones', async () => {
  const { headers, path } = await driftAccount()
  const { drift } = await worldAccounts(client)
  const { balances } = (await client.call('GET', `${path}/balances`, { headers, attended: true })).body
  const closing = balances.filter((b: Json) => b.balanceType === 'closingBooked')
  expect(closing).toHaveLength(91)
  let running = øre(drift.openingBalance.amount)
  for (const day of closing.reverse()) {
    for (const row of drift.bookings) if (row.bookingDate === day.referenceDate) running += øre(row.amount)
    expect([day.referenceDate, øre(day.balanceAmount.amount)]).toEqual([day.referenceDate, running])
  }
  const tinde = await driftAccount('bank2')
  const answer = await client.call('GET', `${tinde.path}/balances`, { ...tinde, attended: true })
  expect(answer.body.balances.map((b: Json) => b.balanceType)).toEqual(['interimBooked', 'interimAvailable'])
})

test('a period bounds the rows, both days included', async () => {
  const { consentId, account } = await driftAccount()
  const { drift } = await worldAccounts(client)
  const [from, to] = [drift.bookings[20].bookingDate, drift.bookings[120].bookingDate]
  const { rows } = await client.booked(consentId, account.resourceId, `dateFrom=${from}&dateTo=${to}`)
  const known = drift.bookings.filter((row: Json) => row.bookingDate >= from && row.bookingDate <= to)
  expect(rows).toHaveLength(known.length)
})

test('an injected row is shown as it was ordered, with KID and counterparty', async () => {
  const { consentId, account } = await driftAccount()
  const before = await worldAccounts(client)
  const ordered = await client.control('transactions', {
    account: account.iban,
    amount: '1234.56',
    currency: 'NOK',
    bookingDate: before.drift.bookings[3].bookingDate,
    kid: '1234567897',
    endToEndId: 'E2E-1',
    counterparty: { name: 'Kunde Attrapp AS', bban: '99885001008' },
  })
  expect(ordered.status).toBe(201)
  const { rows } = await client.booked(consentId, account.resourceId, all)
  expect(rows.find((row: Json) => row.entryReference === ordered.body.id)).toMatchObject({
    transactionAmount: { currency: 'NOK', amount: '1234.56' },
    endToEndId: 'E2E-1',
    debtorName: 'Kunde Attrapp AS',
    remittanceInformationStructuredArray: [{ reference: '1234567897', referenceType: 'SCOR' }],
  })
  const after = await worldAccounts(client)
  expect(øre(after.drift.balance) - øre(before.drift.balance)).toBe(123456n)
})

test('a pending row is reserved, has no id, and is booked in the evening of its day', async () => {
  const { headers, path, account } = await driftAccount('bank2')
  // Of tomorrow, since at eight in the evening today's would be booked already.
  const today: string = (await client.control('clock')).body.today
  const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10)
  await client.control('transactions', {
    account: account.bban,
    amount: '-500.00',
    bookingDate: tomorrow,
    status: 'pending',
    text: 'Kort',
  })
  const query = `bookingStatus=both&dateFrom=${today}`
  const read = async () =>
    (await client.call('GET', `${path}/transactions?${query}`, { headers, attended: true, bank: 'bank2' }))
      .body.transactions
  const before = await read()
  expect(before.pending).toHaveLength(1)
  expect(before.pending[0].transactionId).toBeUndefined()
  const { balances } = (
    await client.call('GET', `${path}/balances`, { headers, attended: true, bank: 'bank2' })
  ).body
  const [booked, available] = balances.map((b: Json) => øre(b.balanceAmount.amount))
  expect(booked - available).toBe(50000n)
  await client.control('clock', { advance: 'PT48H' })
  const after = await read()
  expect([after.pending.length, after.booked.length, after.booked[0].bookingDate]).toEqual([0, 1, tomorrow])
})

test('unattended reads are counted per account and day; following pages and attended reads are free', async () => {
  const { consentId, headers, path, account } = await driftAccount()
  const read = () => client.call('GET', `${path}/transactions?bookingStatus=booked&${all}`, { headers })
  for (let i = 0; i < 3; i++) expect((await read()).status).toBe(200)
  const paged = await client.booked(consentId, account.resourceId, all, { attended: false })
  expect(paged.pages).toBeGreaterThan(3)
  const refused = await read()
  expect([refused.status, message(refused).code]).toEqual([429, 'ACCESS_EXCEEDED'])
  const wait = Number(refused.headers['retry-after'])
  expect(wait).toBeGreaterThan(0)
  expect((await client.call('GET', `${path}/balances`, { headers })).status).toBe(200)
  await client.booked(consentId, account.resourceId, all)
  await client.control('clock', { advance: `PT${wait}S` })
  expect((await read()).status).toBe(200)
})

test.each([
  ['FORMAT_ERROR', 'dateFrom', 'bookingStatus=booked'],
  ['FORMAT_ERROR', 'bookingStatus', 'dateFrom=2026-01-01'],
  ['FORMAT_ERROR', 'dateTo', 'bookingStatus=booked&dateFrom=2026-01-01&dateTo=2026-02-30'],
  ['FORMAT_ERROR', 'cursor', 'cursor=nonsense'],
  ['PERIOD_INVALID', 'dateFrom', 'bookingStatus=booked&dateFrom=2026-02-01&dateTo=2026-01-01'],
  ['PARAMETER_NOT_SUPPORTED', 'deltaList', 'bookingStatus=booked&deltaList=true'],
  ['PARAMETER_NOT_SUPPORTED', 'bookingStatus', 'bookingStatus=all&dateFrom=2026-01-01'],
])('a bad query is %s and names %s', async (code, path, query) => {
  const drift = await driftAccount()
  const { headers } = drift
  const answer = await client.call('GET', `${drift.path}/transactions?${query}`, { headers })
  expect([answer.status, message(answer).code, message(answer).path]).toEqual([400, code, path])
})

test('an account that the consent does not cover looks like none, an unknown consent is invalid', async () => {
  const { headers } = await driftAccount()
  const other = await driftAccount('bank2')
  const account = await client.call('GET', `${other.path}/balances`, { headers })
  expect([account.status, message(account).code]).toEqual([404, 'RESOURCE_UNKNOWN'])
  const consent = await client.call('GET', '/v1/accounts', { headers: { 'consent-id': other.consentId } })
  expect([consent.status, message(consent).code]).toEqual([401, 'CONSENT_INVALID'])
})

test('transactionId is another under each consent at the bank that says so', async () => {
  const ids = async (bank: 'bank' | 'bank2') => {
    const { consentId, account } = await driftAccount(bank)
    const { rows } = await client.booked(consentId, account.resourceId, all, { bank })
    return rows.map((row: Json) => row.transactionId)
  }
  expect(await ids('bank')).toEqual(await ids('bank'))
  expect(await ids('bank2')).not.toEqual(await ids('bank2'))
})
