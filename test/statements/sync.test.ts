import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { listBalances } from '../../src/statements/read.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'
import { dieAt } from '../support/die-at.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => at.close())

const rows: BankRow[] = [
  { day: '2026-03-02', minor: 125_000n, kid: '2345676' },
  { day: '2026-03-02', minor: -4900n, text: 'Gebyr' },
  { day: '2026-03-02', minor: -4900n, text: 'Gebyr' },
  { day: '2026-03-05', minor: -30_000n, text: 'Husleie' },
  { day: '2026-03-06', minor: 9900n, text: 'Faktura 7' },
  { day: '2026-03-09', minor: -250n, text: 'Gebyr betaling' },
  { day: '2026-03-10', minor: 55_000n, kid: '1234566' },
  { day: '', minor: -7700n, text: 'Varekjøp', pending: true },
]
const sync = () => syncAccount(at.ports, at.clientId, at.accountId)
const hour = 3_600_000

async function synced() {
  await at.addConsent()
  at.bank.rows = [...rows]
  return sync()
}

describe('a read of an account', () => {
  test('stores what the bank knows, page by page, to the øre', async () => {
    at.bank.readsPerDay = 4
    const result = await synced()
    expect(result).toMatchObject({ state: 'succeeded', added: 8, revised: 0, removed: 0 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    expect(at.bank.calls).toEqual(['transactions first', 'transactions 3', 'transactions 6', 'balances'])
    const account = await at.within((tx) =>
      tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }),
    )
    expect(account.readThrough).toBe('2026-03-10')
    expect(account.nextSyncAt).toEqual(result.nextSyncAt)
    const wait = Number(result.nextSyncAt) - at.clock.now().getTime()
    expect(wait).toBeGreaterThanOrEqual(2 * hour)
    expect(wait).toBeLessThanOrEqual(10 * hour)
    expect(account.historyFrom).toBe('2026-02-08')
    expect(await at.events('sync_job.finished')).toHaveLength(1)
    expect((await at.events('transaction.added'))[0]?.data).toMatchObject({ count: 8, from: '2026-03-02' })
    const due = await at.within((tx) => tx.prisma.dueWork.findMany({ where: { kind: 'reconcile' } }))
    expect(due.map((one) => one.subjectId)).toEqual([at.accountId])
  })

  test('again changes nothing', async () => {
    await synced()
    at.clock.advance(6 * hour)
    const result = await sync()
    expect(result).toMatchObject({ state: 'succeeded_no_change', added: 0, revised: 0, removed: 0 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const revisions = await at.within((tx) => tx.prisma.entryRevision.count())
    expect(revisions).toBe(0)
  })

  test('follows what was booked, added, reworded and taken back', async () => {
    await synced()
    at.clock.advance(24 * hour)
    at.bank.rows = [
      ...rows
        .filter((row) => !row.pending && row.minor !== 9900n)
        .map((row) => (row.text === 'Husleie' ? { ...row, text: 'Husleie mars' } : row)),
      { day: '2026-03-11', minor: -7700n, text: 'Varekjøp' },
      { day: '2026-03-09', minor: -4900n, text: 'Gebyr' },
    ]
    const result = await sync()
    expect(result).toMatchObject({ state: 'succeeded', added: 1, revised: 2, removed: 1 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const revisions = await at.within((tx) => tx.prisma.entryRevision.findMany())
    expect(revisions.map((one) => one.reason).sort()).toEqual(['booked', 'not_stated', 'reference'])
  })

  test('is taken up where it was left, wherever it died', async () => {
    for (let boundary = 1; ; boundary++) {
      const one = await benches.bench()
      await one.addConsent()
      one.bank.rows = [...rows]
      const died = await dieAt(one, boundary)
      const result = await syncAccount(one.ports, one.clientId, one.accountId)
      expect(await one.stored()).toEqual(ledgerOf(one.bank))
      expect(await one.events('transaction.added')).toHaveLength(1)
      const asked = one.bank.calls.filter((call) => call.startsWith('transactions'))
      // A page is asked for again only where it was answered and not yet kept, or after the whole read.
      expect(asked.length).toBeLessThanOrEqual(died && result.state === 'succeeded' ? 4 : 6)
      await one.close()
      if (!died) {
        expect(boundary).toBeGreaterThan(14)
        return
      }
    }
  })

  test('by two workers at once is done once', async () => {
    await at.addConsent()
    at.bank.rows = [...rows]
    const results = await Promise.allSettled([sync(), sync(), sync()])
    expect(results.some((one) => one.status === 'fulfilled')).toBe(true)
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    expect(await at.events('transaction.added')).toHaveLength(1)
  })

  test('keeps the pages it has, and does not ask for them twice', async () => {
    await at.addConsent()
    at.bank.rows = [...rows]
    at.bank.meddle = (_call, query) => {
      if (query?.cursor === '6') throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
    }
    await expect(sync()).rejects.toThrow('unavailable')
    const waiting = await at.within((tx) => tx.prisma.syncJob.findMany())
    expect(waiting).toMatchObject([
      { state: 'retry_wait', pages: 2, cursor: '6', error: { kind: 'unavailable' } },
    ])
    expect(await at.stored()).toEqual([])
    at.bank.meddle = () => {}
    at.bank.calls = []
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 8 })
    expect(at.bank.calls).toEqual(['transactions 6', 'balances'])
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('with rows that cannot be read takes nothing for gone', async () => {
    await synced()
    at.clock.advance(24 * hour)
    at.bank.rows = rows.slice(3)
    at.bank.unreadable = 3
    expect(await sync()).toMatchObject({ state: 'partial', removed: 0 })
    expect(await at.stored()).toEqual(
      [...rows]
        .map((row) => `${row.pending ? null : row.day} ${row.minor} ${row.kid ?? ''} ${row.text ?? ''}`)
        .sort(),
    )
    const job = await at.within((tx) => tx.prisma.syncJob.findFirstOrThrow({ orderBy: { id: 'desc' } }))
    expect(job).toMatchObject({ unreadable: 3, error: { unreadable: [{ page: 0, path: 'x' }, {}, {}] } })
  })

  test('asks again for the days of a row that it could not read, until it can', async () => {
    at.bank.rows = [...rows]
    at.bank.unreadable = 1
    at.bank.hides = (row) => row.minor === 125_000n
    await at.addConsent()
    const readThrough = () =>
      at.within(
        async (tx) =>
          (await tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } })).readThrough,
      )
    for (let day = 0; day < 12; day++) {
      expect(await sync()).toMatchObject({ state: 'partial' })
      at.clock.advance(24 * hour)
    }
    expect(await readThrough()).toBeNull()
    at.bank.unreadable = 0
    at.bank.hides = () => false
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 2 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    expect(await readThrough()).toBe('2026-03-22')
  })

  test('with rows that cannot be read leaves pending ones as they are', async () => {
    await synced()
    at.bank.rows = rows.filter((row) => !row.pending)
    at.bank.unreadable = 1
    at.clock.advance(6 * hour)
    expect(await sync()).toMatchObject({ state: 'partial', removed: 0 })
    expect(await at.within((tx) => tx.prisma.entry.count({ where: { state: 'pending' } }))).toBe(1)
  })

  test('does not need balances', async () => {
    await at.addConsent()
    at.bank.rows = [...rows]
    at.bank.meddle = (call) => {
      if (call === 'balances') throw new ConnectorFailure({ kind: 'malformed', detail: 'odd' })
    }
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 8 })
    expect(await at.within((tx) => tx.prisma.balance.count())).toBe(0)
    expect(await at.within((tx) => tx.prisma.syncJob.findFirst())).toMatchObject({ balancesRead: false })
  })

  test('says when the balance that is shown is older than the rows', async () => {
    const older = async () => (await at.within((tx) => listBalances(tx, at.accountId))).olderThanTransactions
    const told = async () => (await at.events('sync_job.finished')).at(-1)?.data
    await synced()
    expect(await told()).toMatchObject({ state: 'succeeded', balancesRead: true })
    expect(await older()).toBe(false)
    at.bank.meddle = (call) => {
      if (call === 'balances') throw new ConnectorFailure({ kind: 'rate_limited', detail: 'enough' })
    }
    at.clock.advance(6 * hour)
    at.bank.rows = [...rows, { day: '2026-03-10', minor: 500n, text: 'Renter' }]
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 1 })
    expect(await told()).toMatchObject({ state: 'succeeded', balancesRead: false })
    expect(await older()).toBe(true)
    at.bank.meddle = () => {}
    at.clock.advance(6 * hour)
    await sync()
    expect(await older()).toBe(false)
  })

  test('says so too of a balance that was read before the rows only', async () => {
    at.bank.statesClosing = false
    await at.addConsent()
    at.bank.rows = [...rows]
    let asked = 0
    at.bank.meddle = (call) => {
      if (call === 'balances' && ++asked > 1)
        throw new ConnectorFailure({ kind: 'rate_limited', detail: 'enough' })
    }
    await sync()
    const found = await at.within((tx) => listBalances(tx, at.accountId))
    expect(found).toMatchObject({ balance: { type: 'interimBooked' }, olderThanTransactions: true })
  })
})

