import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import { type Exchange, openApiChecker, specificationPresent } from './openapi.ts'

// The shapes of answers are checked apart; tests read them as loose records.
// biome-ignore lint/suspicious/noExplicitAny: JSON answers of a server under test
export type Json = any

export type Answer = { status: number; headers: Exchange['headers']; body: Json }
export type Options = {
  bank?: 'bank' | 'bank2'
  headers?: Record<string, string>
  body?: unknown
  /** Answer as if the PSU were there (PSU-IP-Address sent). */
  attended?: boolean
  agent?: Agent
}

/** A sandbox of its own in a temporary folder. */
export async function openSandbox(): Promise<Sandbox & { dataDir: string; end: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const sandbox = await startSandbox({ dataDir })
  const end = async () => {
    await sandbox.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { ...sandbox, dataDir, end }
}

/** An agent that presents a client certificate of the sandbox's PKI, or none. */
export function agentWith(sandbox: Sandbox, cert?: string, key?: string): Agent {
  const pair = cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : {}
  return new Agent({ connect: { ca: readFileSync(sandbox.pki.ca), ...pair } })
}

const parse = (text: string): Json => (text === '' ? undefined : JSON.parse(text))

/**
 * A TPP that talks to the banks of one sandbox. Every answer it gets is also checked against the official
 * OpenAPI document where that is present; `problems` holds what did not fit.
 */
export function bankClient(sandbox: Sandbox) {
  const qwac = agentWith(sandbox, sandbox.pki.qwacCert, sandbox.pki.qwacKey)
  const check = specificationPresent ? openApiChecker() : undefined
  const problems: string[] = []
  const seen: string[] = []

  async function call(method: string, path: string, options: Options = {}): Promise<Answer> {
    const origin = sandbox.urls[options.bank ?? 'bank']
    const url = new URL(path, origin)
    const response = await request(url, {
      method,
      dispatcher: options.agent ?? qwac,
      headers: {
        'x-request-id': randomUUID(),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.attended ? { 'psu-ip-address': '192.0.2.10' } : {}),
        ...options.headers,
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
    })
    const body = parse(await response.body.text())
    const answer = { status: response.statusCode, headers: response.headers, body }
    seen.push(`${method} ${url.pathname} ${answer.status}`)
    if (check) problems.push(...check({ method, path: url.pathname, ...answer }))
    return answer
  }

  async function control(path: string, body?: unknown): Promise<Answer> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${sandbox.urls.control}/control/${path}`, init)
    return { status: response.status, headers: {}, body: await response.json() }
  }

  const redirects = {
    'tpp-redirect-uri': 'http://localhost:1/ok',
    'tpp-nok-redirect-uri': 'http://localhost:1/nok',
  }
  const startConsent = (options: Options = {}, terms: object = {}) =>
    call('POST', '/v1/consents', {
      attended: true,
      ...options,
      headers: { ...redirects, ...options.headers },
      body: {
        access: { accounts: [], balances: [], transactions: [] },
        recurringIndicator: true,
        validUntil: '9999-12-31',
        frequencyPerDay: 4,
        combinedServiceIndicator: false,
        ...terms,
      },
    })

  /** A consent that its PSU has approved; its id. */
  async function consent(options: Options = {}, terms: object = {}, sca: object = {}): Promise<string> {
    const started = await startConsent(options, terms)
    await control('sca', { url: started.body._links.scaRedirect.href, outcome: 'approve', ...sca })
    return started.body.consentId
  }

  async function accounts(consentId: string, options: Options = {}): Promise<Json[]> {
    const headers = { 'consent-id': consentId }
    const answer = await call('GET', '/v1/accounts', { attended: true, ...options, headers })
    return answer.body.accounts
  }

  /** Booked rows of all pages, following `next`. */
  async function booked(consentId: string, resourceId: string, query: string, options: Options = {}) {
    const rows: Json[] = []
    let pages = 0
    let path: string | undefined = `/v1/accounts/${resourceId}/transactions?bookingStatus=booked&${query}`
    while (path) {
      const answer: Answer = await call('GET', path, {
        attended: true,
        ...options,
        headers: { 'consent-id': consentId },
      })
      rows.push(...answer.body.transactions.booked)
      path = answer.body.transactions._links.next?.href
      pages++
    }
    return { rows, pages }
  }

  const product = '/v1/payments/norwegian-domestic-credit-transfers'
  const pay = (body: object, options: Options = {}) =>
    call('POST', product, { attended: true, ...options, headers: { ...redirects, ...options.headers }, body })
  const paymentStatus = async (id: string, options: Options = {}): Promise<string> =>
    (await call('GET', `${product}/${id}/status`, options)).body.transactionStatus
  const approve = (answer: Answer, sca: object = {}) =>
    control('sca', { url: answer.body._links.scaRedirect.href, outcome: 'approve', ...sca })

  return {
    call,
    control,
    startConsent,
    consent,
    accounts,
    booked,
    pay,
    paymentStatus,
    approve,
    product,
    problems,
    seen,
    close: () => qwac.destroy(),
  }
}

export type BankClient = ReturnType<typeof bankClient>

/** Accounts of the test world by what they are, from the ledger. */
export async function worldAccounts(client: BankClient) {
  const ledger = (await client.control('ledger')).body
  const find = (bank: number, owner: RegExp, usage: string): Json =>
    ledger.banks[bank].accounts.find((a: Json) => owner.test(a.owner) && a.usage === usage)
  return {
    drift: find(0, /EKSEMPELVERKSTEDET/, 'ORGA'),
    private: find(0, /Kari/, 'PRIV'),
    supplier: find(0, /LEVERANDØR/, 'ORGA'),
    supplierAtTinde: find(1, /LEVERANDØR/, 'ORGA'),
    tinde: find(1, /EKSEMPELVERKSTEDET/, 'ORGA'),
  }
}
