import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
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

/** Jobs that have not ended. */
const unfinished: SyncState[] = ['queued', 'waiting_quota', 'running', 'retry_wait', 'action_required']
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
  if (found && mayContinue(tx, found, read)) {
    if (found.state !== 'running') await moveJob(tx, found, 'running')
    return { ...found, state: 'running' }
  }
  // Somebody asked for this read and was told its id.
  if (found?.state === 'queued') return takeUp(tx, found, read)
  if (found) await cancel(tx, found)
  const data = {
    id: newId('job', tx.now),
    clientId: tx.clientId,
    companyId: account.companyId,
    accountId: account.id,
    consentId: read.consentId,
    state: 'queued',
    fromDate: read.window.from,
    toDate: read.window.to,
    psuPresent: read.psuPresent,
    createdAt: tx.now,
    startedAt: tx.now,
  }
  const made = await tx.prisma.syncJob.create({ data })
  await moveJob(tx, made, 'running')
  return { ...made, state: 'running' }
}

type Read = Parameters<typeof startJob>[2]

async function takeUp(tx: Tx, asked: JobRow, { consentId, window, psuPresent }: Read): Promise<JobRow> {
  const job = await tx.prisma.syncJob.update({
    where: { id: asked.id },
    data: {
      ...{ consentId, fromDate: window.from, toDate: window.to, psuPresent },
      ...{ psuIpAddress: null, psuUserAgent: null, startedAt: tx.now },
    },
  })
  await moveJob(tx, job, 'running')
  return { ...job, state: 'running' }
}

function unfinishedJob(tx: Tx, accountId: string): Promise<JobRow | null> {
  return tx.prisma.syncJob.findFirst({
    where: { accountId, state: { in: unfinished } },
    orderBy: { id: 'desc' },
  })
}

function mayContinue(
  tx: Tx,
  job: JobRow,
  read: {
    readonly consentId: string
    readonly window: { readonly to: string }
    readonly psuPresent: boolean
  },
): boolean {
  const young = after(job.startedAt ?? job.createdAt, cursorMs) > tx.now
  return (
    young &&
    job.consentId === read.consentId &&
    job.toDate === read.window.to &&
    job.psuPresent === read.psuPresent
  )
}

async function cancel(tx: Tx, job: JobRow): Promise<void> {
  await moveJob(tx, job, 'cancelled', 'begun anew')
  await tx.prisma.syncJob.update({ where: { id: job.id }, data: { endedAt: tx.now, cursor: null } })
}

/** No consent reaches the account: the job waits for a person, and the connection says so. Answers the job's id. */
export async function askForConsent(
  tx: Tx,
  account: Account & { readonly readThrough: string | null },
): Promise<string> {
  await requireAction(tx, account)
  const found = await unfinishedJob(tx, account.id)
  if (found?.state === 'action_required') return found.id
  if (found) await cancel(tx, found)
  const day = account.readThrough ?? tx.now.toISOString().slice(0, 10)
  const data = {
    id: newId('job', tx.now),
    clientId: tx.clientId,
    companyId: account.companyId,
    accountId: account.id,
    state: 'queued',
    fromDate: day,
    toDate: day,
    createdAt: tx.now,
  }
  const made = await tx.prisma.syncJob.create({ data })
  await moveJob(tx, made, 'action_required', 'no active consent')
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: null } })
  return made.id
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
