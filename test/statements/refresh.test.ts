import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { askForRefresh, presentPerson } from '../../src/statements/refresh.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type Bench, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
  at.bank.rows = [{ day: '2026-03-02', minor: 100n }]
  at.bank.readsPerDay = 4
})
afterEach(() => at.close())

const minute = 60_000
const hour = 60 * minute
const actor = { kind: 'api_key', id: 'test' } as const
const psu = { ipAddress: '192.0.2.7', userAgent: 'Test/1.0' }

const ask = (present?: typeof psu) =>
  at.within((tx) =>
    askForRefresh(at.ports, tx, actor, { accountId: at.accountId, ...(present ? { psu: present } : {}) }),
  )
/** As the job does: with the person who asked, if they are still there. */
async function work() {
  const present = await at.within((tx) => presentPerson(tx, at.accountId))
  const result = await syncAccount(at.ports, at.clientId, at.accountId, present)
  const next = result.nextSyncAt ?? at.clock.now()
  await at.within((tx) => tx.prisma.dueWork.updateMany({ where: dueWork(), data: { dueAt: next } }))
  return result
}
const dueWork = () => ({ kind: 'statements-sync', subjectId: at.accountId })
const dueAt = () =>
  at.within(async (tx) => {
    return (await tx.prisma.dueWork.findFirstOrThrow({ where: dueWork() })).dueAt
  })
const account = () => at.within((tx) => tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }))

/** Uses up the four reads of the day, a minute between them; answers when the first began. */
async function useUp(): Promise<Date> {
  const first = at.clock.now()
  for (let n = 0; n < 4; n++) {
    expect((await ask()).dueAt).toEqual(at.clock.now())
    await work()
    at.clock.advance(minute)
  }
  return first
}

describe('a read that is asked for without a person', () => {
  test('waits when the bank’s reads of 24 hours are used up, and says until when', async () => {
    await useUp()
    const { job, dueAt: when } = await ask()
    expect(job.state).toBe('waiting_quota')
    expect(when).toEqual((await account()).nextSyncAt)
    expect(when.getTime()).toBeGreaterThan(at.clock.now().getTime() + 5 * hour)
    expect(await dueAt()).toEqual(when)
    // Asked again, it is the same one.
    expect((await ask()).job.id).toBe(job.id)
    const done = await at.within((tx) => tx.prisma.syncJob.count())
    expect(done).toBe(5)
  })

  test('is done by the job that was answered, once it is time', async () => {
    await useUp()
    const { job, dueAt: when } = await ask()
    at.clock.advance(when.getTime() - at.clock.now().getTime())
    expect(await work()).toMatchObject({ jobId: job.id, state: 'succeeded_no_change' })
  })

  test('waits no longer than until the first read of the day is 24 hours ago', async () => {
    const first = await useUp()
    const { dueAt: when } = await ask()
    // A minute is left for the bank's count, which begins a little later than ours.
    expect(when).toEqual(new Date(first.getTime() + 24 * hour + minute))
    expect((await account()).nextSyncAt).toEqual(when)
    at.clock.advance(24 * hour + minute)
    expect((await ask()).dueAt).toEqual(at.clock.now())
  })

  test('does not ask a bank that has said when it will answer again', async () => {
    const retryAt = new Date('2026-03-10T23:00:00Z')
    at.bank.meddle = () => {
      throw new ConnectorFailure({ kind: 'rate_limited', detail: 'enough', retryAt })
    }
    await work()
    const { job, dueAt: when } = await ask()
    expect(when).toEqual(retryAt)
    expect(job.state).toBe('waiting_quota')
  })
})

test('an account that is known from files only is not read: no bank stands behind it', async () => {
  await at.within((tx) =>
    tx.prisma.account.update({
      where: { id: at.accountId },
      data: { connectionId: null, institutionId: null },
    }),
  )
  await expect(ask(psu)).rejects.toMatchObject({ code: 'state_conflict' })
  await expect(ask()).rejects.toMatchObject({ facts: { detail: expect.stringMatching(/files/) } })
})

describe('a read that is asked for by a person who is there', () => {
  test('is done at once, by the job that had to wait, and does not count', async () => {
    await useUp()
    const waiting = await ask()
    const { job, dueAt: when } = await ask(psu)
    expect(job).toMatchObject({ id: waiting.job.id, psuPresent: true, psuIpAddress: '192.0.2.7' })
    expect([waiting.job.state, job.state]).toEqual(['waiting_quota', 'queued'])
    expect(when).toEqual(at.clock.now())
    expect(await work()).toMatchObject({ jobId: job.id, state: 'succeeded_no_change' })
    at.clock.advance(24 * hour - 5 * minute)
    await work()
    const jobs = await at.within((tx) => tx.prisma.syncJob.findMany({ orderBy: { id: 'asc' } }))
    expect(jobs.filter((one) => one.psuPresent).map((one) => one.id)).toEqual([job.id])
    expect(jobs.every((one) => one.psuIpAddress === null)).toBe(true)
  })

  test('stays theirs when the system asks as well, but that does not keep them there', async () => {
    const theirs = await ask(psu)
    at.clock.advance(4 * minute)
    expect((await ask()).job).toMatchObject({ id: theirs.job.id, psuPresent: true })
    at.clock.advance(2 * minute)
    expect(await at.within((tx) => presentPerson(tx, at.accountId))).toEqual({})
    expect((await ask()).job).toMatchObject({ id: theirs.job.id, psuPresent: false, psuIpAddress: null })
  })
})
