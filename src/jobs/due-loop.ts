import type { DueKind } from '../due-work.ts'
import type { Ground } from '../ground.ts'
import { type Claim, claimDue, handBack } from './lease.ts'
import { type Loop, startLoop } from './loop.ts'
import type { QueueHandle } from './queue.ts'

export type DueLoopOptions = {
  readonly kinds: ReadonlyMap<DueKind, { readonly concurrency: number }>
  readonly queue: QueueHandle
  readonly queueLeaseMs: number
  readonly intervalMs: number
  readonly onClaim: (claim: Claim) => void
}

/** Claims at one time. */
const most = 20

/**
 * Moves due rows to the queue: claim, put, again. A kind whose queue is full is left in the database, so that claims
 * do not wait long and several processes share the work.
 */
export function startDueLoop(ground: Ground, options: DueLoopOptions): Loop {
  const busy = new Set<DueKind>()
  const hasRoom = async (kind: DueKind) => {
    if (!busy.has(kind)) return true
    const waiting = await options.queue.waiting(kind)
    if (waiting < (options.kinds.get(kind)?.concurrency ?? 1)) busy.delete(kind)
    return !busy.has(kind)
  }
  const put = async (claims: readonly Claim[]) => {
    const byKind = Map.groupBy(claims, (claim) => claim.kind)
    for (const [kind, group] of byKind) {
      busy.add(kind)
      for (const claim of group) options.onClaim(claim)
      await options.queue
        .put(
          kind,
          group.map(({ dueId, clientId, token, attempts }) => ({
            id: `${dueId}-${attempts}`,
            payload: { dueId, clientId, token },
          })),
        )
        .catch((error: unknown) => giveBack(claims, error))
    }
  }
  /** The queue takes nothing: what was claimed for it must not wait until its lease runs out. */
  const giveBack = async (claims: readonly Claim[], error: unknown): Promise<never> => {
    await Promise.allSettled(claims.map((claim) => handBack(ground, claim, false)))
    throw error
  }
  return startLoop({ name: 'due work', intervalMs: options.intervalMs, log: ground.log }, async () => {
    const kinds: DueKind[] = []
    for (const kind of options.kinds.keys()) if (await hasRoom(kind)) kinds.push(kind)
    if (kinds.length === 0) return 'rest'
    const claims = await claimDue(ground.db, ground.clock, { kinds, leaseMs: options.queueLeaseMs, most })
    await put(claims)
    return claims.length === most ? 'again' : 'rest'
  })
}
