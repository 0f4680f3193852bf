import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PDFDocument } from '@cantoo/pdf-lib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SandboxUrls } from '../../sandbox/context.ts'
import { type BankClient, bankClient, type Json, openSandbox, worldAccounts } from './bank-client.ts'

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

const fault = (name: string, times: number, more: object = {}) =>
  client.control('faults', { bank: 'fjordbanken', name, times, ...more })
const active = async () => (await client.control('faults')).body.active

async function drift() {
  const consentId = await client.consent()
  const [account] = await client.accounts(consentId)
  const ids = async () => {
    const { rows } = await client.booked(consentId, account.resourceId, 'dateFrom=2020-01-01')
    return rows.map((row: Json) => row.entryReference)
  }
  return { consentId, account, ids }
}
const payment = async () => {
  const world = await worldAccounts(client)
  return {
    debtorAccount: { bban: world.drift.bban },
    instructedAmount: { currency: 'NOK', amount: '10.00' },
    creditorAccount: { bban: world.supplier.bban },
    creditorName: 'Leverandør Attrapp AS',
  }
}

test('every fault is listed with what happens, and has a row of its own in the manual', async () => {
  const { known } = (await client.control('faults')).body
  const manual = readFileSync(new URL('../../sandbox/README.md', import.meta.url), 'utf8')
  const rows = [...manual.matchAll(/^\| `(\w+)` \|(.+)\|(.+)\|(.+)\|$/gm)]
  const told = rows.filter((row) => row.slice(2).every((cell) => cell.trim() !== '')).map((row) => row[1])
  expect(told.toSorted()).toEqual(known.map((one: Json) => one.name).toSorted())
  for (const { about } of known) expect(about.length).toBeGreaterThan(10)
  expect(await active()).toEqual([])
})

test('several faults are active at once, for a number of times or until they are cleared', async () => {
  const account = (await worldAccounts(client)).drift.bban
  await fault('ids_blank', 3)
  await client.control('faults', { bank: 'fjordbanken', name: 'drip', times: 'until_cleared', account })
  await fault('slow', 1, { path: '/balances' })
  expect(await active()).toMatchObject([
    { name: 'ids_blank', times: 3 },
    { name: 'drip', times: 'until_cleared', account },
    { name: 'slow', times: 1, path: '/balances' },
  ])
  await client.control('faults', { bank: 'fjordbanken', times: 0 })
  expect(await active()).toEqual([])
})

test('drop_row leaves the same row out of that many answers, then it is back', async () => {
  const { ids } = await drift()
  const whole = await ids()
  await fault('drop_row', 2)
  const [one, two, three] = [await ids(), await ids(), await ids()]
  expect(whole.filter((id) => !one.includes(id))).toHaveLength(1)
  expect(two).toEqual(one)
  expect(three).toEqual(whole)
})

test('http_500 happens as often as ordered and does nothing', async () => {
  await fault('http_500', 1)
  const broken = await client.pay(await payment())
  expect([broken.status, (await client.control('ledger')).body.banks[0].payments.length]).toEqual([500, 0])
  expect((await client.call('GET', '/v1/consents/x')).status).toBe(403)
})

test('reset tears the connection down', async () => {
  await fault('reset', 1, { path: '/v1/consents' })
  await expect(client.call('GET', '/v1/consents/x')).rejects.toThrow()
  expect(await active()).toEqual([])
})

test('slow answers late', async () => {
  await fault('slow', 1)
  const begun = performance.now()
  expect((await client.call('GET', '/v1/consents/x')).status).toBe(403)
  expect(performance.now() - begun).toBeGreaterThan(2900)
})

test('timeout_after_payment stores the payment and never answers; asked again it answers', async () => {
  await fault('timeout_after_payment', 1)
  const headers = { 'x-request-id': '5b2d1f0e-2222-4222-8333-444455556666' }
  const body = await payment()
  const lost = client.pay(body, { headers })
  const first = await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, 400, 'nothing yet'))])
  expect(first).toBe('nothing yet')
  lost.catch(() => 'ends with the sandbox')
  const { payments } = (await client.control('ledger')).body.banks[0]
  expect(payments).toHaveLength(1)
  const again = await client.pay(body, { headers })
  expect(again.body.paymentId).toBe(payments[0].id)
})

test('a fault can be taken away before it happens', async () => {
  await fault('http_500', 5)
  await fault('http_500', 0)
  expect((await client.call('GET', '/v1/consents/x')).status).toBe(403)
})

