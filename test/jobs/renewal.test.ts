import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { schedule } from '../../src/due-work.ts'
import { jobs } from '../../src/jobs/index.ts'
import { claimDue, handBack, renewLease, startRun } from '../../src/jobs/lease.ts'
import { sharedConcurrency } from '../../src/jobs/runtime.ts'
import { type TestGround, testGround } from './ground.ts'

let ground: TestGround
beforeAll(async () => {
  ground = await testGround(2)
})
afterAll(() => ground?.close())

it('leases are renewed and handed back while every connection is busy', async () => {
  const clientId = await ground.newClient()
  await ground.db.forClient(clientId, (tx) =>
    schedule(tx, { kind: 'reconcile', subjectId: 'acc_1', companyId: null, dueAt: tx.now }),
  )
  const [claim] = await claimDue(ground.db, ground.clock, { kinds: ['reconcile'], leaseMs: 60_000, most: 1 })
  const run = claim && (await startRun(ground.db, claim, 60_000))
  if (!run) throw new Error('no run')
  const busy = [0, 1, 2, 3].map(() => ground.db.forClient(clientId, () => sleep(1500)))
  await sleep(100)
  const began = performance.now()
  expect(await renewLease(ground.db, run.lease, 60_000)).toBe(true)
  expect(await renewLease(ground.db, { ...run.lease, clientId: 'cli_other' }, 60_000)).toBe(false)
  await handBack(ground, run.lease, true)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(await renewLease(ground.db, run.lease, 60_000)).toBe(false)
  await Promise.all(busy)
})

it('all kinds together run no more at a time than there are connections, and each at least one', () => {
  const shared = sharedConcurrency(jobs, 12)
  const all = [...shared.values()]
  expect(Math.min(...all)).toBeGreaterThanOrEqual(1)
  expect(all.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(12)
  const roomy = sharedConcurrency(jobs, 200)
  expect(jobs.every((job) => roomy.get(job.kind) === job.concurrency)).toBe(true)
})
