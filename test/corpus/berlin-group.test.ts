import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatAmount, parseMoney } from '../../src/domain/money.ts'
import { processAccounts } from '../../src/protocols/berlin-group/accounts.ts'
import { processCreateConsent } from '../../src/protocols/berlin-group/consents.ts'
import { expectStatus } from '../../src/protocols/berlin-group/errors.ts'
import { processPayment, processPaymentStatus } from '../../src/protocols/berlin-group/payments.ts'
import { processTransactions } from '../../src/protocols/berlin-group/transactions.ts'
import { readJson } from '../../src/protocols/berlin-group/wire.ts'
import { answer, clock, refusal } from '../protocols/berlin-group/answers.ts'
import { besideProject } from './beside.ts'

type Expected = {
  parseError?: string
  booked?: number
  bookedSumCredits?: string
  bookedSumDebits?: string
  bookedIds?: number
  pending?: number
  accounts?: number
  consentId?: string
  paymentId?: string
  transactionStatus?: string
  tppMessageCodes?: string[]
}
type Json = Record<string, unknown>

const { url, missing } = besideProject('corpus/')
const expected: Record<string, Expected> = missing
  ? {}
  : JSON.parse(readFileSync(new URL('expected.json', url), 'utf8'))
const files = missing
  ? []
  : ['berlingroup', 'gocardless']
      .flatMap((folder) => readdirSync(new URL(`${folder}/`, url)).map((name) => `${folder}/${name}`))
      // An OpenAPI description with examples, not an answer.
      .filter((file) => !file.endsWith('ynab-sync__schema.json'))

const bytesOf = (file: string) =>
  readFileSync(new URL(file.split('/').map(encodeURIComponent).join('/'), url))

/** Many files record a whole exchange: the answer's body is the innermost object that has the field. */
function withField(value: unknown, field: string): Json | undefined {
  if (value === null || typeof value !== 'object') return undefined
  for (const part of Object.values(value)) {
    const found = withField(part, field)
    if (found) return found
  }
  return field in value && !Array.isArray(value) ? (value as Json) : undefined
}

/** Booked rows that nobody can put on a day: the sample has no bookingDate at all. */
const undated: Record<string, number> = {
  'berlingroup/adorsys+xs2a-adapter__commerzbank-transactions-report.json': 1,
  'berlingroup/adorsys+xs2a-adapter__transactions-response-200-json.json': 1,
}

describe.skipIf(missing)('real answers of PSD2 interfaces', () => {
  test.each(files)('%s', (file) => {
    const facts = expected[file] ?? {}
    const json = readJson(bytesOf(file))
    expect(json === undefined, 'whether it is JSON').toBe(facts.parseError !== undefined)
    if (facts.booked !== undefined) transactionsAgree(file, facts, json)
    if (facts.tppMessageCodes && !facts.tppMessageCodes.includes('WARNING')) {
      const refused = refusal(() => expectStatus(answer(400, withField(json, 'tppMessages')), clock, 200))
      expect(refused.bank?.code).toBe(facts.tppMessageCodes[0])
    }
    const body = withField(json, 'consentId')
    if (facts.consentId && body && '_links' in body) {
      expect(processCreateConsent(answer(201, body), clock)).toMatchObject({
        consentId: facts.consentId,
        state: 'received',
      })
    }
    if (facts.paymentId) {
      expect(processPayment(answer(201, withField(json, 'paymentId')), clock).paymentId).toBe(facts.paymentId)
    } else if (facts.transactionStatus) {
      const status = processPaymentStatus(answer(200, withField(json, 'transactionStatus')), clock)
      expect(status.code).toBe(facts.transactionStatus)
      expect(status.state).not.toBe('unknown')
    }
  })

  test('account lists are read to the last account', () => {
    const lists = files.filter((file) => /get-accounts|accounts-(1042|27115|45006|65004|8054)/.test(file))
    expect(lists.length).toBeGreaterThan(5)
    for (const file of lists) {
      const body = withField(readJson(bytesOf(file)), 'accounts')
      const read = processAccounts(answer(200, body), clock)
      expect([read.accounts.length, read.unreadable], file).toEqual([expected[file]?.accounts, []])
    }
  })
})

function transactionsAgree(file: string, facts: Expected, json: unknown): void {
  const body = withField(json, 'transactions')
  const lists =
    body && withField(body, 'booked') === body.transactions
      ? body
      : { transactions: withField(json, 'booked') }
  const read = processTransactions(answer(200, lists), 'XXX', clock)
  const booked = read.entries.filter((entry) => entry.status === 'booked')
  const aside = read.unreadable.filter((row) => row.path.startsWith('transactions.booked'))
  expect(aside.map((row) => row.detail)).toEqual(
    Array(undated[file] ?? 0).fill('a booked entry without bookingDate'),
  )
  expect(booked.length + aside.length).toBe(facts.booked)
  if (facts.pending !== undefined)
    expect(read.entries.filter((e) => e.status === 'pending')).toHaveLength(facts.pending)
  if (aside.length > 0) return
  const sum = (sign: 1n | -1n) =>
    booked.reduce((total, e) => (e.amount.minor * sign > 0n ? total + e.amount.minor * sign : total), 0n)
  const currency = booked[0]?.amount.currency ?? 'EUR'
  const same = (text: string | undefined) => formatAmount(parseMoney(text ?? 'missing', currency))
  expect(formatAmount({ minor: sum(1n), currency })).toBe(same(facts.bookedSumCredits))
  expect(formatAmount({ minor: sum(-1n), currency })).toBe(same(facts.bookedSumDebits))
  expect(booked.filter((e) => e.bankIds.transactionId)).toHaveLength(facts.bookedIds ?? 0)
}
