import { describe, expect, test } from 'vitest'
import { expectOrderTaken, expectStatus, readError } from '../../../src/protocols/berlin-group/errors.ts'
import { answer, clock, refusal, tpp } from './answers.ts'

const read = (status: number, body: unknown, headers?: Record<string, string>) =>
  refusal(() => expectStatus(answer(status, body, headers), clock, 200))
const order = (status: number, body: unknown, headers?: Record<string, string>) =>
  refusal(() => expectOrderTaken(answer(status, body, headers), clock))

describe('what a refusal means', () => {
  test.each([
    [401, 'CERTIFICATE_MISSING', 'trust_failed'],
    [401, 'CERTIFICATE_REVOKE', 'trust_failed'],
    [401, 'ROLE_INVALID', 'trust_failed'],
    [401, 'SIGNATURE_INVALID', 'trust_failed'],
    [401, 'CONSENT_EXPIRED', 'consent_expired'],
    [401, 'CONSENT_INVALID', 'consent_expired'],
    [403, 'CONSENT_UNKNOWN', 'consent_expired'],
    [400, 'CONSENT_UNKNOWN', 'consent_expired'],
    [401, 'TOKEN_EXPIRED', 'consent_expired'],
    [401, 'PSU_CREDENTIALS_INVALID', 'access_denied'],
    [401, 'UNAUTHORIZED', 'access_denied'],
    [403, 'SERVICE_BLOCKED', 'access_denied'],
    [403, 'RESOURCE_UNKNOWN', 'not_found'],
    [404, 'RESOURCE_UNKNOWN', 'not_found'],
    [404, 'SOMETHING_NEW', 'not_found'],
    [404, 'PRODUCT_UNKNOWN', 'not_supported'],
    [405, 'SERVICE_INVALID', 'not_supported'],
    [405, 'CANCELLATION_INVALID', 'rejected'],
    [406, 'REQUESTED_FORMATS_INVALID', 'not_supported'],
    [400, 'PARAMETER_NOT_SUPPORTED', 'not_supported'],
    [400, 'FORMAT_ERROR', 'rejected'],
    [400, 'PERIOD_INVALID', 'rejected'],
    [409, 'STATUS_INVALID', 'rejected'],
    [429, 'ACCESS_EXCEEDED', 'rate_limited'],
    [500, 'INTERNAL_SERVER_ERROR', 'unavailable'],
    [503, 'FORMAT_ERROR', 'unavailable'],
    [200, 'CONSENT_EXPIRED', 'consent_expired'],
    [200, 'FORMAT_ERROR', 'rejected'],
  ])('%i %s is %s', (status, code, kind) => {
    expect(read(status, tpp(code, 'because'))).toMatchObject({
      kind,
      httpStatus: status,
      bank: { code, message: 'because' },
    })
  })

  test.each([
    [301, 'malformed'],
    [400, 'rejected'],
    [401, 'access_denied'],
    [403, 'access_denied'],
    [404, 'not_found'],
    [405, 'not_supported'],
    [408, 'unavailable'],
    [410, 'not_found'],
    [415, 'not_supported'],
    [429, 'rate_limited'],
    [500, 'unavailable'],
    [501, 'not_supported'],
    [502, 'unavailable'],
    [504, 'unavailable'],
  ])('without a readable body HTTP %i is %s', (status, kind) => {
    for (const body of ['', 'null', '[]', '{"message":"x"}', '{"tppMessages":[]}']) {
      expect(read(status, body)).toMatchObject({ kind, httpStatus: status })
    }
    const firewall = status === 401 || status === 403
    expect(read(status, '<html>error</html>').kind).toBe(firewall ? 'unavailable' : kind)
  })

  test.each([
    [403, tpp('FORBIDDEN', 'Rate limit exceeded')],
    [401, 'Too many requests'],
    [400, '{"error":"ASPSP_RATE_LIMIT_EXCEEDED"}'],
    [403, tpp('SERVICE_BLOCKED', 'The access frequency was exceeded')],
    [400, tpp('ACCESS_EXCEEDED')],
  ])('%i %j is a rate limit, not the end of the consent', (status, body) => {
    expect(read(status, body).kind).toBe('rate_limited')
  })

  test.each([
    [401, tpp('CONSENT_EXPIRED', 'The quota was exceeded'), 'consent_expired'],
    [401, tpp('CERTIFICATE_INVALID', 'rate limit'), 'trust_failed'],
    [400, tpp('FORMAT_ERROR', 'PSU-IP-Address is missing'), 'sca_required'],
    [422, tpp('PSU_HEADER_NOT_PROVIDED', 'Required PSU header not provided'), 'sca_required'],
    [400, tpp('FORMAT_ERROR', 'PSU-IP-Address is malformed'), 'rejected'],
  ])('%i %j is %s', (status, body, kind) => {
    expect(read(status, body).kind).toBe(kind)
  })

  test('a problem+json body is read too, its code also from additionalErrors', () => {
    const problem = { type: 'about:blank', title: 'Consent', detail: 'has ended', code: 'CONSENT_EXPIRED' }
    expect(read(401, problem)).toMatchObject({
      kind: 'consent_expired',
      bank: { code: 'CONSENT_EXPIRED', message: 'Consent: has ended' },
    })
    const nested = { title: 'Wrong', additionalErrors: [{ code: 'PERIOD_INVALID', detail: 'too long ago' }] }
    expect(read(400, nested)).toMatchObject({ kind: 'rejected', bank: { code: 'PERIOD_INVALID' } })
  })

  test('warnings in a good answer are no refusal', () => {
    const good = answer(200, tpp('WARNING', 'maintenance tonight', 'WARNING'))
    expect(expectStatus(good, clock, 200)).toBe(good)
    expect(readError(good)).toBeUndefined()
  })

  test('a link to SCA in a refusal asks for SCA', () => {
    const body = { ...tpp('CONSENT_INVALID'), _links: { scaRedirect: { href: 'https://bank.test/sca' } } }
    expect(read(401, body).kind).toBe('sca_required')
  })

  test('the path is named; national and account numbers are not', () => {
    const body = {
      tppMessages: [
        {
          category: 'ERROR',
          code: 'FORMAT_ERROR',
          path: 'creditorAccount.bban',
          text: 'no account 1503.20.80119 of 010190 12345',
        },
      ],
    }
    const refused = read(400, body)
    expect(refused.detail).toBe('the bank answered FORMAT_ERROR (creditorAccount.bban)')
    expect(refused.bank?.message).toBe('no account [11 digits] of [11 digits]')
  })

  test('an answer’s words never reach the detail', () => {
    expect(JSON.stringify(read(502, '<html>secret 4711</html>'))).not.toContain('4711')
    expect(read(502, 'x', { 'content-type': 'text/html; charset=x' }).detail).toBe(
      'the bank answered HTTP 502 (text/html)',
    )
  })
})

