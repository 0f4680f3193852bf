import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConnectorFailure, type FailureKind } from '../../src/connectors/failure.ts'
import { callAllowedAt, countedCall } from '../../src/statements/call-budget.ts'
import { askForRefresh, presentPerson } from '../../src/statements/refresh.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
  at.bank.readsPerDay = 4
  at.bank.rows = [1n, 2n, 3n, 4n, 5n].map((minor) => ({ day: '2026-03-02', minor }))
})
afterEach(() => at.close())

const minute = 60_000
const hour = 60 * minute
const psu = { ipAddress: '192.0.2.7' }
const key = { kind: 'api_key', id: 'test' } as const

const sync = (options = {}) => syncAccount(at.ports, at.clientId, at.accountId, options)
const account = () => at.within((tx) => tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }))
const calls = (endpoint: string) => at.within((tx) => tx.prisma.bankCall.findMany({ where: { endpoint } }))
const begun = () => at.bank.calls.filter((call) => call === 'transactions first').length
const counted = async (more: object = {}) => ({
  account: { id: at.accountId, companyId: at.companyId },
  route: 'main',
  endpoint: 'transactions' as const,
  limits: { perWindow: 4, window: 'rolling_24h' as const, timeZone: 'Europe/Oslo' },
  use: 'asked' as const,
  attended: false,
  jobId: null,
  ...more,
})
const failing = (kind: FailureKind, retryAt?: Date) => () => {
  throw new ConnectorFailure({ kind, detail: 'a test', ...(retryAt ? { retryAt } : {}) })
}

describe('the calls that a bank counts', () => {
  test('by many workers at once are no more than it allows', async () => {
    let made = 0
    const read = await counted()
    const work = async () => {
      made++
      await new Promise((done) => setTimeout(done, 5))
    }
    const tries = Array.from({ length: 15 }, () => countedCall(at.ports, at.clientId, read, work))
    const results = await Promise.allSettled(tries)
    expect(made).toBe(4)
    for (const result of results.filter((one) => one.status === 'rejected')) {
      expect(result.reason).toMatchObject({
        kind: 'rate_limited',
        facts: { retryAt: new Date('2026-03-11T08:01:00Z') },
      })
    }
  })

  test('are spent before they are made, and stay spent whatever becomes of them', async () => {
    const read = await counted()
    const killed = countedCall(at.ports, at.clientId, read, async () => {
      expect(await calls('transactions')).toHaveLength(1)
      throw new Error('killed')
    })
    await expect(killed).rejects.toThrow('killed')
    await expect(countedCall(at.ports, at.clientId, read, failing('unavailable'))).rejects.toThrow(
      'unavailable',
    )
    expect((await calls('transactions')).map((one) => one.unspentAt)).toEqual([null, null])
  })

  test('are given back where no byte has left', async () => {
    const read = await counted()
    for (let n = 0; n < 6; n++) {
      await expect(countedCall(at.ports, at.clientId, read, failing('not_sent'))).rejects.toThrow('not_sent')
    }
    expect(await at.within((tx) => callAllowedAt(tx, read))).toEqual(at.clock.now())
  })

  test('are refused: no other is made until the bank answers again', async () => {
    const read = await counted()
    const retryAt = new Date('2026-03-10T11:00:00Z')
    const refused = countedCall(at.ports, at.clientId, read, failing('rate_limited', retryAt))
    await expect(refused).rejects.toThrow('rate_limited')
    expect(await at.within((tx) => callAllowedAt(tx, read))).toEqual(retryAt)
    // Refused without a person; with one the bank may be asked.
    const attended = await counted({ attended: true })
    expect(await at.within((tx) => callAllowedAt(tx, attended))).toEqual(at.clock.now())
    at.clock.advance(3 * hour)
    expect(await at.within((tx) => callAllowedAt(tx, read))).toEqual(at.clock.now())
  })

  test('that are refused again and again leave a minute between them, and an hour where no time is named', async () => {
    const read = await counted({ attended: true })
    const wait = async (retryAt?: Date) => {
      await countedCall(at.ports, at.clientId, read, failing('rate_limited', retryAt)).catch(() => {})
      const until = await at.within((tx) => callAllowedAt(tx, read))
      return until.getTime() - at.clock.now().getTime()
    }
    expect(await wait(new Date(0))).toBe(minute)
    at.clock.advance(minute)
    expect(await wait()).toBe(hour)
  })

  test('are counted for each endpoint, each route and each account by itself', async () => {
    for (let n = 0; n < 4; n++) {
      await countedCall(at.ports, at.clientId, await counted(), async () => {})
    }
    const allowed = async (more: object) => {
      const read = await counted(more)
      return (await at.within((tx) => callAllowedAt(tx, read))) <= at.clock.now()
    }
    expect(await allowed({})).toBe(false)
    expect(await allowed({ endpoint: 'balances' })).toBe(true)
    expect(await allowed({ route: 'second' })).toBe(true)
    expect(await allowed({ account: { id: 'acc_other', companyId: at.companyId } })).toBe(true)
  })
})

