import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatAmount } from '../../../src/domain/money.ts'
import { BankRefusal } from '../../../src/protocols/berlin-group/errors.ts'
import {
  buildGetTransactions,
  processTransactions,
} from '../../../src/protocols/berlin-group/transactions.ts'
import { answer, clock, refusal } from './answers.ts'

const good = { transactionAmount: { amount: '-12.50', currency: 'NOK' }, bookingDate: '2026-03-02' }
const page = (transactions: object, rest: object = {}) =>
  processTransactions(answer(200, { account: {}, transactions, ...rest }), 'NOK', clock)
const one = (row: object) => page({ booked: [{ ...good, ...row }] }).entries[0] ?? expect.fail('unreadable')

describe('asking for transactions', () => {
  const query = { from: '2026-01-01', to: '2026-03-10', bookingStatus: 'both', withBalance: false } as const
  const requestId = '11111111-2222-4333-8444-555555555555'

  test('names dates, status, consent and request id', () => {
    const call = buildGetTransactions('a/b', query, { consentId: 'c1', requestId })
    expect(call.path).toBe(
      '/v1/accounts/a%2Fb/transactions?bookingStatus=both&dateFrom=2026-01-01&dateTo=2026-03-10',
    )
    expect(call.headers).toEqual({
      accept: 'application/json',
      'x-request-id': requestId,
      'consent-id': 'c1',
    })
  })

  test('tells of a person only when one is there, and lets no header in through a browser’s words', () => {
    const psu = { ipAddress: '192.0.2.1', userAgent: 'Firefox\r\nPSU-ID: 1' }
    const call = buildGetTransactions('a', query, { consentId: 'c1', requestId, psu })
    expect(call.headers).toMatchObject({
      'psu-ip-address': '192.0.2.1',
      'psu-user-agent': 'Firefox??PSU-ID: 1',
    })
  })
})

