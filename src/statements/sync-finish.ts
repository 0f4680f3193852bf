import type { ConnectorFailure } from '../connectors/failure.ts'
import type { Prisma, Tx } from '../db.ts'
import { accountMachine } from '../domain/machines.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import type { ReadBalance } from './balances.ts'
import { type Counted, plannedAt } from './call-budget.ts'
import type { Hand } from './hand.ts'
import { ingestWindow } from './ingest.ts'
import {
  absent,
  type JobRow,
  moveJob,
  requireAction,
  type SyncState,
  shortenedOf,
  syncActor,
} from './sync-job.ts'

export type SyncFinish = {
  readonly idStability: 'permanent' | 'unstable'
  readonly balances: readonly ReadBalance[]
  /** Once the rows were there; else those that are known may be older than the rows. */
  readonly balancesRead: boolean
  /** What the bank counts, for the time of the next read. */
  readonly counted: Omit<Counted, 'endpoint'>
  /** Rows that this worker has read itself. */
  readonly hand?: Hand
}

type Finished = {
  readonly state: SyncState
  readonly added: number
  readonly revised: number
  readonly removed: number
  readonly nextSyncAt: Date
}

/** The window is whole: ingest, the job's end, the next read's time and the event, in one transaction. */
export async function finishJob(tx: Tx, jobId: string, finish: SyncFinish): Promise<Finished> {
  const job = await tx.prisma.syncJob.findUniqueOrThrow({ where: { id: jobId } })
  const complete = job.unreadable === 0
  const result = await ingestWindow(tx, {
    accountId: job.accountId,
    sourceId: job.id,
    route: `bank:${job.route}`,
    from: job.fromDate,
    to: job.toDate,
    idStability: finish.idStability,
    // A row that could not be read may be any of those stored: nothing is taken for gone.
    complete,
    pending: complete ? 'replace' : 'ignore',
    balances: finish.balances,
    // Pages that another worker has kept are not at hand here.
    ...(finish.hand?.pages.size === job.pages ? { hand: finish.hand } : {}),
  })
  const { added, revised, removed } = result
  const { balancesRead } = finish
  const state: SyncState = !complete ? 'partial' : result.changed ? 'succeeded' : 'succeeded_no_change'
  await moveJob(tx, job, state)
  await tx.prisma.syncJob.update({
    where: { id: job.id },
    data: { added, revised, removed, balancesRead, endedAt: tx.now, cursor: null, ...absent },
  })
  const nextSyncAt = await plannedAt(tx, { ...finish.counted, endpoint: 'transactions' })
  await markRead(tx, job, nextSyncAt)
  await tellEnd(tx, job, state, { added, revised, removed, unreadable: job.unreadable, balancesRead })
  return { state, added, revised, removed, nextSyncAt }
}

async function markRead(tx: Tx, job: JobRow, nextSyncAt: Date): Promise<void> {
  const { rows } = await tx.sql.query<{ state: string }>(
    `update account set last_sync_at = $3, next_sync_at = $4, history_from = least(history_from, $5)
      where client_id = $1 and id = $2 returning state`,
    [tx.clientId, job.accountId, tx.now, nextSyncAt, job.fromDate],
  )
  if (rows[0]?.state !== 'stale') return
  await moveState(tx, accountMachine, job.accountId, 'stale', 'enabled', {
    actor: syncActor,
    companyId: job.companyId,
    event: 'account.state_changed',
  })
}

async function tellEnd(
  tx: Tx,
  job: JobRow,
  state: SyncState,
  facts: Record<string, number | boolean>,
): Promise<void> {
  const wanted = shortenedOf(job)
  await appendEvent(tx, {
    type: 'sync_job.finished',
    resourceType: 'sync_job',
    resourceId: job.id,
    companyId: job.companyId,
    data: {
      accountId: job.accountId,
      state,
      purpose: job.purpose,
      from: job.fromDate,
      to: job.toDate,
      ...(wanted ? { wantedFrom: wanted.from } : {}),
      ...facts,
    },
  })
}

type Rest = Extract<SyncState, 'waiting_quota' | 'retry_wait' | 'action_required' | 'cancelled'>

/**
 * The read stops here for now: the job says why, without secrets.
 * @param nextSyncAt when it is tried again; null: not before a person has acted.
 */
export async function parkJob(
  tx: Tx,
  jobId: string,
  to: Rest,
  failure: ConnectorFailure,
  nextSyncAt: Date | null,
): Promise<void> {
  const job = await tx.prisma.syncJob.findUniqueOrThrow({ where: { id: jobId } })
  if (job.state !== 'running') return
  await moveJob(tx, job, to, failure.kind)
  const ended = to === 'cancelled' ? { endedAt: tx.now, cursor: null } : {}
  const person = to === 'retry_wait' ? {} : absent
  await tx.prisma.syncJob.update({
    where: { id: jobId },
    data: { error: errorOf(job, failure), ...ended, ...person },
  })
  if (to === 'cancelled') return
  const account = await tx.prisma.account.update({ where: { id: job.accountId }, data: { nextSyncAt } })
  if (to !== 'action_required') return
  await requireAction(tx, account)
  await tellEnd(tx, job, to, {})
}

function errorOf(job: JobRow, { facts }: ConnectorFailure): Prisma.InputJsonObject {
  const { kind, detail, bank, httpStatus } = facts
  const shortened = shortenedOf(job)
  return {
    kind,
    detail,
    ...(bank ? { bank: { code: bank.code, ...(bank.message ? { message: bank.message } : {}) } } : {}),
    ...(httpStatus ? { httpStatus } : {}),
    ...(shortened ? { shortened } : {}),
  }
}
