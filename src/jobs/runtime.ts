import { setTimeout as sleep } from 'node:timers/promises'
import type { DueKind } from '../due-work.ts'
import type { Ground } from '../ground.ts'
import type { JobDefinition } from './define-job.ts'
import { startDueLoop } from './due-loop.ts'
import { handBack, type Lease } from './lease.ts'
import { openQueue, type Payload } from './queue.ts'
import { type Running, runJob } from './run.ts'

export type WorkerOptions<Ports> = {
  /** `redis://…`; without it the queue is in the database (schema `bullmq`). */
  readonly queueUrl?: string | undefined
  readonly databaseUrl: string
  readonly jobs: readonly JobDefinition<Ports>[]
  readonly intervalMs?: number
  /** How long a claim may wait on the queue before it is claimed again. */
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
 * Starts doing due work: a loop that claims it and puts it on the queue, and workers that take it from there.
 * Several of these on one database share the work.
 */
export async function startWorker<Ports extends Ground>(
  ports: Ports,
  options: WorkerOptions<Ports>,
): Promise<JobWorker> {
  const kinds = new Map<DueKind, JobDefinition<Ports>>(options.jobs.map((job) => [job.kind, job]))
  if (kinds.size !== options.jobs.length) throw new Error('two jobs of one kind')
  const queueLeaseMs = options.queueLeaseMs ?? 60_000
  const queue = openQueue({
    queueUrl: options.queueUrl,
    databaseUrl: options.databaseUrl,
    kinds: [...kinds.keys()],
    prefix: options.queuePrefix,
    onError: (error) => ports.log.warn({ err: error }, 'the queue met an error'),
  })
  const running = new Set<Running>()
  const claims = new Map<string, { lease: Lease; at: number }>()
  let ending = false

  const dueLoop = startDueLoop(ports, {
    kinds,
    queue,
    queueLeaseMs,
    intervalMs: options.intervalMs ?? 200,
    onClaim({ dueId, clientId, token }) {
      const old = performance.now() - queueLeaseMs
      for (const [id, claim] of claims) if (claim.at < old) claims.delete(id)
      claims.set(dueId, { lease: { dueId, clientId, token }, at: performance.now() })
    },
  })
  for (const job of options.jobs) {
    await queue.consume(job.kind, job.concurrency, async (payload: Payload) => {
      if (ending) {
        await handBack(ports.db, payload, false).catch((error) =>
          ports.log.warn({ err: error }, 'a claim was not handed back'),
        )
        return
      }
      if (claims.get(payload.dueId)?.lease.token === payload.token) claims.delete(payload.dueId)
      const dueAgain = await runJob(ports, job, payload, running)
      if (dueAgain) dueLoop.nudge()
    })
  }

  async function stop(): Promise<void> {
    ending = true
    await dueLoop.stop()
    const drained = queue.drain()
    const grace = new AbortController()
    await Promise.race([
      drained,
      sleep(options.graceMs ?? 20_000, undefined, { signal: grace.signal }).catch(() => {}),
    ])
    grace.abort()
    const handingBack = [
      ...[...running].map((run) => {
        run.abort('the process ends')
        return handBack(ports.db, run.lease, true)
      }),
      ...[...claims.values()].map((claim) => handBack(ports.db, claim.lease, false)),
    ]
    for (const result of await Promise.allSettled(handingBack)) {
      if (result.status === 'rejected') ports.log.warn({ err: result.reason }, 'a lease was not handed back')
    }
    drained.catch(() => {})
    // A queue that does not answer must not keep the process from ending.
    await Promise.race([queue.close(), sleep(5_000, undefined, { ref: false })])
  }
  return { nudge: () => dueLoop.nudge(), stop }
}
