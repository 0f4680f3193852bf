import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { after as later } from '../../src/domain/clock.ts'
import { schedule } from '../../src/due-work.ts'
import { defineJob, type JobOptions } from '../../src/jobs/define-job.ts'
import { type JobWorker, startWorker } from '../../src/jobs/runtime.ts'
import { backends } from './backends.ts'
import { type TestGround, testGround, until } from './ground.ts'

type Job = Omit<JobOptions<TestGround>, 'kind' | 'concurrency'> & { concurrency?: number }

/** What tests of the worker use: one client, one kind of work, a worker per call that ends with its test. */
export type Harness = {
  readonly ground: TestGround
  readonly clientId: string
  start(job: Job, options?: { graceMs?: number; queueLeaseMs?: number; prefix?: string }): Promise<JobWorker>
  /** Stops one worker now instead of after the test. */
  stop(worker: JobWorker): Promise<void>
  ask(subjectId: string, inMs?: number, clientId?: string): Promise<void>
  rowOf(subjectId: string): ReturnType<typeof findRow>
  gone(subjectId: string, clientId?: string): Promise<unknown>
}

let counter = 0
/** A name that nothing else has. */
export const unique = (prefix = 'sub') => `${prefix}_${++counter}`

/** A run that only leaves a trace. */
export function note<T>(seen: T[], trace: T): 'done' {
  seen.push(trace)
  return 'done'
}

function findRow(ground: TestGround, clientId: string, subjectId: string) {
  return ground.db.forClient(clientId, (tx) => tx.prisma.dueWork.findFirst({ where: { subjectId } }))
}

/** Runs the tests on every backend that this machine has; the others are listed as skipped, with the reason. */
export function onEachBackend(title: string, tests: (harness: () => Harness) => void): void {
  for (const backend of backends) {
    if (backend.skipped) {
      it.skip(`${title} on ${backend.name}: skipped, ${backend.skipped}`, () => {})
      continue
    }
    describe(`${title} on ${backend.name}`, () => {
      const workers = new Set<JobWorker>()
      let harness: Harness
      let queue: Awaited<ReturnType<typeof backend.start>>
      beforeAll(async () => {
        const ground = await testGround()
        queue = await backend.start()
        harness = harnessOf(ground, await ground.newClient(), queue.queueUrl, workers)
      })
      afterEach(async () => {
        await Promise.all([...workers].map((worker) => worker.stop()))
        workers.clear()
      })
      afterAll(async () => {
        await queue.stop()
        await harness.ground.close()
      })
      tests(() => harness)
    })
  }
}

function harnessOf(
  ground: TestGround,
  clientId: string,
  queueUrl: string | undefined,
  workers: Set<JobWorker>,
): Harness {
  return {
    ground,
    clientId,
    async start(job, { prefix = unique('test'), ...options } = {}) {
      const worker = await startWorker(ground, {
        queueUrl,
        databaseUrl: ground.database.appUrl,
        jobs: [defineJob({ kind: 'consent-check', concurrency: 4, ...job })],
        intervalMs: 50,
        queuePrefix: prefix,
        ...options,
      })
      workers.add(worker)
      return worker
    },
    async stop(worker) {
      workers.delete(worker)
      await worker.stop()
    },
    ask: (subjectId, inMs = 0, owner = clientId) =>
      ground.db.forClient(owner, (tx) =>
        schedule(tx, { kind: 'consent-check', subjectId, companyId: null, dueAt: later(tx.now, inMs) }),
      ),
    rowOf: (subjectId) => findRow(ground, clientId, subjectId),
    gone: (subjectId, owner = clientId) =>
      until('the work is done', async () => (await findRow(ground, owner, subjectId)) === null),
  }
}
