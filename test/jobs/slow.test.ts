// Reading an account outlives an outage of any length, and shows it.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ConnectorFailure, type FailureKind } from '../../src/connectors/failure.ts'
import { schedule } from '../../src/due-work.ts'
import { claimDue, farAway } from '../../src/jobs/lease.ts'
import type { RoomPorts } from '../../src/jobs/ports.ts'
import { runJob } from '../../src/jobs/run.ts'
import { statementsSync } from '../../src/jobs/statements-sync/definition.ts'
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
  await at.within((tx) =>
    schedule(tx, { kind: 'statements-sync', subjectId: at.accountId, companyId: null, dueAt: tx.now }),
  )
})
afterEach(() => at.close())

/** One run of what is due, as a worker makes it. */
async function runOnce(): Promise<void> {
  const [claim] = await claimDue(at.ports.db, at.clock, {
    kinds: ['statements-sync'],
    leaseMs: 60_000,
    most: 1,
  })
  if (!claim) throw new Error('nothing is due')
  await runJob(at.ports as RoomPorts, statementsSync, claim, new Set())
}
const row = () =>
  at.within((tx) => tx.prisma.dueWork.findFirstOrThrow({ where: { kind: 'statements-sync' } }))
const connectionState = async () =>
  (await at.within((tx) => tx.prisma.connection.findFirstOrThrow({ where: { clientId: tx.clientId } }))).state
const nextSyncAt = async () =>
  (await at.within((tx) => tx.prisma.account.findUniqueOrThrow({ where: { id: at.accountId } }))).nextSyncAt
const failWith = (kind: FailureKind) => {
  at.bank.meddle = () => {
    throw new ConnectorFailure({ kind, detail: 'the bank is away' })
  }
}
const afterManyFailures = (failures: number) =>
  at.within((tx) => tx.prisma.dueWork.updateMany({ where: { kind: 'statements-sync' }, data: { failures } }))

it('a bank that is away for days makes its connection degraded, and is asked again every six hours', async () => {
  failWith('unavailable')
  for (const failures of [60, 100]) {
    await afterManyFailures(failures)
    await runOnce()
    const waiting = await row()
    const wait = waiting.dueAt.getTime() - at.clock.now().getTime()
    expect(wait / 3_600_000).toBeGreaterThan(4)
    expect(wait / 3_600_000).toBeLessThan(8)
    expect(waiting.lastError).toContain('the bank is away')
    expect(waiting.failures).toBeLessThanOrEqual(100)
    expect(await nextSyncAt()).toEqual(waiting.dueAt)
    expect(await connectionState()).toBe('degraded')
    at.clock.advance(wait)
  }
  expect(await at.events('connection.state_changed')).toContainEqual(
    expect.objectContaining({ data: { from: 'active', to: 'degraded' } }),
  )
  at.bank.meddle = () => {}
  await runOnce()
  expect(await connectionState()).toBe('active')
  expect(await row()).toMatchObject({ lastError: null, failures: 0 })
})

it.each<FailureKind>([
  'unavailable',
  'not_sent',
  'malformed',
  'not_supported',
  'not_found',
  'rejected',
  'access_denied',
])('after a failure (%s) the account says when it is tried again', async (kind) => {
  failWith(kind)
  await runOnce()
  const { dueAt } = await row()
  expect(dueAt.getTime()).toBeGreaterThan(at.clock.now().getTime())
  expect(dueAt.getTime()).toBeLessThan(at.clock.now().getTime() + 9 * 3_600_000)
  expect(await nextSyncAt()).toEqual(dueAt)
})

it('what can never be read ends its sync job, and rests until it is asked for', async () => {
  failWith('sca_unsupported')
  await runOnce()
  expect((await row()).dueAt).toEqual(farAway)
  expect(await nextSyncAt()).toBeNull()
  expect(await connectionState()).toBe('degraded')
  const jobs = await at.within((tx) => tx.prisma.syncJob.findMany({ where: { accountId: at.accountId } }))
  expect(jobs.map(({ state }) => state)).toEqual(['dead'])
  expect(await at.events('sync_job.finished')).toHaveLength(1)
})
