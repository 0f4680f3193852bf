import { describe, expect, test } from 'vitest'
import { processAccounts } from '../../../src/protocols/berlin-group/accounts.ts'
import { processBalances } from '../../../src/protocols/berlin-group/balances.ts'
import {
  buildCreateConsent,
  processCreateConsent,
  processDeleteConsent,
  processGetConsent,
} from '../../../src/protocols/berlin-group/consents.ts'
import { resolveLink } from '../../../src/protocols/berlin-group/links.ts'
import { consentState, paymentState, scaState } from '../../../src/protocols/berlin-group/status.ts'
import { requestUuid } from '../../../src/protocols/berlin-group/wire.ts'
import { answer, clock, refusal, tpp } from './answers.ts'

const order = {
  requestId: 'con_123',
  psu: { ipAddress: '192.0.2.1' },
  returnUrl: 'https://kontobro.test/back',
  failureUrl: 'https://kontobro.test/nok',
  validUntil: '2026-09-01',
  frequencyPerDay: 4,
  accounts: [] as string[],
}

describe('consents', () => {
  test('a bank-offered consent has its three lists present and empty', () => {
    const call = buildCreateConsent(order)
    expect(JSON.parse(call.body ?? '')).toEqual({
      access: { accounts: [], balances: [], transactions: [] },
      recurringIndicator: true,
      validUntil: '2026-09-01',
      frequencyPerDay: 4,
      combinedServiceIndicator: false,
    })
    expect(call.headers).toMatchObject({
      'psu-ip-address': '192.0.2.1',
      'tpp-redirect-uri': 'https://kontobro.test/back',
      'tpp-nok-redirect-uri': 'https://kontobro.test/nok',
    })
  })

  test('a detailed consent names each account in its own form', () => {
    const call = buildCreateConsent({ ...order, accounts: ['1503.20.80119', 'no93 8601 1117 947'] })
    expect(JSON.parse(call.body ?? '').access.accounts).toEqual([
      { bban: '15032080119' },
      { iban: 'NO9386011117947' },
    ])
  })

  test('the same request id is always the same UUID', () => {
    const id = buildCreateConsent(order).headers['x-request-id'] ?? ''
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(requestUuid('con_123')).toBe(id)
    expect(requestUuid('con_124')).not.toBe(id)
    expect(requestUuid('0A0A0A0A-1111-4222-8333-444444444444')).toBe('0a0a0a0a-1111-4222-8333-444444444444')
  })

  test.each([
    [
      { scaRedirect: { href: 'https://x/1' }, startAuthorisation: { href: '/v1/a' } },
      {},
      { kind: 'redirect', href: 'https://x/1' },
    ],
    [{ startAuthorisation: { href: '/v1/a' } }, {}, { kind: 'start', href: '/v1/a' }],
    [
      { scaStatus: { href: '/v1/s' } },
      { 'aspsp-sca-approach': 'DECOUPLED' },
      { kind: 'decoupled', message: 'Åpne appen' },
    ],
    [{ startAuthorisationWithPsuAuthentication: { href: '/v1/a' } }, {}, { kind: 'unsupported' }],
    [{ updatePsuAuthentication: { href: '/v1/a' } }, {}, { kind: 'unsupported' }],
    [{ selectAuthenticationMethod: { href: '/v1/a' } }, {}, { kind: 'unsupported' }],
    [{ scaOAuth: { href: 'https://x/oauth' } }, {}, { kind: 'unsupported' }],
    [{ self: { href: '/v1/c' } }, {}, { kind: 'none' }],
  ])('links %j lead to SCA in one way', (links, headers, sca) => {
    const body = { consentStatus: 'received', consentId: 'c1', psuMessage: 'Åpne appen', _links: links }
    expect(processCreateConsent(answer(201, body, headers), clock)).toMatchObject({
      consentId: 'c1',
      state: 'received',
      sca,
    })
  })

  test('a new consent without an id is malformed', () => {
    expect(
      refusal(() => processCreateConsent(answer(201, { consentStatus: 'received', consentId: ' ' }), clock))
        .kind,
    ).toBe('malformed')
  })

  test('what the bank shortened is read back; what it garbled is left out', () => {
    expect(
      processGetConsent(
        answer(200, { consentStatus: 'valid', validUntil: '2026-05-01', frequencyPerDay: 2 }),
        clock,
      ),
    ).toEqual({ state: 'valid', validUntil: '2026-05-01', frequencyPerDay: 2 })
    expect(
      processGetConsent(
        answer(200, { consentStatus: 'valid', validUntil: '01.05.2026', frequencyPerDay: 'x' }),
        clock,
      ),
    ).toEqual({ state: 'valid' })
  })

  test('deleting one that is gone succeeds', () => {
    expect(processDeleteConsent(answer(404, tpp('RESOURCE_UNKNOWN')), clock)).toBeUndefined()
    expect(refusal(() => processDeleteConsent(answer(500), clock)).kind).toBe('unavailable')
  })
})

