import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentWith, type BankClient, bankClient, openSandbox } from './bank-client.ts'

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

const code = (answer: { body: { tppMessages: { code: string; path?: string }[] } }) =>
  answer.body.tppMessages[0]?.code

test('without a client certificate nothing is answered but 401 CERTIFICATE_MISSING', async () => {
  const answer = await client.call('GET', '/v1/accounts', { agent: agentWith(sandbox) })
  expect([answer.status, code(answer)]).toEqual([401, 'CERTIFICATE_MISSING'])
})

test('a certificate of another authority is CERTIFICATE_INVALID', async () => {
  const other = await openSandbox()
  const { ca: _theirs, ...foreign } = other.pki
  const agent = agentWith(
    { ...sandbox, pki: { ...foreign, ca: sandbox.pki.ca } },
    foreign.qwacCert,
    foreign.qwacKey,
  )
  const answer = await client.call('GET', '/v1/accounts', { agent })
  expect([answer.status, code(answer)]).toEqual([401, 'CERTIFICATE_INVALID'])
  await other.end()
})

test('a certificate with PSP_AI only reads accounts but may not pay', async () => {
  const agent = agentWith(sandbox, sandbox.pki.qwacAiOnlyCert, sandbox.pki.qwacAiOnlyKey)
  const consent = await client.startConsent({ agent })
  expect(consent.status).toBe(201)
  const payment = await client.pay({}, { agent })
  expect([payment.status, code(payment)]).toEqual([401, 'ROLE_INVALID'])
})

test('a resumed TLS session keeps its certificate', async () => {
  const { port } = new URL(sandbox.urls.bank)
  const options = {
    host: '127.0.0.1',
    port: Number(port),
    ca: readFileSync(sandbox.pki.ca),
    cert: readFileSync(sandbox.pki.qwacCert),
    key: readFileSync(sandbox.pki.qwacKey),
  }
  const get = (session?: Buffer) =>
    new Promise<{ status: string; reused: boolean; session: Buffer | undefined }>((resolve, reject) => {
      let kept: Buffer | undefined
      let text = ''
      let reused = false
      const socket = connect({ ...options, ...(session ? { session } : {}) }, () => {
        reused = socket.isSessionReused()
        socket.write('GET /v1/accounts HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      })
      socket.on('session', (one: Buffer) => {
        kept = one
      })
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      socket.on('error', reject)
      socket.on('close', () => resolve({ status: text.slice(9, 12), reused, session: kept }))
    })
  const first = await get()
  const second = await get(first.session)
  // 400: past the certificate, refused for the missing X-Request-ID.
  expect([first.status, first.reused]).toEqual(['400', false])
  expect([second.status, second.reused]).toEqual(['400', true])
})

test('X-Request-ID is demanded and echoed', async () => {
  const missing = await client.call('GET', '/v1/accounts', { headers: { 'x-request-id': 'not-a-uuid' } })
  expect([missing.status, code(missing)]).toEqual([400, 'FORMAT_ERROR'])
  const id = 'b3b7c8de-0000-4000-8000-00000000abcd'
  const answer = await client.call('GET', '/v1/consents/unknown', { headers: { 'x-request-id': id } })
  expect([answer.status, code(answer), answer.headers['x-request-id']]).toEqual([403, 'CONSENT_UNKNOWN', id])
})
