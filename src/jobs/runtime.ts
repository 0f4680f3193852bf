import { setTimeout as sleep } from 'node:timers/promises'
import type { DueKind } from '../due-work.ts'
import type { Ground } from '../ground.ts'
import type { JobDefinition } from './define-job.ts'
import { startDueLoop } from './due-loop.ts'
import { holdings } from './holdings.ts'
import { openQueue, type Payload } from './queue.ts'
import { runJob } from './run.ts'

export type WorkerOptions<Ports> = {
  /** `redis://…`; without it the queue is in the database (schema `bullmq`). */
  readonly queueUrl?: string | undefined
  readonly databaseUrl: string
  readonly jobs: readonly JobDefinition<Ports>[]
  /** Database connections that runs may share; without it every kind runs as many at a time as it says. */
  readonly connections?: number
  readonly intervalMs?: number
  /** How long after the death of this process its claims are taken over; renewed while they wait on the queue. */
  readonly queueLeaseMs?: number
  /** How long `stop` waits for what runs, before it is handed back. */
  readonly graceMs?: number
  /** Keeps deployments that share one Redis apart. */
  readonly queuePrefix?: string
}

export type JobWorker = {
  /** Looks for due work at once instead of at the next interval. */
  nudge(): void
  /** Stops claiming, waits for what runs (20 s at most), hands back the rest. */
  stop(): Promise<void>
}

/**
 * Runs at a time per kind: what the jobs say, cut evenly where all together are more than `connections`, so that none
 * waits long for one; each kind keeps one run.
 */
export function sharedConcurrency<Ports>(
  jobs: readonly JobDefinition<Ports>[],
  connections: number,
): Map<DueKind, number> {
  const asked = jobs.reduce((sum, job) => sum + job.concurrency, 0)
  const share = Math.min(1, connections / asked)
  return new Map(jobs.map((job) => [job.kind, Math.max(1, Math.floor(job.concurrency * share))]))
}

/**
 * Starts doing due work: a loop that claims it and puts it on the queue, and workers that take it from there.
 * Several of these on one database share the work.
 */
export async function startWorker<Ports extends Ground>(
  ports: Ports,
  options: WorkerOptions<Ports>,
): Promise<JobWorker> {
  const shared = sharedConcurrency(options.jobs, options.connections ?? Number.POSITIVE_INFINITY)
  const kinds = new Map([...shared].map(([kind, concurrency]) => [kind, { concurrency }]))
  if (kinds.size !== options.jobs.length) throw new Error('two jobs of one kind')
  const queueLeaseMs = options.queueLeaseMs ?? 15_000
  const queue = openQueue({
    queueUrl: options.queueUrl,
    databaseUrl: options.databaseUrl,
    kinds: [...kinds.keys()],
    prefix: options.queuePrefix,
    onError: (error) => ports.log.warn({ err: error }, 'the queue met an error'),
  })
  const held = holdings(ports, queueLeaseMs)
  const dueLoop = startDueLoop(ports, {
    kinds,
    queue,
    queueLeaseMs,
    intervalMs: options.intervalMs ?? 200,
    onClaim: held.claimed,
  })
  let ending = false
  for (const job of options.jobs) {
    await queue.consume(job.kind, shared.get(job.kind) ?? 1, async (payload: Payload) => {
      if (ending) return held.giveBack(payload)
      held.started(payload)
      const dueAgain = await runJob(ports, job, payload, held.running)
      if (dueAgain) dueLoop.nudge()
    })
  }
  async function stop(): Promise<void> {
    ending = true
    await dueLoop.stop()
    const warn = (error: unknown) => ports.log.warn({ err: error }, 'the queue did not end well')
    await within(options.graceMs ?? 20_000, queue.drain().catch(warn))
    await held.giveBackAll()
    // A queue that does not answer must not keep the process from ending.
    await within(5_000, queue.close().catch(warn))
  }
  return { nudge: () => dueLoop.nudge(), stop }
}

/** Waits for `work`, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
}
