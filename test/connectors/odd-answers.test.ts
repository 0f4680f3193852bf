import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CallRecord } from '../../src/connectors/bank-call.ts'
import { type BerlinGroupBank, berlinGroupConnector } from '../../src/connectors/berlin-group.ts'
import type { BankSession, Connector } from '../../src/connectors/connector.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { berlinGroupSchema } from '../../src/connectors/institutions.ts'
import { orderOf, psu } from './sandbox-bank.ts'

const clock = { now: () => new Date('2026-03-10T12:00:00Z') }
const secret = 'consent-9f8e7d6c'
const session: BankSession = { institutionId: 'oddbank', memory: { consentId: secret }, psu }
const account = { resourceId: 'r1', currency: 'NOK' }
const query = { from: '2026-03-01', to: '2026-03-10' }

let calls: CallRecord[] = []
let bank: Connector
function connect(extra: Partial<BerlinGroupBank> = {}): Connector {
  const { type: _, ...row } = berlinGroupSchema.parse({
    type: 'berlin-group',
    baseUrl: 'https://bank.test/api',
    scaOrigins: ['https://sca.bank.test'],
  })
  const trust = { ca: '', cert: '', key: '' }
  const log = (record: CallRecord) => void calls.push(record)
  return berlinGroupConnector({ ...row, institutionId: 'oddbank', ...extra }, { clock, trust, log })
}

beforeAll(() => {
  nock.disableNetConnect()
  bank = connect()
})
afterEach(() => {
  nock.cleanAll()
  calls = []
})
afterAll(() => nock.enableNetConnect())

const api = () => nock('https://bank.test')
const transactions = () => api().get('/api/v1/accounts/r1/transactions').query(true)
const read = () => failure(bank.statements?.transactions(session, account, query))
const proof = () => api().get(`/api/v1/consents/${secret}/status`).reply(200, { consentStatus: 'valid' })
const order = () => orderOf('15032080119', '86011117947')
const submit = () => failure(bank.payments?.submit(session, order()))
const consent = (from = bank) =>
  from.consent.create({
    requestId: 'con_1',
    institutionId: 'oddbank',
    psu,
    returnUrl: 'https://kontobro.test/back',
    failureUrl: 'https://kontobro.test/nok',
    validUntil: '2026-09-01',
    frequencyPerDay: 10,
    accounts: [],
  })

async function failure(work: Promise<unknown> | undefined): Promise<ConnectorFailure> {
  const error = await Promise.resolve(work).then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (e: unknown) => e,
  )
  if (!(error instanceof ConnectorFailure)) throw error
  const seen = `${error.message} ${error.stack} ${JSON.stringify(error.facts)} ${JSON.stringify(calls)}`
  expect(seen).not.toContain(secret)
  return error
}

