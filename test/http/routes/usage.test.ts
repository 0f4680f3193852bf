import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src/domain/ids.ts'
import { blocks, read } from '../../docs/pages.ts'
import { type TestApi, testApi } from '../../support/api.ts'

let api: TestApi
const companies: string[] = []

type Row = {
  company: number
  booked: string | null
  bookingDate?: string
  removed?: string
  takenOver?: boolean
  pending?: boolean
}

/** 31 January 23:30 in Norway is 22:30 in UTC; an hour later it is February in Norway and January in UTC. */
const rows: Row[] = [
  { company: 0, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-20' },
  { company: 0, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-15' },
  { company: 0, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-14' },
  { company: 0, booked: '2026-01-31T22:30:00Z', bookingDate: '2026-01-31' },
  { company: 0, booked: '2026-01-31T23:30:00Z', bookingDate: '2026-01-31' },
  { company: 0, booked: '2025-12-31T23:30:00Z', bookingDate: '2026-01-16', removed: '2026-02-03T10:00:00Z' },
  { company: 0, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-14', removed: '2026-01-21T10:00:00Z' },
  { company: 0, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-18', takenOver: true },
  { company: 0, booked: null, pending: true },
  { company: 1, booked: '2026-01-20T10:00:00Z', bookingDate: '2026-01-20' },
]
let merged = ''

beforeAll(async () => {
  api = await testApi()
  await api.db.forClient(api.a.clientId, async (tx) => {
    const { clientId } = tx
    const own = (kind: 'company' | 'account') => Array.from({ length: 3 }, () => newId(kind, tx.now)).sort()
    companies.push(...own('company'))
    const accounts = own('account')
    for (const [i, companyId] of companies.entries()) {
      const named = { organisationNumber: String(900_000_000 + i), name: 'Prøve AS', createdAt: tx.now }
      const activatedAt = i === 0 ? new Date('2026-01-14T23:30:00Z') : null
      await tx.prisma.company.create({ data: { id: companyId, clientId, ...named, activatedAt } })
      const owned = {
        state: 'discovered',
        ownership: 'declared',
        ownershipEvidence: 'test',
        createdAt: tx.now,
      }
      const account = { id: accounts[i] ?? '', number: `8601111794${i}`, currency: 'NOK', ...owned }
      await tx.prisma.account.create({ data: { clientId, companyId, ...account } })
    }
    const insert = async (row: Row) => {
      const id = newId('transaction', tx.now)
      await tx.prisma.entry.create({
        data: {
          id,
          clientId,
          companyId: companies[row.company] ?? '',
          accountId: accounts[row.company] ?? '',
          sourceId: 'test',
          route: 'file:camt',
          state: row.pending ? 'pending' : 'booked',
          bookingDate: row.bookingDate ?? null,
          amountMinor: 100n,
          currency: 'NOK',
          reversal: false,
          addedSeq: 1n,
          changeSeq: 1n,
          identityHash: id,
          hash: id,
          revision: 0,
          takenOver: row.takenOver ?? false,
          bookedAt: row.booked && new Date(row.booked),
          removedAt: row.removed ? new Date(row.removed) : null,
          firstSeenAt: tx.now,
          updatedAt: tx.now,
        },
      })
      return id
    }
    for (const row of rows) await insert(row)
    const kept = await insert({ company: 0, booked: '2026-01-22T10:00:00Z', bookingDate: '2026-01-22' })
    merged = await insert({ company: 0, booked: '2026-01-22T10:00:00Z', bookingDate: '2026-01-22' })
    await tx.prisma.entryRuling.create({
      data: {
        id: newId('match', tx.now),
        clientId,
        companyId: companies[0] ?? '',
        accountId: accounts[0] ?? '',
        entryId: kept,
        otherId: merged,
        kind: 'same',
        identityHash: 'x',
        decidedBy: 'test',
        at: tx.now,
      },
    })
  })
})
afterAll(() => api.close())

const usage = async (query: string) => (await api.a.get(`/v1/usage?${query}`)).body

test('a company pays for what became booked in the month, from its activation on, in Norwegian time', async () => {
  const [first, second, third] = companies
  expect(await usage('month=2026-01')).toEqual({
    data: [
      // Activated at half past midnight on 15 January in Norway.
      { companyId: first, month: '2026-01', activatedOn: '2026-01-15', entries: 5, takenBack: 0, free: 3 },
      { companyId: second, month: '2026-01', activatedOn: null, entries: 0, takenBack: 0, free: 1 },
      { companyId: third, month: '2026-01', activatedOn: null, entries: 0, takenBack: 0, free: 0 },
    ],
    nextCursor: null,
  })
  expect((await usage('month=2026-02')).data[0]).toMatchObject({ entries: 1, takenBack: 1, free: 0 })
})

test('it can be counted again from the rows, by the statement in the documentation and by hand', async () => {
  const [statement = ''] = blocks(read('docs/usage.md'), 'sql')
  const documented = statement.replace('cmp_…', companies[0] ?? '').replace('2026-03', '2026-01')
  const { rows: again } = await api.db.forClient(api.a.clientId, (tx) =>
    tx.sql.query<{ entries: string; free: string }>(documented),
  )
  expect(again).toEqual([{ entries: '5', free: '3' }])
  const { rows: counted } = await api.db.forClient(api.a.clientId, (tx) =>
    tx.sql.query<{ entries: number; free: number }>(
      `select count(*) filter (where metered)::int4 as entries, count(*) filter (where not metered)::int4 as free from (
         select booking_date >= '2026-01-15' and not taken_over as metered from entry
          where client_id = $1 and company_id = $2 and id <> $3
            and to_char(booked_at at time zone 'Europe/Oslo', 'YYYY-MM') = '2026-01') e`,
      [tx.clientId, companies[0], merged],
    ),
  )
  expect((await usage(`month=2026-01&companyId=${companies[0]}`)).data[0]).toMatchObject(counted[0] ?? {})
})

test('it comes in pages, is of the present month unless said, and of one company where asked', async () => {
  const first = await usage('limit=2')
  expect(first.data.map((one: { companyId: string }) => one.companyId)).toEqual(companies.slice(0, 2))
  expect(first.data[0].month).toBe('2026-01')
  const second = await usage(`limit=2&after=${first.nextCursor}`)
  expect(second).toMatchObject({ data: [{ companyId: companies[2] }], nextCursor: null })
  expect((await usage(`companyId=${companies[1]}`)).data).toHaveLength(1)
})

test.each(['2026-13', '2026', '26-01', '2026-1'])('%s is no month', async (month) => {
  expect(await api.a.get(`/v1/usage?month=${month}`)).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
})

test("another client's companies are not there", async () => {
  const answer = await api.b.get(`/v1/usage?companyId=${companies[0]}`)
  expect(answer.body).toEqual({ data: [], nextCursor: null })
})