describe('reading transactions', () => {
  test('a full row keeps its ids, parties, KID, text and booked balance', () => {
    const entry = one({
      transactionId: 't1',
      entryReference: 'e1',
      endToEndId: 'E2E-1',
      valueDate: '2026-03-03',
      creditorName: 'Eksempel AS',
      creditorAccount: { bban: '1503 20 80119' },
      debtorAccount: { iban: 'NO93 8601 1117 947' },
      remittanceInformationStructuredArray: [{ reference: '1234567897', referenceType: 'SCOR' }],
      remittanceInformationUnstructured: 'Faktura 7',
      additionalInformation: 'Nettbank',
      bankTransactionCode: 'PMNT-ICDT-DMCT',
      proprietaryBankTransactionCode: '182',
      balanceAfterTransaction: {
        balanceType: 'interimBooked',
        balanceAmount: { amount: '100.00', currency: 'NOK' },
      },
    })
    expect(entry).toEqual({
      status: 'booked',
      amount: { minor: -1250n, currency: 'NOK' },
      bookingDate: '2026-03-02',
      valueDate: '2026-03-03',
      reversal: false,
      bankIds: { transactionId: 't1', entryReference: 'e1' },
      bankTransactionCode: 'PMNT-ICDT-DMCT',
      proprietaryCode: '182',
      text: 'Faktura 7\nNettbank',
      balanceAfter: { minor: 10_000n, currency: 'NOK' },
      details: [
        {
          amount: { minor: -1250n, currency: 'NOK' },
          references: { endToEndId: 'E2E-1', kid: '1234567897' },
          debtor: { account: 'NO9386011117947' },
          creditor: { name: 'Eksempel AS', account: '15032080119' },
          text: 'Faktura 7',
        },
      ],
    })
  })

  test('blank and null ids are absent, and a number is an id too', () => {
    expect(one({ transactionId: '  ', entryReference: null }).bankIds).toEqual({})
    expect(one({ transactionId: 4711 }).bankIds).toEqual({ transactionId: '4711' })
    expect(one({ endToEndId: 'NOTPROVIDED' }).details[0]?.references).toEqual({})
  })

  test.each([
    ['-256.67', '-256.67'],
    ['1e2', undefined],
    ['12345678901234567.89', '12345678901234567.89'],
    ['0.1', '0.10'],
    ['1.005', undefined],
  ])('an amount written as the JSON number %s is %s, never a float', (digits, expected) => {
    const body = `{"transactions":{"booked":[{"bookingDate":"2026-03-02","transactionAmount":{"amount":${digits},"currency":"NOK"}}]}}`
    const read = processTransactions(answer(200, body), 'NOK', clock)
    expect(read.entries.map((e) => formatAmount(e.amount))).toEqual(expected ? [expected] : [])
    expect(read.unreadable).toHaveLength(expected ? 0 : 1)
  })

  test('the KID comes from structured remittance in every shape banks use, and from nowhere else', () => {
    const kid = (row: object) => one(row).details[0]?.references.kid
    expect(kid({ remittanceInformationStructured: { reference: '1234567897' } })).toBe('1234567897')
    expect(kid({ remittanceInformationStructured: '1234567897' })).toBe('1234567897')
    expect(
      kid({ remittanceInformationStructuredArray: [{ reference: '000123-', referenceType: 'SCOR' }] }),
    ).toBe('000123-')
    expect(
      kid({
        remittanceInformationStructuredArray: [
          { reference: '12345', referenceType: 'CINV' },
          { reference: '26', referenceType: 'SCOR' },
        ],
      }),
    ).toBe('26')
    expect(
      kid({
        remittanceInformationStructuredArray: [{ reference: 'RF18539007547034', referenceType: 'SCOR' }],
      }),
    ).toBeUndefined()
    expect(kid({ remittanceInformationUnstructured: '1234567897' })).toBeUndefined()
    expect(one({ remittanceInformationStructured: 'Example 1, Example 2' }).text).toBe('Example 1, Example 2')
  })

  test('lines that are there twice are kept once', () => {
    const row = { remittanceInformationUnstructured: 'A', remittanceInformationUnstructuredArray: ['A', 'B'] }
    expect(one(row).details[0]?.text).toBe('A\nB')
  })

  test('a batch keeps one detail for each payment in it', () => {
    const entry = one({
      transactionAmount: { amount: '30.00', currency: 'NOK' },
      batchIndicator: true,
      entryDetails: [
        {
          transactionAmount: { amount: '10.00', currency: 'NOK' },
          remittanceInformationStructured: { reference: '26' },
        },
        { transactionAmount: { amount: '20.00', currency: 'NOK' }, endToEndId: 'X' },
      ],
    })
    expect(entry.details.map((d) => [d.amount?.minor, d.references])).toEqual([
      [1000n, { kid: '26' }],
      [2000n, { endToEndId: 'X' }],
    ])
  })

  test('only a booked balance counts as the balance after', () => {
    const stated = (balanceType: string) =>
      one({ balanceAfterTransaction: { balanceType, balanceAmount: { amount: '1', currency: 'NOK' } } })
        .balanceAfter
    expect(stated('interimAvailable')).toBeUndefined()
    expect(stated('closingBooked')).toEqual({ minor: 100n, currency: 'NOK' })
  })

  test('a row that cannot be read is set aside with its path and reason, and the others stand', () => {
    const read = page({
      booked: [
        good,
        { ...good, transactionAmount: { amount: '1,50', currency: 'NOK' } },
        { ...good, bookingDate: undefined, valueDate: '2026-03-02' },
        null,
        { ...good, bookingDate: '2026-02-30' },
      ],
      pending: [{ transactionAmount: { amount: '5', currency: 'NOK' } }, { transactionAmount: {} }],
    })
    expect(read.entries.map((e) => [e.status, e.amount.minor, e.bookingDate])).toEqual([
      ['booked', -1250n, '2026-03-02'],
      ['pending', 500n, undefined],
    ])
    expect(read.unreadable.map((u) => [u.path, u.detail])).toEqual([
      ['transactions.booked[1]', '"1,50" is not an amount'],
      ['transactions.booked[2]', 'a booked entry without bookingDate'],
      ['transactions.booked[3]', expect.stringContaining('expected object')],
      ['transactions.booked[4]', 'bookingDate is no calendar date'],
      ['transactions.pending[1]', expect.stringContaining('transactionAmount.amount')],
    ])
    expect(read.unreadable[0]?.raw).toContain('1,50')
  })

  test('a row without a currency takes the account’s, unless that has several', () => {
    const row = { booked: [{ ...good, transactionAmount: { amount: '1' } }] }
    expect(page(row).entries[0]?.amount.currency).toBe('NOK')
    const many = processTransactions(answer(200, { transactions: row }), 'XXX', clock)
    expect(many.unreadable[0]?.detail).toBe('an amount without a currency')
  })

  test('next is found in both places, blank or missing ends the list', () => {
    expect(page({ booked: [], _links: { next: { href: '/v1/n?page=2' } } }).next).toBe('/v1/n?page=2')
    expect(page({ booked: [] }, { _links: { next: 'https://bank.test/v1/n' } }).next).toBe(
      'https://bank.test/v1/n',
    )
    expect(page({ booked: [], _links: { next: { href: ' ' }, account: null } }).next).toBeUndefined()
    expect(page({ booked: null, pending: null }).entries).toEqual([])
  })

  test.each([
    '<html>Logg inn</html>',
    '',
    '[]',
    '{}',
    '{"transactions":[]}',
    '{"transactions":{"booked":{}}}',
  ])('200 with %j is malformed, not an empty account', (body) => {
    expect(refusal(() => processTransactions(answer(200, body), 'NOK', clock)).kind).toBe('malformed')
  })

  test('whatever JSON comes, it is read, set aside or refused', () => {
    const rows = fc.array(fc.oneof(fc.jsonValue(), fc.constant(good)))
    const list = fc.oneof(rows, fc.jsonValue())
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record({ transactions: fc.record({ booked: list, pending: list }), balances: list }),
    )
    fc.assert(
      fc.property(any, (body) => {
        try {
          processTransactions(answer(200, JSON.stringify(body)), 'NOK', clock)
        } catch (error) {
          expect(error).toBeInstanceOf(BankRefusal)
        }
      }),
    )
  })
})
