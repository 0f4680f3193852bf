import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  agentWith,
  type BankClient,
  bankClient,
  type Json,
  openSandbox,
  worldAccounts,
} from './bank-client.ts'

let sandbox: Awaited<ReturnType<typeof openSandbox>>
let client: BankClient
let consentId: string
let account: Json
let agent: ReturnType<typeof agentWith>

beforeAll(async () => {
  sandbox = await openSandbox()
  client = bankClient(sandbox)
  agent = agentWith(sandbox, sandbox.pki.qwacCert, sandbox.pki.qwacKey)
  consentId = await client.consent()
  account = (await client.accounts(consentId))[0]
})
afterEach(() => client.control('faults', { bank: 'fjordbanken', times: 0 }))
afterAll(async () => {
  await agent.destroy()
  await client.close()
  await sandbox.end()
})

const fault = (name: string, times: number | string = 'until_cleared', more = {}) =>
  client.control('faults', { bank: 'fjordbanken', name, times, ...more })
const today = async () => (await client.control('clock')).body.today as string

/** A read as bytes, whatever comes. */
async function raw(path: string, headers: Record<string, string> = {}) {
  const answer = await request(new URL(path, sandbox.urls.bank), {
    dispatcher: agent,
    headers: {
      'x-request-id': crypto.randomUUID(),
      'consent-id': consentId,
      'psu-ip-address': '192.0.2.10',
      ...headers,
    },
  })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}
const transactionsPath = () =>
  `/v1/accounts/${account.resourceId}/transactions?bookingStatus=both&dateFrom=2020-01-01`
const page = async (): Promise<Json> => JSON.parse(String((await raw(transactionsPath())).body)).transactions
const booked = async (): Promise<Json[]> => (await page()).booked
const ids = (rows: Json[]) => rows.map((row) => `${row.transactionId} ${row.entryReference}`)

describe('ids', () => {
  test('ids_reissued: others in each answer', async () => {
    await fault('ids_reissued')
    const [one, other] = [await booked(), await booked()]
    expect(ids(one).some((id) => ids(other).includes(id))).toBe(false)
    expect(new Set(ids(one)).size).toBe(one.length)
  })
  test.each([
    ['ids_blank', { transactionId: ' ', entryReference: ' ' }],
    ['entry_reference_null', { entryReference: null }],
  ])('%s', async (name, shown) => {
    await fault(name)
    for (const row of await booked()) expect(row).toMatchObject(shown)
    if (name === 'entry_reference_null') expect((await booked())[0]).not.toHaveProperty('transactionId')
  })
  test('ids_shared: fewer ids than rows', async () => {
    await fault('ids_shared')
    const rows = await booked()
    expect(new Set(ids(rows)).size).toBeLessThan(rows.length / 2)
  })
  test('ids_renumbered: a new row moves the others of its day on', async () => {
    await fault('ids_renumbered')
    const number = account.bban
    const book = (text: string) => client.control('transactions', { account: number, amount: '-1.00', text })
    const placed = async () =>
      Object.fromEntries(
        (await booked()).map((row) => [row.remittanceInformationUnstructured, row.entryReference]),
      )
    await book('først')
    expect((await placed()).først).toBe(`${await today()}-0`)
    await book('sist')
    expect(await placed()).toMatchObject({ sist: `${await today()}-0`, først: `${await today()}-1` })
  })
})

