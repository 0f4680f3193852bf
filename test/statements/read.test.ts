import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  cursorOf,
  getTransaction,
  listBalances,
  listSyncJobs,
  listTransactions,
  type TransactionRow,
} from '../../src/statements/read.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
const rows: BankRow[] = [
  ...Array.from({ length: 11 }, (_none, i) => ({
    day: `2026-03-0${1 + (i % 4)}`,
    minor: BigInt(100 + i),
    text: `${i}`,
  })),
  { day: '', minor: -7700n, text: 'Varekjøp', pending: true },
]
beforeAll(async () => {
  benches = await openBenches()
  at = await benches.bench()
  await at.addConsent()
  at.bank.rows = [...rows]
  await syncAccount(at.ports, at.clientId, at.accountId)
})
afterAll(async () => {
  await at.close()
  await benches.close()
})

async function pages(limit: number): Promise<TransactionRow[]> {
  const all: TransactionRow[] = []
  for (;;) {
    const last = all.at(-1)
    const found = await at.within((tx) =>
      listTransactions(tx, at.accountId, { limit, after: last ? cursorOf(last) : null }),
    )
    all.push(...found.slice(0, limit))
    if (found.length <= limit) return all
  }
}

test('pages of any size give every row once, in order of booking, undated ones last', async () => {
  const whole = await pages(100)
  expect(whole).toHaveLength(12)
  expect(whole.map((row) => row.bookingDate ?? '9')).toEqual(
    whole.map((row) => row.bookingDate ?? '9').sort(),
  )
  for (const limit of [1, 2, 5, 11, 12])
    expect((await pages(limit)).map((row) => row.id)).toEqual(whole.map((row) => row.id))
  const [one] = whole
  expect(await at.within((tx) => getTransaction(tx, one?.id ?? ''))).toEqual(one)
})

test('a period leaves out rows without a date', async () => {
  const found = await at.within((tx) =>
    listTransactions(tx, at.accountId, { limit: 50, from: '2026-03-02', to: '2026-03-03' }),
  )
  expect(found).toHaveLength(6)
  const pending = await at.within((tx) => listTransactions(tx, at.accountId, { limit: 50, state: 'pending' }))
  expect(pending.map((row) => row.text)).toEqual(['Varekjøp'])
})

test('the balance is what is on the account now, as the bank stated it', async () => {
  const { balance, balances } = await at.within((tx) => listBalances(tx, at.accountId))
  expect(balance).toMatchObject({ type: 'interimBooked', amountMinor: 101_155n })
  expect(balances.map((row) => [row.type, row.date])).toEqual([
    ['closingBooked', '2026-03-09'],
    ['interimBooked', '2026-03-10'],
  ])
})

test('reads are listed newest first', async () => {
  const [job] = await at.within((tx) => listSyncJobs(tx, at.accountId, { limit: 5 }))
  expect(job).toMatchObject({ state: 'succeeded', added: 12, unreadable: 0 })
  expect(job?.archives).toHaveLength(4)
})