describe('statuses', () => {
  test('those of the standard are known, all others stay unknown', () => {
    expect(
      [
        'received',
        'rejected',
        'valid',
        'revokedByPsu',
        'expired',
        'terminatedByTpp',
        'partiallyAuthorised',
      ].map(consentState),
    ).toEqual([
      'received',
      'rejected',
      'valid',
      'revoked_by_psu',
      'expired',
      'terminated',
      'partially_authorised',
    ])
    expect(['replaced', '', 'constructor', undefined].map(consentState)).toEqual(Array(4).fill('unknown'))
    expect(
      Object.fromEntries(
        [
          'RCVD',
          'PDNG',
          'PATC',
          'ACTC',
          'ACFC',
          'ACCP',
          'ACWC',
          'ACSP',
          'ACWP',
          'ACSC',
          'ACCC',
          'RJCT',
          'CANC',
        ].map((c) => [c, paymentState(c)]),
      ),
    ).toEqual({
      RCVD: 'received',
      PDNG: 'pending',
      PATC: 'partially_authorised',
      ACTC: 'accepted',
      ACFC: 'accepted',
      ACCP: 'accepted',
      ACWC: 'accepted',
      ACSP: 'accepted',
      ACWP: 'accepted',
      ACSC: 'executed',
      ACCC: 'executed',
      RJCT: 'rejected',
      CANC: 'cancelled',
    })
    expect(['PART', 'NEW1', '__proto__', undefined].map(paymentState)).toEqual(Array(4).fill('unknown'))
    expect(['finalised', 'exempted', 'failed', 'started', 'new'].map(scaState)).toEqual([
      'finalised',
      'finalised',
      'failed',
      'open',
      'open',
    ])
  })
})

describe('links', () => {
  const scope = { baseUrl: 'https://bank.test/api', origins: ['https://bank.test'] }
  const to = (href: string) =>
    resolveLink(href, 'https://bank.test/api/v1/accounts/1/transactions?x=1', scope, 'next')

  test('absolute and relative ones are followed, /v1 from the base address', () => {
    expect(to('https://bank.test/api/v1/n?p=2#x')).toBe('https://bank.test/api/v1/n?p=2')
    expect(to('/v1/n?p=2')).toBe('https://bank.test/api/v1/n?p=2')
    expect(to('/api/v1/n')).toBe('https://bank.test/api/v1/n')
    expect(to('?p=2')).toBe('https://bank.test/api/v1/accounts/1/transactions?p=2')
  })

  test.each([
    'https://evil.test/v1/n',
    'http://bank.test/v1/n',
    'https://bank.test:8443/v1/n',
    '//evil.test/v1/n',
    'https://user@bank.test/v1/n',
    'https://bank.test@evil.test/',
    '\\\\evil.test\\n',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
  ])('%s is refused', (href) => {
    expect(refusal(() => to(href))).toEqual({
      kind: 'trust_failed',
      detail: "the next link leads to an origin that is not this bank's",
    })
  })
})