describe('odd answers to a read', () => {
  test('a log-in page with status 200 is malformed, not an empty account', async () => {
    transactions().reply(200, '<html>Logg inn</html>', { 'content-type': 'text/html' })
    expect((await read()).kind).toBe('malformed')
  })

  test('200 with an error body is that error', async () => {
    const body = {
      tppMessages: [{ category: 'ERROR', code: 'CONSENT_EXPIRED', text: `consent ${secret} has ended` }],
    }
    transactions().reply(200, body)
    const failed = await read()
    expect(failed.facts).toMatchObject({
      kind: 'consent_expired',
      bank: { code: 'CONSENT_EXPIRED', message: 'consent [hidden] has ended' },
    })
  })

  test.each([
    [
      'in the standard’s words',
      { tppMessages: [{ category: 'ERROR', code: 'ACCESS_EXCEEDED' }] },
      {},
      '2026-03-10T23:00:00.000Z',
    ],
    [
      'as a problem',
      { title: 'Too many', code: 'ACCESS_EXCEEDED' },
      { 'retry-after': '60' },
      '2026-03-10T12:01:00.000Z',
    ],
    [
      'in plain text',
      'Too Many Requests',
      { 'Retry-After': 'Tue, 10 Mar 2026 18:00:00 GMT' },
      '2026-03-10T18:00:00.000Z',
    ],
    ['in silence', '', {}, undefined],
  ])(
    'a rate limit said %s is one, and says when to come back if the bank did',
    async (_, body, headers, at) => {
      transactions().reply(429, body, headers)
      const { facts } = await read()
      expect(facts).toMatchObject({ kind: 'rate_limited', httpStatus: 429 })
      expect(facts.retryAt?.toISOString()).toBe(at)
    },
  )

  test('a page that leads to another origin, or to itself, is refused', async () => {
    const next = (href: string) => ({ transactions: { booked: [], _links: { next: { href } } } })
    transactions().reply(200, next('https://evil.test/v1/accounts/r1/transactions?page=2'))
    expect((await read()).kind).toBe('trust_failed')
    const self =
      'https://bank.test/api/v1/accounts/r1/transactions?bookingStatus=both&dateFrom=2026-03-01&dateTo=2026-03-10'
    transactions().reply(200, next(self))
    expect((await read()).kind).toBe('malformed')
    const cursor = 'https://evil.test/v1/accounts/r1/transactions?page=2'
    expect((await failure(bank.statements?.transactions(session, account, { ...query, cursor }))).kind).toBe(
      'trust_failed',
    )
  })

  test('pages are followed with consent and presence, from the base address', async () => {
    transactions().reply(200, {
      transactions: { booked: [], _links: { next: { href: '/v1/accounts/r1/transactions?page=2' } } },
    })
    const first = await bank.statements?.transactions(session, account, query)
    api()
      .get('/api/v1/accounts/r1/transactions?page=2')
      .matchHeader('consent-id', secret)
      .matchHeader('psu-ip-address', psu.ipAddress)
      .reply(200, { transactions: { booked: [] } })
    const second = await bank.statements?.transactions(session, account, {
      ...query,
      cursor: first?.next ?? '',
    })
    expect(second?.next).toBeUndefined()
  })

  test('nobody is made up: without a person there are no PSU headers', async () => {
    nock('https://bank.test', { badheaders: ['psu-ip-address', 'psu-user-agent', 'psu-accept-language'] })
      .get('/api/v1/accounts/r1/balances')
      .reply(200, { balances: [] })
    const alone: BankSession = { institutionId: 'oddbank', memory: session.memory }
    expect(await bank.statements?.balances(alone, account)).toEqual([])
  })

  test('a session without a consent asks nothing', async () => {
    const empty: BankSession = { institutionId: 'oddbank', memory: {} }
    expect((await failure(bank.accounts(empty))).kind).toBe('not_found')
  })

  test('accounts that cannot be read are left out, and the log says how many', async () => {
    api()
      .get('/api/v1/accounts')
      .reply(200, { accounts: [{ resourceId: 'r1', currency: 'NOK' }, { name: 'no handle' }, 7] })
    expect(await bank.accounts(session)).toEqual([{ resourceId: 'r1', currency: 'NOK', usage: 'unknown' }])
    expect(calls.at(-1)).toMatchObject({ operation: 'accounts', unreadable: 2 })
  })

  test('each call is logged by name, without addresses', async () => {
    transactions().reply(503)
    await read()
    expect(calls).toEqual([
      { institutionId: 'oddbank', operation: 'transactions', status: 503, durationMs: expect.any(Number) },
    ])
  })
})

