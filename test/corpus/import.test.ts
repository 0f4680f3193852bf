// Real files handed in over the API: the rows and balances of each account are those that the expectation names.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/domain/ids.ts'
import { parseMoney } from '../../src/domain/money.ts'
import { type TestApi, testApi } from '../support/api.ts'
import { corpusMissing, corpusPath, type Expected, expectedIn, sameDecimal } from './corpus.ts'

const files = [
  'camt.053/Subite-eu+camt-to-coda__account_statement-2.xml',
  'camt.053/svapnil+iso20022.js__ing-example_camt.xml',
  'camt.053/Subite-eu+camt-to-coda__2024-03-11.xml',
  'camt.053/Subite-eu+camt-to-coda__2024-03-12.xml',
]
const expected = new Map<string, Expected>(expectedIn('camt.053'))

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

let companies = 0
async function newCompany(): Promise<string> {
  const organisationNumber = String(900_000_000 + ++companies)
  return api.db.forClient(api.a.clientId, async (tx) => {
    const id = newId('company', tx.now)
    const { clientId, now: createdAt } = tx
    await tx.prisma.company.create({
      data: { id, clientId, organisationNumber, name: 'Prøvedrift AS', createdAt },
    })
    return id
  })
}

async function handIn(companyId: string, file: string) {
  const answer = await api.app.inject({
    method: 'POST',
    url: `/v1/files?companyId=${companyId}`,
    headers: {
      authorization: `Bearer ${api.a.apiKey}`,
      'content-type': 'application/xml',
      'idempotency-key': randomUUID(),
    },
    payload: readFileSync(corpusPath(file)),
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

async function rowsOf(accountId: string): Promise<{ amount: { amount: string; currency: string } }[]> {
  const rows = []
  for (let after = ''; ; ) {
    const page = await api.a.get(`/v1/accounts/${accountId}/transactions?limit=200${after}`)
    rows.push(...page.body.data)
    if (page.body.nextCursor === null) return rows
    after = `&after=${page.body.nextCursor}`
  }
}

function sum(rows: { amount: { amount: string; currency: string } }[], sign: 1 | -1): bigint {
  const minors = rows.map(({ amount }) => parseMoney(amount.amount, amount.currency).minor)
  return minors
    .filter((minor) => (sign === 1 ? minor > 0n : minor < 0n))
    .reduce((all, minor) => all + minor, 0n)
}

test.skipIf(corpusMissing).each(files)(
  '%s gives its rows and balances, and nothing new the second time',
  async (file) => {
    const companyId = await newCompany()
    const first = await handIn(companyId, file)
    expect(first).toMatchObject({ state: 'imported', alreadyImported: false, error: null })
    const accounts = (await api.a.get(`/v1/accounts?companyId=${companyId}`)).body.data
    for (const statement of expected.get(file)?.statements ?? []) {
      const account = accounts.find(
        (candidate: { iban: string; currency: string }) =>
          candidate.iban === statement.account && candidate.currency === statement.currency,
      )
      const rows = await rowsOf(account.id)
      const exact = (amount: string) => parseMoney(amount, statement.currency ?? '').minor
      expect(rows).toHaveLength(statement.entries)
      expect([sum(rows, 1), sum(rows, -1)]).toEqual([
        exact(statement.sumCredits),
        -exact(statement.sumDebits),
      ])
      const { balances } = (await api.a.get(`/v1/accounts/${account.id}/balances`)).body
      const closing = balances.find(({ type }: { type: string }) => type === 'closingBooked')
      expect(sameDecimal(closing?.amount.amount ?? null, statement.closingBalance)).toBe(true)
    }
    const again = await handIn(companyId, file)
    expect(again).toMatchObject({ id: first.id, alreadyImported: true })
    for (const account of accounts) {
      const statements = expected.get(file)?.statements ?? []
      const own = statements.find((one) => one.account === account.iban && one.currency === account.currency)
      expect(await rowsOf(account.id)).toHaveLength(own?.entries ?? 0)
    }
  },
)
