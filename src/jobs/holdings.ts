import type { Ground } from '../ground.ts'
import { type Claim, handBack, type Lease, renewLease } from './lease.ts'
import type { Running } from './run.ts'

export type Holdings = {
  readonly running: Set<Running>
  /** Put on the queue by this process. */
  claimed(claim: Claim): void
  /** Taken from the queue by this process. */
  started(lease: Lease): void
  giveBack(lease: Lease): Promise<void>
  /** Ends what runs and gives back everything, so that others need not wait for leases to run out. */
  giveBackAll(): Promise<void>
}

/** A claim that waits on the queue for longer than this many leases went down with it. */
const longestWait = 4

/**
 * What this process holds leases on. Claims are renewed while they wait, so that a lease may be short and what a dead
 * process held is soon taken over; but not for ever, since a queue that was lost starts nothing.
 */
export function holdings(ground: Ground, claimLeaseMs: number): Holdings {
  const running = new Set<Running>()
  const claims = new Map<string, { lease: Lease; at: number }>()

  async function giveBack(lease: Lease, wasRunning = false): Promise<void> {
    try {
      await handBack(ground, lease, wasRunning)
    } catch (error) {
      ground.log.warn({ err: error, dueId: lease.dueId }, 'a lease was not handed back')
    }
  }
  async function renew(): Promise<void> {
    const now = performance.now()
    for (const [id, { lease, at }] of claims) {
      if (now - at < claimLeaseMs / 3) continue
      try {
        // Lost: another process has taken it from the queue.
        const kept =
          now - at < claimLeaseMs * longestWait && (await renewLease(ground.db, lease, claimLeaseMs))
        if (!kept && claims.get(id)?.lease.token === lease.token) claims.delete(id)
      } catch (error) {
        ground.log.warn({ err: error, dueId: id }, 'a claim could not be renewed')
      }
    }
  }
  const renewal = setInterval(renew, claimLeaseMs / 3)

  return {
    running,
    claimed({ dueId, clientId, token }) {
      claims.set(dueId, { lease: { dueId, clientId, token }, at: performance.now() })
    },
    started(lease) {
      if (claims.get(lease.dueId)?.lease.token === lease.token) claims.delete(lease.dueId)
    },
    giveBack: (lease) => giveBack(lease),
    async giveBackAll() {
      clearInterval(renewal)
      const runs = [...running]
      for (const run of runs) run.abort('the process ends')
      await Promise.all([
        ...runs.map((run) => giveBack(run.lease, true)),
        ...[...claims.values()].map((claim) => giveBack(claim.lease)),
      ])
    },
  }
}