describe('reads of an account', () => {
  test('wait instead of running into the limit, under whichever consent, and one is left for who asks', async () => {
    await sync()
    for (let n = 0; n < 3; n++) {
      at.clock.advance(minute)
      expect((await sync()).state).toMatch(/^succeeded/)
    }
    const [first] = await at.within((tx) => tx.prisma.consent.findMany())
    await at.addConsent()
    await at.within((tx) =>
      tx.prisma.consent.update({ where: { id: first?.id ?? '' }, data: { state: 'expired' } }),
    )
    const waiting = await sync()
    // The first read was no planned one: three more are, and nothing is left until the first of them is a day old.
    expect(waiting).toMatchObject({ state: 'waiting_quota', nextSyncAt: new Date('2026-03-11T08:02:00Z') })
    expect(begun()).toBe(4)
    expect((await account()).nextSyncAt).toEqual(waiting.nextSyncAt)
    at.clock.advance(Number(waiting.nextSyncAt) - at.clock.now().getTime())
    expect(await sync()).toMatchObject({ state: 'succeeded_no_change', jobId: waiting.jobId })
  })

  test('by many workers at once, under two consents, are no more than the bank allows', async () => {
    await at.addConsent('main', '2026-09-01')
    await Promise.allSettled(Array.from({ length: 12 }, () => sync()))
    for (let n = 0; n < 6; n++) await sync().catch(() => {})
    expect(begun()).toBeLessThanOrEqual(4)
    expect((await calls('transactions')).length).toBeLessThanOrEqual(4)
    expect(at.bank.calls.filter((call) => call === 'balances').length).toBeLessThanOrEqual(4)
    // Workers that got in each other's way have lost reads, and no row.
    at.clock.advance(25 * hour)
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('are three a day by ourselves, and a fourth for who asks', async () => {
    await sync()
    at.clock.advance(25 * hour)
    for (let n = 0; n < 3; n++) await sync()
    expect((await sync()).state).toBe('waiting_quota')
    const asked = await at.within((tx) => askForRefresh(at.ports, tx, key, { accountId: at.accountId }))
    expect(asked.dueAt).toEqual(at.clock.now())
    expect(await sync()).toMatchObject({ jobId: asked.job.id, state: 'succeeded_no_change' })
    const again = await at.within((tx) => askForRefresh(at.ports, tx, key, { accountId: at.accountId }))
    expect(again.job.state).toBe('waiting_quota')
    expect(again.dueAt.getTime()).toBeGreaterThan(at.clock.now().getTime())
  })

  test('with the person present cost nothing, and go on when the budget is empty', async () => {
    for (let n = 0; n < 6; n++) expect((await sync({ psu })).state).toMatch(/^succeeded/)
    expect((await calls('transactions')).every((one) => one.attended)).toBe(true)
    for (let n = 0; n < 5; n++) await sync()
    expect((await sync()).state).toBe('waiting_quota')
    expect((await sync({ psu })).state).toBe('succeeded_no_change')
  })

  test('for an address of a private network are nobody’s: they count', async () => {
    await sync({ psu: { ipAddress: '10.1.2.3' } })
    const [job] = await at.within((tx) => tx.prisma.syncJob.findMany())
    expect(job?.psuPresent).toBe(false)
    expect((await calls('transactions')).map((one) => one.attended)).toEqual([false])
  })

  test('count once however many pages they have, and also after a crash between them', async () => {
    at.bank.pageSize = 1
    at.bank.meddle = (_call, query) => {
      if (query?.cursor === '3') throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
    }
    await expect(sync()).rejects.toThrow('unavailable')
    at.bank.meddle = () => {}
    expect((await sync()).state).toBe('succeeded')
    expect(await calls('transactions')).toHaveLength(1)
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('have balances while there are some left, and rows all the same', async () => {
    at.bank.statesClosing = false
    await sync()
    expect(at.bank.calls.filter((call) => call === 'balances')).toHaveLength(2)
    for (let n = 0; n < 3; n++) {
      at.clock.advance(minute)
      await sync()
    }
    expect(at.bank.calls.filter((call) => call === 'balances')).toHaveLength(4)
    expect(begun()).toBe(4)
    const jobs = await at.within((tx) => tx.prisma.syncJob.findMany({ orderBy: { id: 'asc' } }))
    expect(jobs.map((job) => job.balancesRead)).toEqual([true, true, true, false])
  })

  test('are no more than the bank granted this consent', async () => {
    await at.within((tx) => tx.prisma.consent.updateMany({ data: { frequencyPerDay: 1 } }))
    await sync()
    at.clock.advance(minute)
    expect(await sync()).toMatchObject({
      state: 'waiting_quota',
      nextSyncAt: new Date('2026-03-11T08:01:00Z'),
    })
  })

  test('of a bank that is away are tried after a minute, half an hour, and then at their times', async () => {
    await sync()
    at.clock.advance(25 * hour)
    at.bank.meddle = failing('unavailable')
    const waits: number[] = []
    for (let n = 0; n < 3; n++) {
      const error = await sync().catch((reason: unknown) => reason)
      if (!(error instanceof ConnectorFailure) || !error.facts.retryAt) throw error
      waits.push(error.facts.retryAt.getTime() - at.clock.now().getTime())
      expect((await account()).nextSyncAt).toEqual(error.facts.retryAt)
      at.clock.advance(waits.at(-1) ?? 0)
    }
    expect(waits.slice(0, 2)).toEqual([minute, 30 * minute])
    expect(waits[2]).toBeGreaterThanOrEqual(2 * hour)
    const connection = await at.within((tx) => tx.prisma.connection.findFirstOrThrow())
    expect(connection.state).toBe('degraded')
    // With the person there nobody waits.
    const error = await sync({ psu }).catch((reason: unknown) => reason)
    expect((error as ConnectorFailure).facts.retryAt).toBeUndefined()
  })
})

test('over weeks of reads at the times that are named, with people, faults and crashes between, the bank never says that it was too often, and the next time is always known', async () => {
  /** What the bank itself counts: reads without a person in any 24 hours. */
  const seen: number[] = []
  let refusals = 0
  let turn = 0
  at.bank.meddle = (call, query) => {
    if (call !== 'transactions' || query?.cursor !== undefined) return
    if (at.bank.began.at(-1)?.psu) return
    const now = at.clock.now().getTime()
    if (seen.filter((one) => one > now - 24 * hour).length >= 4) {
      refusals++
      throw new ConnectorFailure({ kind: 'rate_limited', detail: 'too often' })
    }
    seen.push(now)
    if (++turn % 7 === 0) throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
    if (turn % 11 === 0) throw new Error('killed')
  }
  for (let n = 0; n < 70; n++) {
    if (n % 9 === 4) {
      await at.within((tx) =>
        askForRefresh(at.ports, tx, key, { accountId: at.accountId, ...(n % 2 ? { psu } : {}) }),
      )
    }
    const present = await at.within((tx) => presentPerson(tx, at.accountId))
    await sync(present).catch(() => {})
    const { nextSyncAt } = await account()
    expect(nextSyncAt).not.toBeNull()
    const now = at.clock.now().getTime()
    const next = Math.max(Number(nextSyncAt), now + minute)
    expect(next - now).toBeLessThanOrEqual(25 * hour)
    // Some runs come earlier than named: nothing may depend on that.
    at.clock.advance(n % 13 === 0 ? minute : next - now)
  }
  expect(refusals).toBe(0)
  expect(seen.length).toBeGreaterThan(40)
  expect(await at.stored()).toEqual(ledgerOf(at.bank))
}, 60_000)