describe('odd answers to a consent', () => {
  const links = (_links: object, headers = {}) =>
    api()
      .post('/api/v1/consents')
      .reply(201, { consentStatus: 'received', consentId: secret, _links }, headers)

  test('the bank’s own page is passed on; one of anybody else is refused', async () => {
    links({ scaRedirect: { href: 'https://sca.bank.test/x?id=1' } })
    expect((await consent()).sca).toEqual({ approach: 'redirect', url: 'https://sca.bank.test/x?id=1' })
    for (const href of ['https://evil.test/x', 'http://sca.bank.test/x', '/sca', 'javascript:alert(1)']) {
      links({ scaRedirect: { href } })
      expect((await failure(consent())).kind, href).toBe('trust_failed')
    }
  })

  test('no more reads a day are asked for than the bank allows', async () => {
    api()
      .post('/api/v1/consents', (body) => body.frequencyPerDay === 2 && body.recurringIndicator === true)
      .reply(201, {
        consentStatus: 'received',
        consentId: secret,
        _links: { scaRedirect: { href: 'https://sca.bank.test/x' } },
      })
    expect((await consent(connect({ unattendedReadsPerDay: 2 }))).memory).toEqual({ consentId: secret })
  })

  test('an authorisation that has to be started is started', async () => {
    links({ startAuthorisation: { href: `/v1/consents/${secret}/authorisations` } })
    api()
      .post(`/api/v1/consents/${secret}/authorisations`, {})
      .matchHeader('tpp-redirect-uri', 'https://kontobro.test/back')
      .reply(201, { scaStatus: 'received', _links: { scaRedirect: { href: 'https://sca.bank.test/y' } } })
    expect((await consent()).sca).toEqual({ approach: 'redirect', url: 'https://sca.bank.test/y' })
  })

  test('decoupled SCA shows the bank’s message; embedded SCA and OAuth are refused', async () => {
    api()
      .post('/api/v1/consents')
      .reply(
        201,
        { consentStatus: 'received', consentId: secret, psuMessage: 'Åpne appen', _links: {} },
        { 'ASPSP-SCA-Approach': 'DECOUPLED' },
      )
    expect((await consent()).sca).toEqual({ approach: 'decoupled', message: 'Åpne appen' })
    for (const name of ['updatePsuAuthentication', 'startAuthorisationWithPsuAuthentication', 'scaOAuth']) {
      links({ [name]: { href: '/v1/x' } })
      expect((await failure(consent())).kind, name).toBe('sca_unsupported')
    }
  })
})

