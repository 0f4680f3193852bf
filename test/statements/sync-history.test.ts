import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConnectorFailure, type FailureKind } from '../../src/connectors/failure.ts'
import { addDays } from '../../src/domain/clock.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { askForRefresh, presentPerson } from '../../src/statements/refresh.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
let consentId: string
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  consentId = await at.addConsent()
  at.bank.historyDays = 90
  at.bank.historyDaysPresent = 730
  at.bank.rows = [400, 120, 60, 20, 5, 1].map((days) => ({ day: ago(days), minor: BigInt(days) }))
})
afterEach(() => at.close())

const day = 24 * 3_600_000
const ago = (days: number) => addDays('2026-03-10', -days)
const psu = { ipAddress: '192.0.2.7', userAgent: 'Test/1.0' }
const key = { kind: 'api_key', id: 'test' } as const

const sync = (options = {}) => syncAccount(at.ports, at.clientId, at.accountId, options)
const refresh = (more: object = { psu }) =>
  at.within((tx) => askForRefresh(at.ports, tx, key, { accountId: at.accountId, ...more }))
const account = () => at.within((tx) => tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }))
const jobs = () => at.within((tx) => tx.prisma.syncJob.findMany({ orderBy: { id: 'asc' } }))
const asked = () => at.bank.began.map(({ from }) => from)
const present = () => at.within((tx) => presentPerson(tx, at.accountId))
/** As the page does when a person comes back from the bank. */
const comesBack = () =>
  at.within((tx) =>
    tx.prisma.consent.update({
      where: { id: consentId },
      data: { psuIpAddress: psu.ipAddress, psuUserAgent: psu.userAgent, psuSeenAt: tx.now },
    }),
  )
/** The bank gives what is older than this many days only right after SCA, or never. */
function refusesBeyond(days: number, kind: FailureKind, code = 'PERIOD_INVALID') {
  at.bank.meddle = (call, query) => {
    const oldest = addDays(at.bank.today(), -days)
    if (call === 'transactions' && query && query.from < oldest) {
      throw new ConnectorFailure({ kind, detail: 'too old', bank: { code } })
    }
  }
}

describe('the first read', () => {
  test('goes back as far as the bank gives while the person is there, who is told to it and then forgotten', async () => {
    await comesBack()
    expect(await present()).toEqual({ psu, consentId })
    expect(await sync(await present())).toMatchObject({ state: 'succeeded', added: 6 })
    expect(at.bank.began).toEqual([{ from: ago(730), psu: '192.0.2.7', consent: consentId }])
    expect(await jobs()).toMatchObject([{ purpose: 'history', psuPresent: true, psuIpAddress: null }])
    expect((await account()).historyFrom).toBe(ago(730))
    at.clock.advance(5 * 60_000 + 1)
    expect(await present()).toEqual({})
  })

  test('without the person goes as far as the bank gives then', async () => {
    await sync(await present())
    expect(at.bank.began).toEqual([{ from: ago(90), psu: undefined, consent: consentId }])
    expect(await jobs()).toMatchObject([{ purpose: 'history', psuPresent: false }])
  })

  test('that was made before the person came back is followed by one for the older days', async () => {
    await sync()
    await comesBack()
    expect(await sync(await present())).toMatchObject({ state: 'succeeded', added: 2 })
    expect(asked()).toEqual([ago(90), ago(730)])
    expect((await jobs()).map((job) => [job.purpose, job.psuPresent]).sort()).toEqual([
      ['history', false],
      ['history', true],
    ])
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    // What was listed once is not asked for again.
    await sync(await present())
    expect(asked().at(-1)).toBe(ago(10))
  })

  test('tells the presence under the consent that was given, not under another person’s', async () => {
    await at.addConsent('main', '2027-01-01')
    await comesBack()
    await sync(await present())
    await at.within((tx) =>
      tx.prisma.consent.update({ where: { id: consentId }, data: { state: 'expired' } }),
    )
    await sync({ psu, consentId })
    expect(at.bank.began[0]).toMatchObject({ consent: consentId, psu: '192.0.2.7' })
    expect(at.bank.began[1]?.consent).not.toBe(consentId)
    expect(at.bank.began[1]?.psu).toBeUndefined()
  })
})

describe('a bank that does not give days that old', () => {
  test.each<[FailureKind, string]>([
    ['sca_required', 'CONSENT_EXPIRED'],
    ['rejected', 'PERIOD_INVALID'],
    ['consent_expired', 'CONSENT_EXPIRED'],
    ['access_denied', 'SERVICE_BLOCKED'],
  ])('(%s, %s) is asked for fewer in the same run; what is left out is named', async (kind, code) => {
    refusesBeyond(89, kind, code)
    expect(await sync({ psu })).toMatchObject({ state: 'succeeded', added: 4 })
    expect(asked()).toEqual([ago(730), ago(90), ago(89)])
    const [job, ...more] = await jobs()
    expect(more).toEqual([])
    expect(job).toMatchObject({
      fromDate: ago(89),
      error: { shortened: { from: ago(730), to: ago(89), kind } },
    })
    expect((await account()).historyFrom).toBe(ago(89))
    expect((await at.events('sync_job.finished'))[0]?.data).toMatchObject({
      from: ago(89),
      wantedFrom: ago(730),
    })
    const consent = await at.within((tx) => tx.prisma.consent.findFirstOrThrow())
    expect(consent.state).toBe('active')
  })

  test('in the middle of its list is asked for fewer anew, and no row of the first list is kept', async () => {
    at.bank.meddle = (call, query) => {
      if (call === 'transactions' && query?.cursor === '3' && query.from < ago(90)) {
        throw new ConnectorFailure({ kind: 'sca_required', detail: 'too old' })
      }
    }
    expect(await sync({ psu })).toMatchObject({ state: 'succeeded', added: 4 })
    expect((await jobs()).map((job) => job.state).sort()).toEqual(['cancelled', 'succeeded'])
  })

  test('whose budget is empty then waits, and does not ask for the old days again', async () => {
    at.bank.readsPerDay = 1
    refusesBeyond(80, 'rejected')
    expect(await sync()).toMatchObject({ state: 'waiting_quota' })
    for (let n = 0; n < 3; n++) {
      at.clock.advance(day + 60_000)
      if ((await sync()).state === 'succeeded') break
    }
    // 90 days, then 89: this bank gives fewer than it says, so there is nothing to be read.
    expect(asked()[0]).toBe(ago(90))
    expect(asked()[1]).toBe(ago(89))
  })

  test('for a dead consent, is not asked more often than that takes: the consent is ended', async () => {
    at.bank.meddle = () => {
      throw new ConnectorFailure({ kind: 'consent_expired', detail: 'over' })
    }
    expect(await sync({ psu })).toMatchObject({ state: 'action_required', nextSyncAt: null })
    expect(asked()).toEqual([ago(730), ago(90), ago(89)])
    const consent = await at.within((tx) => tx.prisma.consent.findFirstOrThrow())
    expect(consent.state).toBe('expired')
  })
})

