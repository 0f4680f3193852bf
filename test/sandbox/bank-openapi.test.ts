import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BankClient, bankClient, openSandbox, worldAccounts } from './bank-client.ts'
import { openApiChecker, specificationPresent, whySkipped } from './openapi.ts'

if (!specificationPresent)
  process.stdout.write(`bank answers are not checked against OpenAPI: ${whySkipped}\n`)

let sandbox: Awaited<ReturnType<typeof openSandbox>>
let client: BankClient
beforeAll(async () => {
  sandbox = await openSandbox()
  client = bankClient(sandbox)
})
afterAll(async () => {
  await client.close()
  await sandbox.end()
})

/** Asks the bank for one of everything it answers. */
async function walk(bank: 'bank' | 'bank2') {
  const world = await worldAccounts(client)
  const started = await client.startConsent({ bank })
  const id = started.body.consentId
  const consent = `/v1/consents/${id}`
  await client.call('GET', consent, { bank })
  await client.approve(started)
  for (const path of ['', '/status', '/authorisations'])
    await client.call('GET', `${consent}${path}`, { bank })
  const headers = { 'consent-id': id }
  await client.call('GET', '/v1/accounts?withBalance=true', { bank, headers })
  const [account] = await client.accounts(id, { bank })
  const path = `/v1/accounts/${account.resourceId}`
  for (const part of ['', '/balances']) await client.call('GET', `${path}${part}`, { bank, headers })
  const today = (await client.control('clock')).body.today
  await client.control('transactions', {
    account: account.iban,
    amount: '-1.00',
    status: 'pending',
    text: 'Kort',
  })
  for (const status of ['both', 'pending', 'booked', 'nothing']) {
    await client.call('GET', `${path}/transactions?bookingStatus=${status}&dateFrom=2020-01-01`, {
      bank,
      headers,
    })
  }
  await client.call('GET', `${path}/transactions?bookingStatus=booked&dateFrom=${today}`, {
    bank,
    headers: { ...headers, accept: 'application/xml' },
  })
  await client.booked(id, account.resourceId, 'dateFrom=2020-01-01', { bank })
  for (let i = 0; i < 6; i++) await client.call('GET', `${path}/balances`, { bank, headers })
  await client.call('GET', '/v1/accounts/unknown', { bank, headers })
  await client.call('GET', '/v1/accounts', { bank })
  await client.call('GET', '/v1/consents/unknown', { bank })

  const body = {
    debtorAccount: { bban: bank === 'bank' ? world.drift.bban : world.tinde.bban },
    instructedAmount: { currency: 'NOK', amount: '10.00' },
    creditorAccount: { bban: world.supplier.bban },
    creditorName: 'Leverandør Attrapp AS',
    remittanceInformationStructuredArray: [{ reference: '1234567897', referenceType: 'SCOR' }],
  }
  const payment = await client.pay(body, { bank })
  const self = `${client.product}/${payment.body.paymentId}`
  await client.approve(payment)
  for (const part of ['', '/status', '/authorisations']) await client.call('GET', `${self}${part}`, { bank })
  const sca = (await client.call('GET', `${self}/authorisations`, { bank })).body.authorisationIds[0]
  await client.call('GET', `${self}/authorisations/${sca}`, { bank })
  await client.call('DELETE', self, { bank })
  const settled = await client.pay(body, { bank })
  await client.approve(settled)
  await client.control('clock', { advance: 'PT15M' })
  await client.call('DELETE', `${client.product}/${settled.body.paymentId}`, { bank })
  await client.pay({ ...body, instructedAmount: {} }, { bank })
  await client.call('GET', `${client.product}/unknown`, { bank })
  await client.call('POST', '/v1/payments/unknown-product', { bank, body })
  await client.call('DELETE', consent, { bank })
  await client.call('GET', '/v1/accounts', { bank, headers })
}

describe.skipIf(!specificationPresent)('against the official OpenAPI document', () => {
  test.each(['bank', 'bank2'] as const)('every kind of answer of %s fits', async (bank) => {
    await walk(bank)
    expect(client.problems).toEqual([])
    const statuses = new Set(client.seen.map((line) => line.split(' ')[2]))
    expect([...statuses].sort()).toEqual([
      '200',
      '201',
      '204',
      '400',
      '401',
      '403',
      '404',
      '405',
      '406',
      '429',
    ])
  })

  test('the check itself sees a wrong type, a missing header, an unknown path and a stray status', () => {
    const check = openApiChecker()
    const headers = { 'content-type': 'application/json', 'x-request-id': 'x' }
    const path = '/v1/consents/1/status'
    const good = { method: 'GET', path, status: 200, headers, body: { consentStatus: 'valid' } }
    expect(check(good)).toEqual([])
    expect(check({ ...good, body: { consentStatus: 'fine' } })).toHaveLength(1)
    expect(check({ ...good, body: {} })).toHaveLength(1)
    expect(check({ ...good, headers: { 'content-type': 'application/json' } })).toHaveLength(1)
    expect(check({ ...good, path: '/v1/nothing' })).toHaveLength(1)
    expect(check({ ...good, status: 299 })).toHaveLength(1)
    const list = { ...good, path: '/v1/accounts', body: { accounts: [{ iban: 'NO1' }] } }
    expect(check(list).length).toBeGreaterThan(0)
  })
})