describe('a consent that fails', () => {
  test('is ended, and another person’s is used', async () => {
    const first = await at.addConsent()
    const second = await at.addConsent()
    at.bank.rows = [...rows]
    let refused = 0
    at.bank.meddle = () => {
      if (refused++ === 0) throw new ConnectorFailure({ kind: 'consent_expired', detail: 'over' })
    }
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 8 })
    const consents = await at.within((tx) => tx.prisma.consent.findMany({ orderBy: { id: 'asc' } }))
    expect(consents.map((one) => one.state).sort()).toEqual(['active', 'expired'])
    expect([first, second]).toContain(consents.find((one) => one.state === 'active')?.id)
  })

  test('without another one asks for a person', async () => {
    await at.addConsent()
    at.bank.consentState = 'terminated'
    at.bank.meddle = () => {
      throw new ConnectorFailure({ kind: 'access_denied', detail: 'no' })
    }
    expect(await sync()).toMatchObject({ state: 'action_required', nextSyncAt: null })
    const connection = await at.within((tx) => tx.prisma.connection.findFirstOrThrow())
    expect(connection.state).toBe('action_required')
    const again = await sync()
    expect(again.state).toBe('action_required')
    expect(await at.within((tx) => tx.prisma.syncJob.count())).toBe(1)
  })

  test('is not touched by a rate limit: the job waits as long as the bank says', async () => {
    await at.addConsent()
    const retryAt = new Date('2026-03-10T23:00:00Z')
    at.bank.meddle = (call) => {
      if (call === 'transactions')
        throw new ConnectorFailure({ kind: 'rate_limited', detail: 'enough', retryAt })
    }
    expect(await sync()).toMatchObject({ state: 'waiting_quota', nextSyncAt: retryAt })
    const consent = await at.within((tx) => tx.prisma.consent.findFirstOrThrow())
    expect(consent.state).toBe('active')
  })
})