describe('words, reservations and pages', () => {
  test('text_enriched and date_prefix touch the last days alone', async () => {
    const before = await booked()
    for (const name of ['text_enriched', 'date_prefix']) {
      await fault(name)
      const rows = await booked()
      const changed = rows.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i]))
      expect(changed.length).toBeGreaterThan(0)
      expect(changed.length).toBeLessThan(rows.length)
      const words = changed.map((row) => row.remittanceInformationUnstructured).filter(Boolean)
      const shape = name === 'text_enriched' ? /^Overføring$/ : /^\d\d\.\d\d /
      for (const text of words) expect(text).toMatch(shape)
      await client.control('faults', { bank: 'fjordbanken', times: 0 })
    }
  })
  test('hold_as_booked, hold_amount and pending_undated', async () => {
    const day = await today()
    const bookingDate = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    const hold = { account: account.bban, amount: '-437.20', text: 'Bensin', status: 'pending', bookingDate }
    await client.control('transactions', hold)
    expect((await page()).pending).toMatchObject([{ transactionAmount: { amount: '-437.20' } }])
    const held = { transactionAmount: { amount: '-440.00' }, remittanceInformationUnstructured: 'RESERVERT' }
    await fault('hold_as_booked', 1)
    const shown = await page()
    expect(shown.pending).toEqual([])
    expect(shown.booked[0]).toMatchObject({ ...held, bookingDate: day })
    expect(shown.booked[0]).not.toHaveProperty('entryReference')
    await fault('hold_amount', 1)
    expect((await page()).pending).toMatchObject([held])
    await fault('pending_undated', 1)
    expect((await page()).pending[0]).not.toHaveProperty('valueDate')
  })
  test('rows_shift: the following page repeats a row, and a row is booked', async () => {
    const first = await page()
    await fault('rows_shift', 1)
    const next = JSON.parse(String((await raw(first._links.next.href)).body)).transactions
    expect(next.booked[0]).toEqual(first.booked.at(-1))
    expect((await booked())[0].remittanceInformationUnstructured).toBe('Gebyr mens det leses')
  })
  test('page_empty: no rows, and a link to the same list', async () => {
    const rows = await booked()
    await fault('page_empty', 1)
    const empty = await page()
    expect(empty.booked).toEqual([])
    expect(JSON.parse(String((await raw(empty._links.next.href)).body)).transactions.booked).toEqual(rows)
  })
  test('pages_endless: no rows, and another link each time', async () => {
    await fault('pages_endless')
    const [one, other] = [await page(), await page()]
    expect([...one.booked, ...other.booked]).toEqual([])
    expect(one._links.next.href).not.toBe(other._links.next.href)
  })
  test('backdated_entry and row_removed change the books as they are ordered', async () => {
    const rows = async () => (await worldAccounts(client)).drift.bookings.length
    const before = await rows()
    await fault('backdated_entry', 2, { account: account.bban })
    expect(await rows()).toBe(before + 2)
    await fault('row_removed', 3, { account: account.bban })
    expect(await rows()).toBe(before - 1)
    expect((await client.control('faults')).body.active).toEqual([])
  })
})

describe('accounts, consents and people', () => {
  const list = async () => JSON.parse(String((await raw('/v1/accounts')).body)).accounts as Json[]
  test('accounts_unmarked, account_twice and mirror_account', async () => {
    const before = await list()
    await fault('accounts_unmarked', 1)
    for (const one of await list()) expect(Object.keys(one)).not.toContain('usage')
    await fault('account_twice')
    const twice = await list()
    expect(twice).toHaveLength(before.length * 2)
    expect(new Set(twice.map(({ iban }) => iban)).size).toBe(before.length)
    expect((await raw(`/v1/accounts/${twice[0].resourceId}/balances`)).status).toBe(404)
    await fault('account_twice', 0)
    await fault('mirror_account', 1)
    expect((await list()).filter(({ iban, bban }) => !iban && !bban)).toHaveLength(1)
  })
  test('psu_headers_required and private_ip_refused', async () => {
    await fault('psu_headers_required')
    expect((await raw(transactionsPath(), { 'psu-ip-address': '' })).status).toBe(400)
    expect((await raw(transactionsPath())).status).toBe(200)
    await fault('private_ip_refused')
    expect((await raw(transactionsPath(), { 'psu-ip-address': '10.25.25.52' })).status).toBe(400)
    expect((await raw(transactionsPath())).status).toBe(200)
  })
  test('consent_dead: over before its date, for good', async () => {
    const other = await client.consent({ bank: 'bank2' })
    const consent = async () => (await client.call('GET', `/v1/consents/${other}`, { bank: 'bank2' })).body
    await client.control('faults', { bank: 'tindebanken', name: 'consent_dead', times: 1 })
    const headers = { 'consent-id': other }
    const refused = await client.call('GET', '/v1/accounts', { bank: 'bank2', headers })
    expect([refused.status, refused.body.tppMessages[0].code]).toEqual([401, 'CONSENT_EXPIRED'])
    expect((await consent()).consentStatus).toBe('expired')
    expect((await consent()).validUntil > (await today())).toBe(true)
  })
})