describe('accounts and balances', () => {
  test('one that is listed twice is there once, with the handle that leads somewhere; other currencies are others', () => {
    const iban = 'NO9386011117947'
    const _links = { transactions: { href: '/v1/accounts/alive/transactions' } }
    const rows = [
      { resourceId: 'dead', iban, currency: 'NOK' },
      { resourceId: 'alive', iban, currency: 'NOK', _links },
      { resourceId: 'again', iban, currency: 'NOK', _links },
      { resourceId: 'euro', iban, currency: 'EUR' },
      { resourceId: 'card1', currency: 'NOK' },
      { resourceId: 'card2', currency: 'NOK' },
    ]
    const { accounts } = processAccounts(answer(200, { accounts: rows }), clock)
    expect(accounts.map(({ resourceId }) => resourceId)).toEqual(['alive', 'euro', 'card1', 'card2'])
  })

  test('accounts say what they are; one without a handle is found by its links or set aside', () => {
    const read = processAccounts(
      answer(200, {
        accounts: [
          {
            resourceId: 'r1',
            iban: 'NO93 8601 1117 947',
            bban: '8601.11.17947',
            currency: 'nok',
            usage: 'ORGA',
            ownerName: 'Eksempel AS',
            name: 'Drift',
            product: '',
          },
          {
            iban: 'NO9386011117947',
            currency: 'NOK',
            usage: 'PRIV',
            _links: { balances: { href: 'https://bank.test/v1/accounts/a%201/balances' } },
          },
          { resourceId: 'gone', status: 'deleted' },
          { currency: 'NOK' },
          null,
        ],
      }),
      clock,
    )
    expect(read.accounts).toEqual([
      {
        resourceId: 'r1',
        iban: 'NO9386011117947',
        bban: '86011117947',
        currency: 'NOK',
        name: 'Drift',
        ownerName: 'Eksempel AS',
        usage: 'business',
      },
      { resourceId: 'a 1', iban: 'NO9386011117947', currency: 'NOK', usage: 'private' },
    ])
    expect(read.unreadable.map((u) => u.path)).toEqual(['accounts[3]', 'accounts[4]'])
    expect(refusal(() => processAccounts(answer(200, { konti: [] }), clock)).kind).toBe('malformed')
  })

  test('balances keep the bank’s type, unknown ones as other; unreadable ones are set aside', () => {
    const amount = { amount: '10.00', currency: 'NOK' }
    const read = processBalances(
      answer(200, {
        balances: [
          { balanceAmount: amount, balanceType: 'closingBooked', referenceDate: '2026-03-09' },
          { balanceAmount: { amount: 10.5, currency: 'NOK' }, balanceType: 'InterimBooked' },
          { balanceAmount: amount, balanceType: 'nonInvoiced' },
          { balanceAmount: { amount: 'ti', currency: 'NOK' }, balanceType: 'expected' },
        ],
      }),
      clock,
    )
    expect(read.balances).toEqual([
      {
        type: 'closingBooked',
        code: 'closingBooked',
        amount: { minor: 1000n, currency: 'NOK' },
        date: '2026-03-09',
      },
      { type: 'interimBooked', code: 'InterimBooked', amount: { minor: 1050n, currency: 'NOK' } },
      { type: 'other', code: 'nonInvoiced', amount: { minor: 1000n, currency: 'NOK' } },
    ])
    expect(read.unreadable).toMatchObject([{ path: 'balances[3]', detail: '"ti" is not an amount' }])
  })

  test('a balance with the credit limit in it is not what is booked', () => {
    const stated = (minor: string, creditLimitIncluded: unknown) => ({
      ...{
        balanceAmount: { amount: minor, currency: 'NOK' },
        balanceType: 'interimBooked',
        creditLimitIncluded,
      },
    })
    const rows = [stated('500.00', true), stated('10.00', false), stated('7.00', 'true')]
    const { balances } = processBalances(answer(200, { balances: rows }), clock)
    expect(balances.map(({ type, amount }) => [type, amount.minor])).toEqual([
      ['other', 50_000n],
      ['interimBooked', 1000n],
      ['other', 700n],
    ])
  })

  test('an error with status 200, or no balances at all, is no balance of zero', () => {
    const error = { tppMessages: [{ category: 'ERROR', code: 'SERVICE_UNAVAILABLE' }] }
    expect(refusal(() => processBalances(answer(200, error), clock)).kind).toBeDefined()
    expect(processBalances(answer(200, { balances: [] }), clock).balances).toEqual([])
    const empty = { balances: [{ balanceType: 'interimBooked' }, {}] }
    const read = processBalances(answer(200, empty), clock)
    expect([read.balances, read.unreadable.length]).toEqual([[], 2])
  })
})