test.each([
  ['transactions', { account: '99011001005', amount: '12,50' }, 'amount'],
  ['transactions', { account: '1', amount: '12.50' }, 'account'],
  ['transactions', { account: '99011001005', amount: '12.50', bookingDate: '2999-01-01' }, 'bookingDate'],
  ['transactions', { account: '99011001005', amount: '12.50', currency: 'EUR' }, 'currency'],
  ['clock', { advance: '1 day' }, 'advance'],
  ['faults', { bank: 'fjordbanken', name: 'nothing' }, 'name'],
  ['faults', { bank: 'nobank', name: 'slow' }, 'bank'],
  ['sca', { url: 'http://127.0.0.1:1/', outcome: 'approve' }, 'url'],
  ['sign', { orderId: 'x', person: 'nobody' }, 'person'],
])('POST %s with a mistake names the field', async (path, body, field) => {
  const answer = await client.control(path, body)
  expect([answer.status, answer.body.path]).toEqual([400, field])
})

test('the clock only moves forward and is the one in the file', async () => {
  const before = Date.parse((await client.control('clock')).body.now)
  const after = Date.parse((await client.control('clock', { advance: 'P1DT30M' })).body.now)
  expect(Math.round((after - before) / 60_000)).toBe(24 * 60 + 30)
  const { offsetMs } = JSON.parse(readFileSync(sandbox.urls.clockFile, 'utf8'))
  expect(Math.abs(Date.now() + offsetMs - after)).toBeLessThan(5000)
})

test('people, companies and mailbox can be read', async () => {
  const people = (await client.control('people')).body
  expect(Object.keys(people[0])).toEqual(['id', 'name', 'birthdate', 'nationalNumber', 'bankidAltsub'])
  expect((await client.control('companies')).body.map((one: Json) => one.bankrupt)).toContain(true)
  expect((await client.control('mailbox')).body).toEqual([])
})

test('an e-sign order is signed as a test person', async () => {
  const { esign } = sandbox.urls
  const pdf = await PDFDocument.create()
  pdf.addPage().drawText('Avtale')
  const credentials = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'kontobro',
    client_secret: 'sandbox-esign-secret',
    scope: 'esign',
  })
  const token: Json = await (
    await fetch(`${esign}/oauth/token`, { method: 'POST', body: credentials })
  ).json()
  const headers = { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' }
  const order: Json = await (
    await fetch(`${esign}/orders`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        documents: [{ name: 'Avtale', pdf: await pdf.saveAsBase64() }],
        redirectUrl: 'http://localhost:1/signed',
        reference: 'agr_1',
      }),
    })
  ).json()
  const signed = await client.control('sign', { orderId: order.orderId, person: 'kari' })
  expect(signed.body).toEqual({ orderId: order.orderId, status: 'signed', person: 'kari' })
  const twice = await client.control('sign', { orderId: order.orderId, person: 'ola' })
  expect([twice.status, twice.body.error]).toEqual([409, 'order_closed'])
  expect((await client.control('sign', { orderId: 'none', person: 'kari' })).status).toBe(404)
})

async function startProcess(dataDir: string): Promise<{ child: ChildProcess; urls: SandboxUrls }> {
  const main = new URL('../../sandbox/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)))
  })
  return { child, urls: JSON.parse(line) }
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve))

test('what was answered survives kill -9, on the same ports', { timeout: 30_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-kill-'))
  const first = await startProcess(dataDir)
  const over = (urls: SandboxUrls) => bankClient({ urls, pki: urls.pki, close: async () => {} })
  const one = over(first.urls)
  const created = await one.pay(await payment())
  const row = await one.control('transactions', { account: '99011001005', amount: '77.70' })
  await one.control('clock', { advance: 'PT5M' })
  first.child.kill('SIGKILL')
  await ended(first.child)
  const second = await startProcess(dataDir)
  expect(second.urls).toEqual(first.urls)
  const two = over(second.urls)
  const ledger = (await two.control('ledger')).body
  expect(ledger.banks[0].payments[0].id).toBe(created.body.paymentId)
  const { drift: account } = await worldAccounts(two)
  expect(account.bookings.at(-1)).toMatchObject({ id: row.body.id, amount: '77.70' })
  expect(Date.parse(ledger.now) - Date.now()).toBeGreaterThan(290_000)
  await Promise.all([one.close(), two.close()])
  second.child.kill('SIGTERM')
  expect(await ended(second.child)).toBe(0)
  rmSync(dataDir, { recursive: true, force: true })
})
