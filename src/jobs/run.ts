import type { Ground } from '../ground.ts'
import type { JobDefinition } from './define-job.ts'
import { endRun, type Lease, parkRun, renewLease, retryRun, startRun } from './lease.ts'
import type { Payload } from './queue.ts'
import { decide, RunFailed } from './retry.ts'

export type Running = { readonly lease: Lease; abort(reason: string): void }

/** Runs that died with their process this often in a row are parked: something in them kills it. */
const mostAttempts = 200

/** The run ended before its work did, and somebody else says what becomes of it. */
class RunAbandoned extends Error {}

/**
 * One run from claim to end: start, work under a renewed lease and a time limit, then success, retry or parking,
 * written only if the lease is still held. Never throws.
 * @returns whether the same work is due again at once.
 */
export async function runJob<Ports extends Ground>(
  ports: Ports,
  job: JobDefinition<Ports>,
  payload: Payload,
  running: Set<Running>,
): Promise<boolean> {
  const log = ports.log.child({ job: job.kind, dueId: payload.dueId })
  try {
    const started = await startRun(ports.db, payload, job.leaseMs)
    if (!started) return false
    return await underLease(ports, job, started, running)
  } catch (error) {
    // The lease runs out and the work is claimed again.
    log.error({ err: error }, 'a run could not be ended')
    return false
  }
}

async function underLease<Ports extends Ground>(
  ports: Ports,
  job: JobDefinition<Ports>,
  started: { lease: Lease; attempt: number; subjectId: string },
  running: Set<Running>,
): Promise<boolean> {
  const { lease, attempt, subjectId } = started
  const control = new AbortController()
  const abandoned = Promise.withResolvers<never>()
  abandoned.promise.catch(() => {})
  const run: Running = {
    lease,
    abort(reason) {
      const error = new RunAbandoned(reason)
      control.abort(error)
      abandoned.reject(error)
    },
  }
  running.add(run)
  const renewal = keepLease(ports, lease, job.leaseMs, run)
  const limit = setTimeout(() => {
    const late = new RunFailed(`the run took longer than ${job.timeoutMs} ms`)
    control.abort(late)
    abandoned.reject(late)
  }, job.timeoutMs)
  try {
    if (attempt > mostAttempts) throw new RunFailed(`${attempt} runs did not come to an end`)
    const work = job.work(ports, { clientId: lease.clientId, subjectId, attempt, signal: control.signal })
    const outcome = await Promise.race([work, abandoned.promise])
    const ended = await endRun(ports.db, lease, outcome === 'done' ? undefined : outcome.next)
    return ended?.dueAt !== undefined && ended.dueAt !== null && ended.dueAt <= ports.clock.now()
  } catch (error) {
    if (error instanceof RunAbandoned) {
      ports.log.warn({ job: job.kind, dueId: lease.dueId, reason: error.message }, 'a run was abandoned')
      return false
    }
    await fail(ports, job, started, error)
    return false
  } finally {
    clearTimeout(limit)
    clearInterval(renewal)
    running.delete(run)
  }
}

/** Renews at a third of the lease, so that two renewals may fail before it runs out. */
function keepLease(ground: Ground, lease: Lease, leaseMs: number, run: Running): NodeJS.Timeout {
  return setInterval(async () => {
    try {
      if (!(await renewLease(ground.db, lease, leaseMs))) run.abort('the lease was lost')
    } catch (error) {
      ground.log.warn({ err: error, dueId: lease.dueId }, 'a lease could not be renewed')
    }
  }, leaseMs / 3)
}

async function fail<Ports extends Ground>(
  ports: Ports,
  job: JobDefinition<Ports>,
  { lease, attempt, subjectId }: { lease: Lease; attempt: number; subjectId: string },
  error: unknown,
): Promise<void> {
  const decision =
    attempt > mostAttempts && !job.recurring
      ? ({ kind: 'give_up', reason: `${attempt} runs did not come to an end` } as const)
      : decide(error, attempt, ports.clock.now(), { recurring: job.recurring === true })
  ports.log.warn(
    { err: error, job: job.kind, dueId: lease.dueId, subjectId, attempt, decision: decision.kind },
    'a run failed',
  )
  await ports.db.forClient(lease.clientId, async (tx) => {
    const again = decision.kind === 'retry' || decision.kind === 'slow'
    const held = again
      ? await retryRun(tx, lease, { ...decision, slow: decision.kind === 'slow' })
      : await parkRun(tx, lease, `${decision.kind}: ${decision.reason}`)
    if (!held) return
    if (again) await job.putOff?.(tx, ports, { clientId: lease.clientId, subjectId, at: decision.at })
    if (decision.kind !== 'retry')
      await job.gaveUp?.(tx, ports, { clientId: lease.clientId, subjectId, decision, error })
  })
}