describe('odd answers to an order', () => {
  const answers = (status: number, body: object | string = '', headers = {}) => {
    proof()
    return api().post('/api/v1/payments/norwegian-domestic-credit-transfers').reply(status, body, headers)
  }
  const tpp = (code: string, text = '') => ({ tppMessages: [{ category: 'ERROR', code, text }] })

  test.each([
    ['refused in the standard’s words', 400, tpp('PAYMENT_FAILED', 'no'), 'rejected'],
    ['refused as a problem', 400, { title: 'Wrong', code: 'FORMAT_ERROR' }, 'rejected'],
    ['400 from something in between', 400, '<html>Bad request</html>', 'outcome_unknown'],
    ['500 in the standard’s words', 500, tpp('INTERNAL_SERVER_ERROR'), 'outcome_unknown'],
    ['502 from a gateway', 502, '<html></html>', 'outcome_unknown'],
    ['503', 503, '', 'outcome_unknown'],
    ['201 with a page', 201, '<html></html>', 'outcome_unknown'],
    ['201 that names no payment', 201, { transactionStatus: 'RCVD', _links: {} }, 'outcome_unknown'],
    ['200 with an error', 200, tpp('PAYMENT_FAILED'), 'outcome_unknown'],
    ['a rate limit', 429, tpp('ACCESS_EXCEEDED'), 'rate_limited'],
    ['a role refused', 401, tpp('ROLE_INVALID'), 'trust_failed'],
    [
      'SCA on a page of another',
      201,
      { paymentId: 'p1', transactionStatus: 'RCVD', _links: { scaRedirect: { href: 'https://evil.test' } } },
      'sca_unsupported',
    ],
    [
      'SCA by password',
      201,
      { paymentId: 'p1', transactionStatus: 'RCVD', _links: { updatePsuAuthentication: { href: '/v1/x' } } },
      'sca_unsupported',
    ],
  ])('%s', async (_, status, body, kind) => {
    answers(status, body)
    const memory = kind === 'sca_unsupported' && { memory: { paymentId: 'p1' } }
    expect(await submit()).toMatchObject({ kind, ...memory })
    expect(nock.isDone()).toBe(true)
  })

  test('what breaks after the order left leaves the outcome unknown, and nothing is sent again', async () => {
    proof()
    api()
      .post(/payments/)
      .replyWithError(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
    expect((await submit()).kind).toBe('outcome_unknown')
    expect(calls.map((c) => c.operation)).toEqual(['payment.prove', 'payment.submit'])
  })

  test.each([
    ['our certificate is refused in words', 401, tpp('CERTIFICATE_REVOKED'), 'trust_failed'],
    ['the proof is refused without words', 401, '', 'trust_failed'],
    ['the bank is down', 503, '', 'not_sent'],
  ])('%s: the order never leaves', async (_, status, body, kind) => {
    api().get(`/api/v1/consents/${secret}/status`).reply(status, body)
    expect((await submit()).kind).toBe(kind)
    expect(calls.map((c) => c.operation)).toEqual(['payment.prove'])
  })

  test('a consent that has ended proves the certificate all the same', async () => {
    api().get(`/api/v1/consents/${secret}/status`).reply(403, tpp('CONSENT_UNKNOWN'))
    api()
      .post(/payments/)
      .reply(201, { paymentId: 'p1', transactionStatus: 'ACTC', _links: {} })
    const submitted = await bank.payments?.submit(session, order())
    expect(submitted).toMatchObject({
      state: 'accepted',
      sca: { approach: 'none' },
      memory: { paymentId: 'p1' },
    })
  })

  test('without a person, or with KID and text, nothing is sent at all', async () => {
    const alone: BankSession = { institutionId: 'oddbank', memory: session.memory }
    expect((await failure(bank.payments?.submit(alone, order()))).kind).toBe('not_supported')
    const both = { ...order(), text: 'Faktura' }
    expect((await failure(bank.payments?.submit(session, both))).kind).toBe('rejected')
    expect(calls).toEqual([])
  })

  test('a bank without the product has no payments', () => {
    expect(connect({ products: { domestic: null } }).payments).toBeUndefined()
  })

  test('a cancellation that needs SCA leads there', async () => {
    const memory = {
      paymentId: 'p1',
      product: 'norwegian-domestic-credit-transfers',
      returnUrl: 'https://k.test/b',
      failureUrl: 'https://k.test/n',
    }
    const path = '/api/v1/payments/norwegian-domestic-credit-transfers/p1'
    api()
      .delete(path)
      .reply(202, {
        transactionStatus: 'ACTC',
        _links: {
          startAuthorisation: {
            href: '/v1/payments/norwegian-domestic-credit-transfers/p1/cancellation-authorisations',
          },
        },
      })
    api()
      .post(`${path}/cancellation-authorisations`)
      .reply(201, { scaStatus: 'received', _links: { scaRedirect: { href: 'https://sca.bank.test/c' } } })
    expect(await bank.payments?.cancel?.(session, memory)).toEqual({
      approach: 'redirect',
      url: 'https://sca.bank.test/c',
    })
    api().delete(path).reply(405, tpp('CANCELLATION_INVALID'))
    expect((await failure(bank.payments?.cancel?.(session, memory))).kind).toBe('rejected')
  })

  test('a status that cannot be read says nothing about the payment', async () => {
    const memory = { paymentId: 'p1', product: 'x', scaStatus: 'https://bank.test/api/v1/s' }
    api().get('/api/v1/payments/x/p1/status').reply(200, { transactionStatus: 'RCVD' })
    api().get('/api/v1/s').reply(500)
    expect(await bank.payments?.status(session, memory)).toEqual({ state: 'received', code: 'RCVD' })
    api().get('/api/v1/payments/x/p1/status').reply(200, '<html></html>')
    expect((await failure(bank.payments?.status(session, memory))).kind).toBe('malformed')
  })
})
