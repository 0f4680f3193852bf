import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { lockAccount } from '../../src/statements/account-lock.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type LastTaken, takeOver } from '../../src/statements/take-over.ts'
import { type BankRow, type Bench, nok, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
})
afterEach(() => at.close())

const by = { actor: { kind: 'api_key', id: 'key_test' }, requestId: 'req_test' } as const
const sync = async () => {
  await syncAccount(at.ports, at.clientId, at.accountId)
  at.clock.advance(24 * 3_600_000)
}
const line = (last: LastTaken, alsoKnownIds: string[] = []) =>
  at.within((tx) => takeOver(tx, by, { accountId: at.accountId, last, alsoKnownIds }))
const entries = () => at.within((tx) => tx.prisma.entry.findMany({ orderBy: { id: 'asc' } }))
const fresh = async () =>
  (await entries())
    .flatMap((row) => (row.takenOver || row.state === 'removed' ? [] : (row.text ?? '')))
    .sort()
const idOf = async (text: string) => (await entries()).find((row) => row.text === text)?.id ?? ''

const rows: BankRow[] = [
  { day: '2026-03-02', minor: 125_000n, text: 'Kunde én', kid: '2345676' },
  { day: '2026-03-05', minor: -4900n, text: 'Gebyr' },
  { day: '2026-03-05', minor: -4900n, text: 'Kort' },
  { day: '2026-03-05', minor: -700n, text: 'Porto' },
  { day: '2026-03-06', minor: -9900n, text: 'Varekjøp' },
  { day: '2026-03-10', minor: -100n, text: 'Reservert', pending: true },
]

test('days before the last one, and of its own day what is named; what comes in later is new whatever its date', async () => {
  at.bank.rows = rows
  await sync()
  const also = await idOf('Porto')
  const done = await line({ bookingDate: '2026-03-05', amount: nok(-4900n), text: '05.03 Gebyr' }, [also])
  expect(done).toEqual({
    lastTransactionId: await idOf('Gebyr'),
    bookingDate: '2026-03-05',
    takenOver: 3,
    fresh: 2,
  })
  expect(await fresh()).toEqual(['Kort', 'Reservert', 'Varekjøp'])
  at.bank.rows = [...rows, { day: '2026-03-03', minor: -1n, text: 'Etterskudd' }]
  await sync()
  expect(await fresh()).toEqual(['Etterskudd', 'Kort', 'Reservert', 'Varekjøp'])
})

test('the line is drawn again: what comes to stand behind it takes new places in the list of changes', async () => {
  at.bank.rows = rows
  await sync()
  await line({ lastTransactionId: await idOf('Varekjøp') })
  const head = Math.max(...(await entries()).map((row) => Number(row.changeSeq)))
  await line({ lastTransactionId: await idOf('Kunde én') })
  const after = await entries()
  expect(await fresh()).toEqual(['Gebyr', 'Kort', 'Porto', 'Reservert', 'Varekjøp'])
  const told = after.filter((row) => Number(row.addedSeq) > head).map((row) => row.text)
  expect(told.sort()).toEqual(['Gebyr', 'Kort', 'Porto', 'Varekjøp'])
  const account = await at.within((tx) =>
    tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }),
  )
  expect(Number(account.changeSeq)).toBe(Math.max(...after.map((row) => Number(row.changeSeq))))
})

test('one of hundreds of equal amounts of the day is found by its KID', async () => {
  const kids = Array.from({ length: 250 }, (_none, i) => String(1_000_000 + i))
  at.bank.pageSize = 300
  at.bank.rows = kids.map((kid) => ({ day: '2026-03-05', minor: 300_000n, kid, text: kid }))
  await sync()
  for (const kid of [kids.at(0), kids.at(-1)]) {
    const done = await line({ bookingDate: '2026-03-05', amount: nok(300_000n), kid: kid ?? '' })
    expect(done.lastTransactionId).toBe(await idOf(kid ?? ''))
  }
})

test('while somebody else writes the account it is told soon, and nothing is done', async () => {
  at.bank.rows = rows
  await sync()
  const last = { lastTransactionId: await idOf('Porto') }
  const held = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const writer = at.within(async (tx) => {
    await lockAccount(tx, at.accountId)
    held.resolve()
    await done.promise
  })
  await held.promise
  await expect(line(last)).rejects.toMatchObject({ code: 'account_busy', facts: { retryAfterSeconds: 15 } })
  done.resolve()
  await writer
  expect((await line(last)).takenOver).toBe(2)
}, 30_000)

test('words that have nothing of the transaction in them name another one', async () => {
  at.bank.rows = rows
  await sync()
  const fee = { bookingDate: '2026-03-05', amount: nok(-700n) }
  await expect(line({ ...fee, text: 'Lønn' })).rejects.toMatchObject({ code: 'reference_unknown' })
  const gebyr = { bookingDate: '2026-03-05', amount: nok(-4900n) }
  await expect(line({ ...gebyr, text: 'Lønn' })).rejects.toMatchObject({ code: 'reference_unknown' })
  const done = await line({ ...gebyr, text: '05.03 KORT Rema' })
  expect(done.lastTransactionId).toBe(await idOf('Kort'))
  expect((await line({ ...fee, text: 'porto' })).lastTransactionId).toBe(await idOf('Porto'))
})

test('not read yet, none or several that fit, and a day that is not the last one are said', async () => {
  const fee = { bookingDate: '2026-03-05', amount: nok(-4900n) }
  await expect(line(fee)).rejects.toMatchObject({ code: 'account_not_read' })
  at.bank.rows = rows
  await sync()
  await expect(line({ ...fee, kid: '1234566' })).rejects.toMatchObject({ code: 'reference_unknown' })
  const ids = [await idOf('Gebyr'), await idOf('Kort')].sort()
  await expect(line(fee)).rejects.toMatchObject({
    code: 'transaction_ambiguous',
    facts: { errors: ids.map((path) => ({ path })) },
  })
  await expect(line({ lastTransactionId: ids[0] ?? '' }, [await idOf('Kunde én')])).rejects.toMatchObject({
    code: 'reference_unknown',
  })
  expect(await fresh()).toHaveLength(6)
})
