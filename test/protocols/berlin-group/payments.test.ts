import { describe, expect, test } from 'vitest'
import {
  buildPayment,
  type CreditTransfer,
  processCancelPayment,
  processPayment,
  processPaymentStatus,
} from '../../../src/protocols/berlin-group/payments.ts'
import { answer, clock, refusal, tpp } from './answers.ts'

const order: CreditTransfer = {
  requestId: '11111111-2222-4333-8444-555555555555',
  endToEndId: 'E2E-1',
  amount: { minor: 123_456n, currency: 'NOK' },
  debtorAccount: '15032080119',
  creditorAccount: '86011117947',
  creditorName: 'Eksempel Mottaker AS',
  returnUrl: 'https://kontobro.test/back',
  failureUrl: 'https://kontobro.test/nok',
}
const product = 'norwegian-domestic-credit-transfers'
const psu = { ipAddress: '192.0.2.1' }
const build = (part: Partial<CreditTransfer>, style: 'array' | 'single' = 'array') =>
  buildPayment({ ...order, ...part }, product, psu, style)
const bodyOf = (part: Partial<CreditTransfer>, style?: 'array' | 'single') =>
  JSON.parse(build(part, style).body ?? '')

describe('a payment order', () => {
  test('with a KID', () => {
    const call = build({ kid: '1234567897', executionDate: '2026-03-20' })
    expect(call.path).toBe(`/v1/payments/${product}`)
    expect(call.headers).toMatchObject({ 'x-request-id': order.requestId, 'psu-ip-address': '192.0.2.1' })
    expect(JSON.parse(call.body ?? '')).toEqual({
      endToEndIdentification: 'E2E-1',
      debtorAccount: { bban: '15032080119' },
      instructedAmount: { currency: 'NOK', amount: '1234.56' },
      creditorAccount: { bban: '86011117947' },
      creditorName: 'Eksempel Mottaker AS',
      remittanceInformationStructuredArray: [{ reference: '1234567897', referenceType: 'SCOR' }],
      requestedExecutionDate: '2026-03-20',
    })
  })

  test('with a KID at an older bank, and with a text', () => {
    expect(bodyOf({ kid: '1234567897' }, 'single')).toMatchObject({
      remittanceInformationStructured: { reference: '1234567897' },
    })
    const text = bodyOf({ text: 'Faktura 7' })
    expect(text.remittanceInformationUnstructured).toBe('Faktura 7')
    expect(text).not.toHaveProperty('remittanceInformationStructuredArray')
  })

  test('the same order is the same bytes each time', () => {
    expect(build({ kid: '26' })).toEqual(build({ kid: '26' }))
  })

  test.each([
    [{ kid: '26', text: 'x' }, 'kid and text'],
    [{ amount: { minor: 0n, currency: 'NOK' } }, 'amount'],
    [{ amount: { minor: -1n, currency: 'NOK' } }, 'amount'],
    [{ endToEndId: 'x'.repeat(36) }, 'endToEndId'],
    [{ creditorName: 'x'.repeat(71) }, 'creditorName'],
    [{ text: 'x'.repeat(141) }, 'text'],
  ])('that no bank could take is refused before it is sent: %#', (part, named) => {
    const refused = refusal(() => build(part))
    expect(refused.kind).toBe('rejected')
    expect(refused.detail).toContain(named)
    expect(refused.detail).toContain('nothing was sent')
  })
})

describe('the bank’s answer to an order', () => {
  test('names the payment and the way to SCA', () => {
    const body = {
      transactionStatus: 'RCVD',
      paymentId: 'p1',
      _links: { scaRedirect: { href: 'https://x/1' }, scaStatus: { href: '/v1/s' } },
    }
    expect(processPayment(answer(201, body), clock)).toEqual({
      paymentId: 'p1',
      state: 'received',
      sca: { kind: 'redirect', href: 'https://x/1' },
      links: { scaRedirect: 'https://x/1', scaStatus: '/v1/s' },
    })
  })

  test.each(['', '<html>', '{}', '{"transactionStatus":"ACTC"}', '{"paymentId":""}'])(
    '201 with %j leaves the outcome unknown',
    (body) => {
      expect(refusal(() => processPayment(answer(201, body), clock)).kind).toBe('outcome_unknown')
    },
  )

  test('a warning with it changes nothing', () => {
    const body = {
      transactionStatus: 'RCVD',
      paymentId: 'p1',
      _links: {},
      ...tpp('FUNDS_NOT_AVAILABLE', 'later', 'WARNING'),
    }
    expect(processPayment(answer(201, body), clock).paymentId).toBe('p1')
  })
})

describe('a payment’s status', () => {
  test('is said with the bank’s code, and its reason when rejected', () => {
    expect(processPaymentStatus(answer(200, { transactionStatus: 'ACSP' }), clock)).toEqual({
      state: 'accepted',
      code: 'ACSP',
    })
    const rejected = { transactionStatus: 'RJCT', ...tpp('FUNDS_NOT_AVAILABLE', 'no cover') }
    expect(processPaymentStatus(answer(200, rejected), clock)).toEqual({
      state: 'rejected',
      code: 'RJCT',
      reason: { code: 'FUNDS_NOT_AVAILABLE', message: 'no cover' },
    })
    expect(processPaymentStatus(answer(200, { transactionStatus: 'XYZ1' }), clock).state).toBe('unknown')
  })

  test('is never guessed', () => {
    expect(refusal(() => processPaymentStatus(answer(200, {}), clock)).kind).toBe('malformed')
    expect(refusal(() => processPaymentStatus(answer(404, tpp('RESOURCE_UNKNOWN')), clock)).kind).toBe(
      'not_found',
    )
    expect(refusal(() => processPaymentStatus(answer(500, { transactionStatus: 'RJCT' }), clock)).kind).toBe(
      'unavailable',
    )
    expect(refusal(() => processPaymentStatus(answer(200, tpp('FORMAT_ERROR')), clock)).kind).toBe('rejected')
  })

  test('cancelling is done at once, needs SCA, or comes too late', () => {
    expect(processCancelPayment(answer(204), clock)).toBe('cancelled')
    const body = { _links: { startAuthorisation: { href: '/v1/c' } } }
    expect(processCancelPayment(answer(202, body), clock)).toEqual({ sca: { kind: 'start', href: '/v1/c' } })
    expect(refusal(() => processCancelPayment(answer(405, tpp('CANCELLATION_INVALID')), clock)).kind).toBe(
      'rejected',
    )
  })
})
