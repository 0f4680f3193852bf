import type { Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { type StateOf, sourcesOf } from '../domain/machine.ts'
import {
  type connectionMachine as ConnectionMachine,
  connectionMachine,
  syncJobMachine,
} from '../domain/machines.ts'
import { moveState } from '../events/move.ts'

export type SyncState = StateOf<typeof syncJobMachine>
export type JobRow = NonNullable<Awaited<ReturnType<Tx['prisma']['syncJob']['findFirst']>>>
type Account = {
  readonly id: string
  readonly companyId: string
  readonly connectionId: string | null
}

export const syncActor = { kind: 'job', id: 'statements-sync' } as const

/** A person's address is kept while the read they are present at lasts. */
export const absent = { psuIpAddress: null, psuUserAgent: null } as const

/** Jobs that have not ended. */
const unfinished: SyncState[] = ['queued', 'waiting_quota', 'running', 'retry_wait', 'action_required']
/** Jobs that were asked for and have not begun; `waiting_quota` may also be one that the bank has put off. */
export const askedStates: readonly SyncState[] = ['queued', 'waiting_quota']
const isNew = (job: JobRow) => job.startedAt === null && askedStates.includes(job.state as SyncState)
/** A page cursor of the bank is not used any more after this. */
const cursorMs = 60 * 60_000

/** Moves a job, with history and audit; jobs have one event, at their end. */
export async function moveJob(tx: Tx, job: JobRow, to: SyncState, reason?: string): Promise<void> {
  await moveState(tx, syncJobMachine, job.id, job.state as SyncState, to, {
    actor: syncActor,
    companyId: job.companyId,
    ...(reason ? { reason } : {}),
  })
}

/**
 * The job of this read, `running`: the unfinished one where its pages can still be followed (a worker died, or the bank
 * was away), else a new one. Pages are never asked for under another consent than the first.
 */
export async function startJob(
  tx: Tx,
  account: Account,
  read: {
    readonly consentId: string
    readonly window: { readonly from: string; readonly to: string }
    readonly psuPresent: boolean
  },
): Promise<JobRow> {
  const found = await unfinishedJob(tx, account.id)
  if (found && isNew(found)) return begin(tx, found, read)
  if (found && mayContinue(tx, found, read)) {
    if (found.state !== 'running') await moveJob(tx, found, 'running')
    return tx.prisma.syncJob.update({ where: { id: found.id }, data: { psuPresent: read.psuPresent } })
  }
  if (found) await cancel(tx, found)
  return begin(tx, await queueJob(tx, account, read.window), read)
}

type Read = Parameters<typeof startJob>[2]

/** A job that was only asked for, or is new, becomes this read. */
async function begin(tx: Tx, job: JobRow, { consentId, window, psuPresent }: Read): Promise<JobRow> {
  await moveJob(tx, job, 'running')
  const data = { consentId, fromDate: window.from, toDate: window.to, psuPresent, startedAt: tx.now }
  return tx.prisma.syncJob.update({ where: { id: job.id }, data })
}

export function queueJob(tx: Tx, account: Account, window: { from: string; to: string }): Promise<JobRow> {
  return tx.prisma.syncJob.create({
    data: {
      id: newId('job', tx.now),
      clientId: tx.clientId,
      companyId: account.companyId,
      accountId: account.id,
      state: 'queued',
      fromDate: window.from,
      toDate: window.to,
      createdAt: tx.now,
    },
  })
}

/** The last unfinished job; the account is locked, and older ones that were left behind end here. */
async function unfinishedJob(tx: Tx, accountId: string): Promise<JobRow | null> {
  await tx.prisma
    .$queryRaw`select id from account where client_id = ${tx.clientId} and id = ${accountId} for update`
  const where = { accountId, state: { in: unfinished } }
  const [latest, ...older] = await tx.prisma.syncJob.findMany({ where, orderBy: { id: 'desc' }, take: 20 })
  for (const job of older) await cancel(tx, job)
  return latest ?? null
}

function mayContinue(
  tx: Tx,
  job: JobRow,
  read: {
    readonly consentId: string
    readonly window: { readonly to: string }
  },
): boolean {
  const young = after(job.startedAt ?? job.createdAt, cursorMs) > tx.now
  return young && job.consentId === read.consentId && job.toDate === read.window.to
}

async function cancel(tx: Tx, job: JobRow): Promise<void> {
  await moveJob(tx, job, 'cancelled', 'begun anew')
  await tx.prisma.syncJob.update({
    where: { id: job.id },
    data: { endedAt: tx.now, cursor: null, ...absent },
  })
}

/** No consent reaches the account: the job waits for a person, and the connection says so. Answers the job's id. */
export async function askForConsent(
  tx: Tx,
  account: Account & { readonly readThrough: string | null },
): Promise<string> {
  await requireAction(tx, account)
  const found = await unfinishedJob(tx, account.id)
  if (found?.state === 'action_required') return found.id
  const asked = found && isNew(found) ? found : null
  if (found && !asked) await cancel(tx, found)
  const day = account.readThrough ?? osloDate(tx.now)
  const job = asked ?? (await queueJob(tx, account, { from: day, to: day }))
  await moveJob(tx, job, 'action_required', 'no active consent')
  await tx.prisma.syncJob.update({ where: { id: job.id }, data: absent })
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: null } })
  return job.id
}

async function requireAction(tx: Tx, account: Account): Promise<void> {
  if (account.connectionId === null) return
  const connection = await tx.prisma.connection.findUniqueOrThrow({ where: { id: account.connectionId } })
  const from = connection.state as StateOf<typeof ConnectionMachine>
  if (!sourcesOf(connectionMachine, 'action_required').includes(from)) return
  await moveState(tx, connectionMachine, connection.id, from, 'action_required', {
    actor: syncActor,
    companyId: account.companyId,
    event: 'connection.state_changed',
  })
}