describe('when a rate limit ends', () => {
  const at = (headers: Record<string, string>, body: unknown = tpp('ACCESS_EXCEEDED')) =>
    read(429, body, headers).retryAt?.toISOString()

  test('seconds count from the injected clock', () => {
    expect(at({ 'retry-after': '120' })).toBe('2026-03-10T12:02:00.000Z')
    expect(at({ 'retry-after': '0' })).toBe('2026-03-10T12:01:00.000Z')
  })
  test('a date is taken as it stands, one that is past as in a minute', () => {
    expect(at({ 'retry-after': 'Tue, 10 Mar 2026 13:00:00 GMT' })).toBe('2026-03-10T13:00:00.000Z')
    expect(at({ 'retry-after': '2026-03-10T14:30:00+01:00' })).toBe('2026-03-10T13:30:00.000Z')
    expect(at({ 'retry-after': 'Mon, 09 Mar 2026 13:00:00 GMT' })).toBe('2026-03-10T12:01:00.000Z')
  })
  test('no header may stop reading for more than two days', () => {
    expect(at({ 'retry-after': '99999999999' })).toBe('2026-03-12T12:00:00.000Z')
  })
  test('a date is meant by the clock of the bank that names it', () => {
    const date = 'Wed, 11 Mar 2026 12:00:00 GMT'
    expect(at({ date, 'retry-after': 'Wed, 11 Mar 2026 13:00:00 GMT' })).toBe('2026-03-10T13:00:00.000Z')
    expect(at({ date, 'retry-after': '60' })).toBe('2026-03-10T12:01:00.000Z')
  })
  test('a reset header counts where nothing is left, the latest of several', () => {
    expect(at({ 'x-ratelimit-reset': '600' })).toBe('2026-03-10T12:10:00.000Z')
    expect(at({ 'x-ratelimit-reset': String(Date.parse('2026-03-10T14:00:00Z') / 1000) })).toBe(
      '2026-03-10T14:00:00.000Z',
    )
    const several = {
      http_x_ratelimit_remaining: '99',
      http_x_ratelimit_reset: '86000',
      http_x_ratelimit_account_success_remaining: '0',
      http_x_ratelimit_account_success_reset: '7200',
    }
    expect(at(several)).toBe('2026-03-10T14:00:00.000Z')
  })
  test.each([
    ['Please try again in 7200 seconds', '2026-03-10T14:00:00.000Z'],
    ['Try again in 15 minutes.', '2026-03-10T12:15:00.000Z'],
    ['retry after 3 hours', '2026-03-10T15:00:00.000Z'],
    ['next access at 2026-03-10T18:30:00Z', '2026-03-10T18:30:00.000Z'],
    ['next access at 2026-03-10 18:30', '2026-03-10T17:30:00.000Z'],
    ['not before: from 2026-03-11', '2026-03-10T23:00:00.000Z'],
    ['Daily request limit set by the Institution has been exceeded.', '2026-03-10T23:00:00.000Z'],
    ['<h1>Too Many Requests</h1>', undefined],
    ['Rate Limit exceeded', undefined],
    ['at 2026-13-45', undefined],
  ])('said as "%s" it ends %s', (words, end) => {
    expect(at({}, words)).toBe(end)
    expect(at({}, { detail: words })).toBe(end)
  })
  test('the daily limit ends at midnight in Oslo; of any other nothing is made up', () => {
    expect(at({})).toBe('2026-03-10T23:00:00.000Z')
    expect(at({ 'retry-after': 'soon' })).toBe('2026-03-10T23:00:00.000Z')
    expect(at({}, 'Too Many Requests')).toBeUndefined()
    const summer = { now: () => new Date('2026-07-01T21:30:00Z') }
    const refused = refusal(() => expectStatus(answer(429, tpp('ACCESS_EXCEEDED')), summer, 200))
    expect(refused.retryAt?.toISOString()).toBe('2026-07-01T22:00:00.000Z')
  })
})

