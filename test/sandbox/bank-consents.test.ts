import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type BankClient, bankClient, openSandbox, worldAccounts } from './bank-client.ts'

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

const status = async (id: string, bank: 'bank' | 'bank2' = 'bank') =>
  (await client.call('GET', `/v1/consents/${id}/status`, { bank })).body.consentStatus
const message = (answer: Answer) => answer.body.tppMessages[0]
const page = (answer: Answer): string => answer.body._links.scaRedirect.href

test('a bank-offered consent covers the accounts that the PSU ticks, for at most 180 days', async () => {
  const { drift } = await worldAccounts(client)
  const started = await client.startConsent()
  expect(started.status).toBe(201)
  expect(started.headers['aspsp-sca-approach']).toBe('REDIRECT')
  const walked = await client.control('sca', {
    url: page(started),
    outcome: 'approve',
    accounts: [drift.bban],
  })
  expect(walked.body.redirect).toBe('http://localhost:1/ok')
  const consent = (await client.call('GET', `/v1/consents/${started.body.consentId}`)).body
  expect(consent.consentStatus).toBe('valid')
  expect(consent.access.accounts.map((a: { bban: string }) => a.bban)).toEqual([drift.bban])
  const days = (Date.parse(consent.validUntil) - Date.parse(consent.lastActionDate)) / 86_400_000
  expect(days).toBe(180)
  expect((await client.accounts(started.body.consentId)).map((a) => a.bban)).toEqual([drift.bban])
})

test('opening the page, with or without a name, changes nothing', async () => {
  const started = await client.startConsent()
  const first = await (await fetch(page(started))).text()
  expect(first).toContain('<option value="kari">')
  const second = await (await fetch(`${page(started)}?person=kari`)).text()
  expect(second.match(/type="checkbox"/g)).toHaveLength(3)
  expect(second).not.toContain('<script')
  expect(await status(started.body.consentId)).toBe('received')
  const sca = await client.call(
    'GET',
    new URL(started.body._links.scaStatus.href, sandbox.urls.bank).pathname,
  )
  expect(sca.body.scaStatus).toBe('received')
})

test('a rejected consent sends the PSU to the other address and cannot be approved afterwards', async () => {
  const started = await client.startConsent()
  const walked = await client.control('sca', { url: page(started), outcome: 'reject' })
  expect(walked.body.redirect).toBe('http://localhost:1/nok')
  expect(await status(started.body.consentId)).toBe('rejected')
  const again = await client.control('sca', { url: page(started), outcome: 'approve' })
  expect(again.status).toBe(409)
  expect(await status(started.body.consentId)).toBe('rejected')
})

test('a detailed consent is only for someone with rights to every account it names', async () => {
  const { drift } = await worldAccounts(client)
  const access = { accounts: [{ iban: drift.iban }], balances: [{ bban: drift.bban }] }
  const started = await client.startConsent({}, { access })
  const url = page(started)
  const stranger = await client.control('sca', { url, outcome: 'approve', person: 'per' })
  expect([stranger.status, await status(started.body.consentId)]).toEqual([409, 'received'])
  await client.control('sca', { url, outcome: 'approve', person: 'ola' })
  const [account] = await client.accounts(started.body.consentId)
  expect(Object.keys(account._links)).toEqual(['balances'])
  const refused = await client.call(
    'GET',
    `/v1/accounts/${account.resourceId}/transactions?bookingStatus=booked&dateFrom=2020-01-01`,
    { headers: { 'consent-id': started.body.consentId } },
  )
  expect([refused.status, message(refused).code]).toEqual([401, 'CONSENT_INVALID'])
})

test('a new recurring consent ends the same person’s former one at one bank, not at the other', async () => {
  const first = await client.consent()
  const other = await client.consent({}, {}, { person: 'ola' })
  const second = await client.consent()
  expect([await status(first), await status(other), await status(second)]).toEqual([
    'terminatedByTpp',
    'valid',
    'valid',
  ])
  const third = await client.consent({ bank: 'bank2' })
  await client.consent({ bank: 'bank2' })
  expect(await status(third, 'bank2')).toBe('valid')
})

test('whether several consents may live side by side is said in a header', async () => {
  const one = await client.startConsent()
  const two = await client.startConsent({ bank: 'bank2' })
  expect(one.headers['aspsp-multiple-consent-support']).toBe('false')
  expect(two.headers['aspsp-multiple-consent-support']).toBe('true')
})

test.each([
  ['access', { access: undefined }],
  ['access.allPsd2', { access: { allPsd2: 'some' } }],
  ['access.accounts[0]', { access: { accounts: [{ bban: '12345678901' }] } }],
  ['recurringIndicator', { recurringIndicator: 'yes' }],
  ['validUntil', { validUntil: '2020-01-01' }],
  ['frequencyPerDay', { frequencyPerDay: 0 }],
  ['frequencyPerDay', { recurringIndicator: false }],
  ['combinedServiceIndicator', { combinedServiceIndicator: undefined }],
])('a consent request with a bad %s names it', async (path, terms) => {
  const answer = await client.startConsent({}, terms)
  expect([answer.status, message(answer).code, message(answer).path]).toEqual([400, 'FORMAT_ERROR', path])
})

test('PSU-IP-Address and TPP-Redirect-URI are demanded', async () => {
  const unattended = await client.startConsent({ attended: false })
  expect(message(unattended).path).toBe('PSU-IP-Address')
  const nowhere = await client.startConsent({ headers: { 'tpp-redirect-uri': '' } })
  expect(message(nowhere).path).toBe('TPP-Redirect-URI')
})

test('a consent that the TPP ends can no longer be used', async () => {
  const id = await client.consent()
  expect((await client.call('DELETE', `/v1/consents/${id}`)).status).toBe(204)
  expect((await client.call('DELETE', `/v1/consents/${id}`)).status).toBe(204)
  const read = await client.call('GET', '/v1/accounts', { headers: { 'consent-id': id } })
  expect([read.status, message(read).code]).toEqual([401, 'CONSENT_INVALID'])
})

test('SCA closes after half an hour, a consent after its last day', async () => {
  const started = await client.startConsent()
  const id = await client.consent({ bank: 'bank2' })
  await client.control('clock', { advance: 'PT31M' })
  expect(await status(started.body.consentId)).toBe('rejected')
  const authorisations = await client.call('GET', `/v1/consents/${started.body.consentId}/authorisations`)
  expect(authorisations.body.authorisationIds).toHaveLength(1)
  await client.control('clock', { advance: 'P181D' })
  expect(await status(id, 'bank2')).toBe('expired')
  const read = await client.call('GET', '/v1/accounts', { bank: 'bank2', headers: { 'consent-id': id } })
  expect([read.status, message(read).code]).toEqual([401, 'CONSENT_EXPIRED'])
})
