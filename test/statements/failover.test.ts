import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConnectorFailure, type FailureKind } from '../../src/connectors/failure.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { markSound } from '../../src/statements/trouble.ts'
import { type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'
import { dieAt } from '../support/die-at.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  at.bank.rows = [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((minor) => ({ day: '2026-03-02', minor }))
})
afterEach(() => at.close())

const sync = () => syncAccount(at.ports, at.clientId, at.accountId)
const consents = async () => {
  const rows = await at.within((tx) => tx.prisma.consent.findMany({ orderBy: { validUntil: 'desc' } }))
  return rows.map(({ state }) => state)
}
const connection = async () => (await at.within((tx) => tx.prisma.connection.findFirstOrThrow())).state
/** The bank refuses reads under some consents, from a page on. */
function refuses(kind: FailureKind, ids: readonly string[], fromPage = 'first') {
  at.bank.meddle = (call, query) => {
    const consent = at.bank.began.at(-1)?.consent
    if (call !== 'transactions' || (query?.cursor ?? 'first') !== fromPage) return
    if (consent && ids.includes(consent)) throw new ConnectorFailure({ kind, detail: 'a test' })
  }
}
/** Three people’s consents, the one that lasts longest first. */
const three = async () => [
  await at.addConsent('main', '2026-09-01'),
  await at.addConsent('main', '2026-08-01'),
  await at.addConsent('main', '2026-07-01'),
]

test('a bank that answers only while a person is there is read whenever one is', async () => {
  const psu = { ipAddress: '192.0.2.7' }
  await at.addConsent()
  at.bank.meddle = (call) => {
    if (call === 'transactions' && !at.bank.began.at(-1)?.psu) {
      throw new ConnectorFailure({ kind: 'sca_required', detail: 'PSU-IP-Address is missing' })
    }
  }
  expect(await sync()).toMatchObject({ state: 'action_required' })
  expect(await connection()).toBe('action_required')
  expect(await syncAccount(at.ports, at.clientId, at.accountId, { psu })).toMatchObject({
    state: 'succeeded',
  })
  await at.within((tx) => markSound(tx, at.accountId))
  expect(await connection()).toBe('active')
  await at.within((tx) => tx.prisma.consent.updateMany({ data: { state: 'expired' } }))
  expect(await sync()).toMatchObject({ state: 'action_required' })
  await at.within((tx) => markSound(tx, at.accountId))
  expect(await connection()).toBe('action_required')
})

test('killed at any point, with a dead consent, days that are refused and four reads a day: nothing lost, nothing twice', async () => {
  for (let boundary = 1; ; boundary++) {
    const one = await benches.bench()
    const dead = await one.addConsent('main', '2026-09-01')
    await one.addConsent()
    one.bank.readsPerDay = 4
    one.bank.historyDays = 120
    one.bank.rows = at.bank.rows.map((row) => ({ ...row, id: `i${row.minor}` }))
    one.bank.meddle = (call, query) => {
      if (call !== 'transactions') return
      if (one.bank.began.at(-1)?.consent === dead)
        throw new ConnectorFailure({ kind: 'consent_expired', detail: 'over' })
      if (query && query.from < '2025-12-01')
        throw new ConnectorFailure({ kind: 'rejected', detail: 'too old' })
    }
    const died = await dieAt(one, boundary)
    for (let n = 0; n < 6 && (await one.stored()).length === 0; n++) {
      const { nextSyncAt } = await syncAccount(one.ports, one.clientId, one.accountId)
      expect(nextSyncAt).not.toBeNull()
      const wait = Number(nextSyncAt) - one.clock.now().getTime()
      if ((await one.stored()).length === 0) one.clock.advance(wait)
    }
    expect(await one.stored()).toEqual(ledgerOf(one.bank))
    expect(await one.events('transaction.added')).toHaveLength(1)
    await one.close()
    if (!died) {
      expect(boundary).toBeGreaterThan(20)
      return
    }
  }
}, 120_000)