describe('an order that may have moved money', () => {
  test.each([
    [400, tpp('FORMAT_ERROR'), 'rejected'],
    [400, tpp('PAYMENT_FAILED'), 'rejected'],
    [403, tpp('SERVICE_BLOCKED'), 'rejected'],
    [404, tpp('PRODUCT_UNKNOWN'), 'rejected'],
    [401, tpp('CONSENT_EXPIRED'), 'rejected'],
    [400, tpp('BANKS_OWN_CODE'), 'rejected'],
    [401, tpp('ROLE_INVALID'), 'trust_failed'],
    [429, 'slow down', 'rate_limited'],
    [403, tpp('SERVICE_BLOCKED', 'The daily limit is exceeded'), 'rejected'],
    [400, tpp('PAYMENT_FAILED', 'limit exceeded'), 'rejected'],
    [400, '<html>bad request</html>', 'outcome_unknown'],
    [404, '', 'outcome_unknown'],
    [408, tpp('FORMAT_ERROR'), 'outcome_unknown'],
    [500, tpp('INTERNAL_SERVER_ERROR'), 'outcome_unknown'],
    [502, '<html></html>', 'outcome_unknown'],
    [200, tpp('PAYMENT_FAILED'), 'outcome_unknown'],
    [302, '', 'outcome_unknown'],
    [202, '{}', 'outcome_unknown'],
  ])('%i %j is %s', (status, body, kind) => {
    expect(order(status, body).kind).toBe(kind)
  })
})