describe('answers', () => {
  test.each([
    ['limit_bare', 429, /^$/, {}],
    ['limit_seconds', 429, /^\{\}$/, { 'retry-after': '7200' }],
    ['limit_zero', 429, /^\{\}$/, { 'retry-after': '0' }],
    ['limit_http_date', 429, /^\{\}$/, { 'retry-after': expect.stringMatching(/GMT$/) }],
    ['limit_reset_header', 429, /^\{\}$/, { 'x-ratelimit-reset': '7200' }],
    ['limit_message', 429, /ACCESS_EXCEEDED/, {}],
    ['limit_next_access', 429, /next access at \d{4}-/, {}],
    ['limit_try_again', 429, /try again in 7200 seconds/, {}],
    ['limit_html', 429, /<h1>/, { 'content-type': expect.stringMatching(/html/) }],
    ['limit_403', 403, /Rate limit exceeded/, {}],
    ['limit_401', 401, /^Too many requests$/, {}],
    ['http_500', 500, /INTERNAL_SERVER_ERROR/, {}],
    ['ok_with_error', 200, /tppMessages/, {}],
    ['html_page', 200, /<!doctype html>/, {}],
    ['html_403', 403, /Request blocked/, {}],
  ])('%s is %i', async (name, status, words, headers) => {
    await fault(name)
    const answer = await raw(transactionsPath())
    expect(answer.status).toBe(status)
    expect(String(answer.body)).toMatch(words)
    expect(answer.headers).toMatchObject(headers)
  })
  test('balances_fail: they alone', async () => {
    await fault('balances_fail')
    expect((await raw(`/v1/accounts/${account.resourceId}/balances`)).status).toBe(500)
    expect((await raw(transactionsPath())).status).toBe(200)
  })
  test('clock_skew: date and dates are ahead', async () => {
    await client.control('transactions', { account: account.bban, amount: '-1.00', text: 'I dag' })
    await fault('clock_skew')
    const answer = await raw(transactionsPath())
    const ahead = Date.parse(String(answer.headers.date)) - Date.now()
    expect(ahead).toBeGreaterThan(25 * 3_600_000)
    expect(JSON.parse(String(answer.body)).transactions.booked[0].bookingDate > (await today())).toBe(true)
  })
})

describe('transport', () => {
  test('reset_mid_body', async () => {
    await fault('reset_mid_body')
    await expect(raw(transactionsPath())).rejects.toThrow()
  })
  test('drip: the whole answer would take minutes', async () => {
    await fault('drip')
    const answer = raw(transactionsPath()).catch(() => 'ends with the sandbox')
    const late = new Promise((resolve) => setTimeout(resolve, 300, 'nothing yet'))
    expect(await Promise.race([answer, late])).toBe('nothing yet')
  })
  test('gzip_unasked and gzip_bomb', async () => {
    const digest = (body: Buffer) => createHash('sha256').update(body).digest('hex')
    const plain = await raw(transactionsPath())
    await fault('gzip_unasked', 1)
    const packed = await raw(transactionsPath())
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(digest(gunzipSync(packed.body))).toBe(digest(plain.body))
    await fault('gzip_bomb', 1)
    const bomb = await raw(transactionsPath())
    expect(bomb.body.length).toBeLessThan(1024 * 1024)
    expect(() => gunzipSync(bomb.body, { maxOutputLength: 200 * 1024 * 1024 })).toThrow()
  })
  test('certificate_expired, and whole again once it is cleared', async () => {
    await fault('certificate_expired')
    const fresh = agentWith(sandbox, sandbox.pki.qwacCert, sandbox.pki.qwacKey)
    const ask = () => client.call('GET', '/v1/consents/x', { agent: fresh })
    await expect(ask()).rejects.toThrow(/expired/)
    await fault('certificate_expired', 0)
    expect((await ask()).status).toBe(403)
    await fresh.close()
  })
})