describe('one way to the account is used at a time', () => {
  test('the consent that lasts longest, and no other, for as long as it is good', async () => {
    const [longest] = await three()
    for (let n = 0; n < 3; n++) await sync()
    expect(at.bank.began.map(({ consent }) => consent)).toEqual([longest, longest, longest])
  })

  test('dead before their dates, consents are passed by in one run until one is good', async () => {
    const [first = '', second = '', third] = await three()
    refuses('consent_expired', [first, second])
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 7 })
    expect(await consents()).toEqual(['expired', 'expired', 'active'])
    expect(at.bank.began.map(({ consent }) => consent)).toEqual([first, second, third])
    expect(await connection()).toBe('active')
    expect(await at.within((tx) => tx.prisma.syncJob.count())).toBe(1)
  })

  test('refused with 403, the bank is asked whether the consent still stands; one that does not is ended', async () => {
    const [first = ''] = await three()
    at.bank.consentState = 'terminated'
    refuses('access_denied', [first])
    expect(await sync()).toMatchObject({ state: 'succeeded' })
    expect(await consents()).toEqual(['terminated_by_bank', 'active', 'active'])
  })

  test('refused for this account only, a consent stays, and another is used', async () => {
    const [first = '', second] = await three()
    refuses('access_denied', [first])
    expect(await sync()).toMatchObject({ state: 'succeeded' })
    expect(await consents()).toEqual(['active', 'active', 'active'])
    expect(at.bank.began.at(-1)?.consent).toBe(second)
  })

  test('refused under all of them though all stand, the account is tried again: nobody could do more', async () => {
    const ids = await three()
    refuses('access_denied', ids)
    await expect(sync()).rejects.toMatchObject({ kind: 'access_denied' })
    const [job] = await at.within((tx) => tx.prisma.syncJob.findMany())
    expect(job?.state).toBe('retry_wait')
    at.bank.meddle = () => {}
    expect(await sync()).toMatchObject({ state: 'succeeded', jobId: job?.id })
  })

  test('where SCA is wanted, another person’s consent is used, and the first is asked about', async () => {
    const [first = '', second] = await three()
    refuses('sca_required', [first])
    expect(await sync()).toMatchObject({ state: 'succeeded' })
    expect(at.bank.began.at(-1)?.consent).toBe(second)
    const due = await at.within((tx) => tx.prisma.dueWork.findMany({ where: { kind: 'consent-check' } }))
    expect(due.map(({ subjectId }) => subjectId)).toEqual([first])
  })

  test('when the last one is refused a person is asked for, once', async () => {
    refuses('sca_required', await three())
    expect(await sync()).toMatchObject({ state: 'action_required', nextSyncAt: null })
    expect(await connection()).toBe('action_required')
    const account = await at.within((tx) =>
      tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }),
    )
    expect(account.nextSyncAt).toBeNull()
  })

  test('refused between two pages, the list is begun anew under the next: nothing twice', async () => {
    const [first = ''] = await three()
    refuses('consent_expired', [first], '3')
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 7 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const jobs = await at.within((tx) => tx.prisma.syncJob.findMany({ orderBy: { createdAt: 'asc' } }))
    expect(jobs.map((job) => job.state).sort()).toEqual(['cancelled', 'succeeded'])
  })

  test.each<[FailureKind, string]>([
    ['rate_limited', 'waiting_quota'],
    ['unavailable', 'retry_wait'],
    ['malformed', 'retry_wait'],
    ['trust_failed', 'retry_wait'],
  ])('%s is no reason for another: the job is %s', async (kind, state) => {
    const [first = ''] = await three()
    refuses(kind, [first])
    await sync().catch(() => {})
    expect(at.bank.began.map(({ consent }) => consent)).toEqual([first])
    expect(await consents()).toEqual(['active', 'active', 'active'])
    const [job] = await at.within((tx) => tx.prisma.syncJob.findMany())
    expect(job?.state).toBe(state)
  })
})
