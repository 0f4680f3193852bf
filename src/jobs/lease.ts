import { randomBytes } from 'node:crypto'
import type { Db, Tx } from '../db.ts'
import { after, type Clock, systemClock } from '../domain/clock.ts'
import type { DueKind } from '../due-work.ts'

// Rows of `due_work` through their life. Due times are the injected clock's; leases run on the machine's time,
// since a test clock may jump a day while a job runs.
//
//   due      due_at <= now, no lease       -> claimed by the due loop, put on the queue
//   claimed  lease, token of the claim     -> started by a worker; when the queue loses it, claimed again after the lease
//   running  lease, token of the run, due_at far away: `schedule()` made meanwhile pulls due_at near, so it shows
//   ended    deleted, or due again (asked for meanwhile, `next`, a retry), or parked: due_at far away, last_error says why

/** Due never, by itself. What is parked becomes due when `schedule()` asks for it. */
export const farAway = new Date('9999-12-31T00:00:00Z')

export type Claim = {
  readonly dueId: string
  readonly clientId: string
  readonly kind: DueKind
  readonly subjectId: string
  readonly attempts: number
  readonly token: string
}

/** A lease that a run holds. */
export type Lease = { readonly dueId: string; readonly clientId: string; readonly token: string }

const newToken = () => randomBytes(12).toString('base64url')

/** Claims up to `most` due rows of any client for `leaseMs`; the rows of a dead process when their lease has run out. */
export async function claimDue(
  db: Db,
  clock: Clock,
  options: { kinds: readonly DueKind[]; leaseMs: number; most: number },
): Promise<Claim[]> {
  const real = systemClock.now()
  const token = newToken()
  const rows = await db.lookup<{
    id: string
    client_id: string
    kind: DueKind
    subject_id: string
    attempts: number
  }>('select id, client_id, kind, subject_id, attempts from claim_due($1::text[], $2, $3, $4, $5, $6)', [
    options.kinds,
    clock.now(),
    real,
    after(real, options.leaseMs),
    token,
    options.most,
  ])
  return rows.map((row) => ({
    dueId: row.id,
    clientId: row.client_id,
    kind: row.kind,
    subjectId: row.subject_id,
    attempts: row.attempts,
    token,
  }))
}

/**
 * Turns a claim into a run. The token changes, so one claim starts one run however often the queue delivers it.
 * The failure is counted beforehand: a run that takes its process with it has failed too.
 * @returns undefined when the claim is stale: another process has taken the row over, or it is gone.
 */
export async function startRun(
  db: Db,
  claim: Lease,
  leaseMs: number,
): Promise<{ lease: Lease; attempt: number; subjectId: string } | undefined> {
  const token = newToken()
  const until = after(systemClock.now(), leaseMs)
  const { rows } = await db.single<{ failures: number; subject_id: string }>(
    claim.clientId,
    `update due_work set lease_token = $1, lease_until = $2, due_at = $3, failures = failures + 1
      where id = $4 and lease_token = $5 returning failures, subject_id`,
    [token, until, farAway, claim.dueId, claim.token],
  )
  const row = rows[0]
  return (
    row && {
      lease: { dueId: claim.dueId, clientId: claim.clientId, token },
      attempt: row.failures,
      subjectId: row.subject_id,
    }
  )
}

/** @returns false when the lease is lost: another process may run the same work by now. */
export async function renewLease(db: Db, lease: Lease, leaseMs: number): Promise<boolean> {
  const until = after(systemClock.now(), leaseMs)
  const renewed = await db.forLease(lease.clientId, (sql) =>
    sql.query('update due_work set lease_until = $1 where id = $2 and lease_token = $3', [
      until,
      lease.dueId,
      lease.token,
    ]),
  )
  return renewed.rowCount === 1
}

/**
 * Ends a run that succeeded: the row goes, unless `next` is given or someone asked for the work while it ran.
 * @returns whether the row is due again, and when; undefined when the lease was lost.
 */
export async function endRun(db: Db, lease: Lease, next?: Date): Promise<{ dueAt: Date | null } | undefined> {
  if (!next) {
    const gone = await db.single(
      lease.clientId,
      'delete from due_work where id = $1 and lease_token = $2 and due_at >= $3',
      [lease.dueId, lease.token, farAway],
    )
    if (gone.rowCount === 1) return { dueAt: null }
  }
  // Asked for meanwhile, or due again anyway: under the lease nobody but this run ends the row.
  const { rows } = await db.single<{ due_at: Date }>(
    lease.clientId,
    `update due_work set lease_until = null, lease_token = null, failures = 0, last_error = null,
        due_at = least(due_at, $3)
      where id = $1 and lease_token = $2 returning due_at`,
    [lease.dueId, lease.token, next ?? farAway],
  )
  return rows[0] && { dueAt: rows[0].due_at }
}

/** Failures that a slow rhythm shows at most: what dies with its process counts on from here. */
const mostSlowFailures = 100

/**
 * Ends a run that failed and will be tried again at `at`. What was asked for meanwhile waits for the retry too:
 * work that asks for itself and fails would otherwise never rest.
 */
export async function retryRun(
  tx: Tx,
  lease: Lease,
  { at, reason, slow }: { at: Date; reason: string; slow: boolean },
): Promise<boolean> {
  const updated = await tx.prisma.$executeRaw`
    update due_work set lease_until = null, lease_token = null, last_error = ${reason}, due_at = ${at},
      failures = least(failures, ${slow ? mostSlowFailures : 2_000_000_000})
    where id = ${lease.dueId} and lease_token = ${lease.token}`
  return updated === 1
}

/**
 * Parks work that is not tried again by itself. It stays visible (`last_error`, due far away) and starts afresh
 * when it is asked for; an ask made while it ran counts at once.
 */
export async function parkRun(tx: Tx, lease: Lease, reason: string): Promise<boolean> {
  const updated = await tx.prisma.$executeRaw`
    update due_work set lease_until = null, lease_token = null, last_error = ${reason}, failures = 0
    where id = ${lease.dueId} and lease_token = ${lease.token}`
  return updated === 1
}

/** Gives a claim or a run back at once: this process ends. A run that was cut short has not failed. */
export async function handBack(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  lease: Lease,
  wasRunning: boolean,
): Promise<void> {
  await db.forLease(lease.clientId, (sql) =>
    sql.query(
      `update due_work set lease_until = null, lease_token = null, due_at = least(due_at, $1),
         failures = greatest(failures - $2::int, 0)
       where id = $3 and lease_token = $4`,
      [clock.now(), wasRunning ? 1 : 0, lease.dueId, lease.token],
    ),
  )
}
