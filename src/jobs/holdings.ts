import type { Ground } from '../ground.ts'
import { type Claim, handBack, type Lease } from './lease.ts'
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

/** What this process holds leases on. A claim that another process took from the queue is forgotten in time. */
export function holdings(ground: Ground, claimLeaseMs: number): Holdings {
  const running = new Set<Running>()
  const claims = new Map<string, { lease: Lease; at: number }>()

  async function giveBack(lease: Lease, wasRunning = false): Promise<void> {
    try {
      await handBack(ground.db, lease, wasRunning)
    } catch (error) {
      ground.log.warn({ err: error, dueId: lease.dueId }, 'a lease was not handed back')
    }
  }
  return {
    running,
    claimed({ dueId, clientId, token }) {
      const now = performance.now()
      for (const [id, claim] of claims) if (claim.at < now - claimLeaseMs) claims.delete(id)
      claims.set(dueId, { lease: { dueId, clientId, token }, at: now })
    },
    started(lease) {
      if (claims.get(lease.dueId)?.lease.token === lease.token) claims.delete(lease.dueId)
    },
    giveBack: (lease) => giveBack(lease),
    async giveBackAll() {
      const runs = [...running]
      for (const run of runs) run.abort('the process ends')
      await Promise.all([
        ...runs.map((run) => giveBack(run.lease, true)),
        ...[...claims.values()].map((claim) => giveBack(claim.lease)),
      ])
    },
  }
}