describe('after an outage', () => {
  test('of weeks everything is caught up with', async () => {
    await sync()
    at.clock.advance(40 * day)
    at.bank.rows.push(
      { day: addDays('2026-03-10', 3), minor: 77n },
      { day: addDays('2026-03-10', 39), minor: 78n },
    )
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 2 })
    expect(asked().at(-1)).toBe(ago(10))
  })

  test('longer than the bank goes back the days before are a named hole, which a person’s presence fills', async () => {
    at.bank.historyDays = 30
    await sync({ psu })
    at.clock.advance(60 * day)
    const lost = { day: addDays('2026-03-10', 12), minor: 79n }
    at.bank.rows.push(lost)
    await sync()
    expect(asked().at(-1)).toBe(addDays('2026-03-10', 30))
    const { gaps } = await at.within((tx) => completeness(tx, at.accountId))
    expect(gaps).toMatchObject([{ cause: 'not_read', differenceMinor: 79n }])
    const { job, dueAt } = await refresh()
    expect(dueAt).toEqual(at.clock.now())
    expect(await sync(await present())).toMatchObject({ state: 'succeeded', added: 1, jobId: job.id })
    expect(asked().at(-1)).toBe('2026-03-10')
    const done = (await jobs()).find(({ id }) => id === job.id)
    expect(done).toMatchObject({ purpose: 'refresh', psuPresent: true })
    expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
  })

  test('of our clock, set back by a year, days are asked for as ever', async () => {
    at.clock.advance(365 * day)
    await sync()
    at.clock.advance(-365 * day)
    expect(await sync()).toMatchObject({ state: expect.stringMatching(/^succeeded/) })
    expect(asked().at(-1)).toBe(ago(10))
  })
})

describe('an open gap', () => {
  test('is read again by a planned read, at most three times, a day apart', async () => {
    // Closing balances of the last 40 days show that something is missing.
    const hidden = at.bank.rows.find((row) => row.minor === 20n)
    at.bank.hides = (row) => row === hidden
    await sync()
    const gaps = () => at.within((tx) => tx.prisma.accountGap.findMany({ where: { closedAt: null } }))
    expect(await gaps()).toMatchObject([{ differenceMinor: 20n, backfills: 0 }])
    const purposes: string[] = []
    for (let n = 0; n < 10; n++) {
      at.clock.advance(day / 2)
      await sync()
      purposes.push((await jobs()).at(-1)?.purpose ?? '')
    }
    expect(purposes.filter((purpose) => purpose === 'backfill')).toHaveLength(3)
    expect(purposes[0]).toBe('backfill')
    expect(purposes[1]).toBe('planned')
    expect(await gaps()).toMatchObject([{ backfills: 3 }])
    expect(at.bank.began[1]?.from).toBe(ago(20))
  })

  test('is read again after an outage, however many tries that took', async () => {
    const hidden = at.bank.rows.find((row) => row.minor === 20n)
    at.bank.hides = (row) => row === hidden
    await sync()
    at.clock.advance(day)
    at.bank.hides = () => false
    at.bank.meddle = () => {
      throw new ConnectorFailure({ kind: 'unavailable', detail: '503' })
    }
    const wide = () => at.bank.began.filter(({ from }) => from === ago(20)).length
    for (let tries = 0; tries < 8; tries++) {
      await expect(sync()).rejects.toThrow('unavailable')
      at.clock.advance(day / 4)
    }
    expect(wide()).toBeLessThanOrEqual(2)
    at.bank.meddle = () => {}
    for (let reads = 0; reads < 3; reads++) {
      await sync()
      at.clock.advance(day)
    }
    expect(await at.within((tx) => tx.prisma.accountGap.count({ where: { closedAt: null } }))).toBe(0)
    expect(await at.stored()).toHaveLength(4)
  })

  test('closes when the row is there', async () => {
    const hidden = at.bank.rows.find((row) => row.minor === 20n)
    at.bank.hides = (row) => row === hidden
    await sync()
    at.clock.advance(day)
    at.bank.hides = () => false
    expect(await sync()).toMatchObject({ state: 'succeeded', added: 1 })
    expect(await at.within((tx) => tx.prisma.accountGap.count({ where: { closedAt: null } }))).toBe(0)
  })
})
