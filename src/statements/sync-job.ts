import { Prisma, type Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { type StateOf, sourcesOf } from '../domain/machine.ts'
import {
  type connectionMachine as ConnectionMachine,
  connectionMachine,
  syncJobMachine,
} from '../domain/machines.ts'
import { moveState } from '../events/move.ts'
import { lockAccount } from './account-lock.ts'

export type SyncState = StateOf<typeof syncJobMachine>
export type JobRow = NonNullable<Awaited<ReturnType<Tx['prisma']['syncJob']['findFirst']>>>
type Account = {
  readonly id: string
  readonly companyId: string
  readonly connectionId: string | null
}

/** The bank did not go back to `from`, and was asked from `to` on instead. */
export type Shortened = { readonly from: string; readonly to: string; readonly kind: string }

export const syncActor = { kind: 'job', id: 'statements-sync' } as const

/** A person's address is kept while the read they are present at lasts. */
export const absent = { psuIpAddress: null, psuUserAgent: null } as const

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

/** How one read is made. */
export type JobFacts = {
  readonly consentId: string
  readonly route: string
  readonly window: { readonly from: string; readonly to: string }
  readonly purpose: string
  readonly psuPresent: boolean
  readonly shortened: Shortened | null
}

/**
 * May the pages of an unfinished job be followed on (a worker died, or the bank was away)? Not under another consent or
 * route than the first, nor on another day, nor where the bank has refused its days.
 */
export function goesOn(tx: Tx, job: JobRow, read: JobFacts): boolean {
  const young = after(job.startedAt ?? job.createdAt, cursorMs) > tx.now
  const same = job.consentId === read.consentId && job.route === read.route && job.toDate === read.window.to
  const refused = read.shortened !== null && job.fromDate < read.shortened.to
  return job.pages > 0 && young && same && !refused
}

/** Takes the job up where it was left. */
export async function resume(tx: Tx, job: JobRow, { psuPresent }: JobFacts): Promise<JobRow> {
  if (job.state !== 'running') await moveJob(tx, job, 'running')
  return tx.prisma.syncJob.update({
    where: { id: job.id },
    data: { psuPresent, ...(psuPresent ? {} : absent) },
  })
}

/**
 * The job of a read that begins: the unfinished one where nothing was kept under it yet, else a new one. What the bank
 * answers is kept only under the very facts that were written here.
 */
export async function begin(tx: Tx, account: Account, found: JobRow | null, read: JobFacts): Promise<JobRow> {
  if (found?.pages !== 0) return beginNew(tx, account, found, read)
  if (found.state !== 'running') await moveJob(tx, found, 'running')
  return tx.prisma.syncJob.update({
    where: { id: found.id },
    data: { ...asRead(tx, read), ...(read.psuPresent ? {} : absent) },
  })
}

async function beginNew(tx: Tx, account: Account, found: JobRow | null, read: JobFacts): Promise<JobRow> {
  if (found) await cancel(tx, found)
  const job = await queueJob(tx, account, read, asRead(tx, read))
  await moveJob(tx, job, 'running')
  return { ...job, state: 'running' }
}

function asRead(tx: Tx, read: JobFacts) {
  const { consentId, route, window, purpose, psuPresent, shortened } = read
  const data = { consentId, route, purpose, fromDate: window.from, toDate: window.to, psuPresent }
  const error = shortened ? { shortened } : Prisma.DbNull
  return { ...data, startedAt: tx.now, error }
}

/** The read has to wait until the bank allows it: the job says so, and stays the one that was answered. */
export async function putOff(
  tx: Tx,
  account: Account,
  found: JobRow | null,
  read: JobFacts,
): Promise<JobRow> {
  const job = await jobToUse(tx, account, found, read)
  if (job.state !== 'waiting_quota') {
    await moveJob(tx, job, 'waiting_quota', 'the reads that the bank allows are used up')
  }
  const error = read.shortened ? { error: { shortened: read.shortened } } : {}
  return tx.prisma.syncJob.update({ where: { id: job.id }, data: { purpose: read.purpose, ...error } })
}

async function jobToUse(tx: Tx, account: Account, found: JobRow | null, read: JobFacts): Promise<JobRow> {
  if (found?.pages === 0) return found
  if (found) await cancel(tx, found)
  return queueJob(tx, account, read)
}

export function queueJob(
  tx: Tx,
  account: Pick<Account, 'id' | 'companyId'>,
  read: Pick<JobFacts, 'window' | 'purpose'>,
  more: Partial<ReturnType<typeof asRead>> = {},
): Promise<JobRow> {
  return tx.prisma.syncJob.create({
    data: {
      id: newId('job', tx.now),
      clientId: tx.clientId,
      companyId: account.companyId,
      accountId: account.id,
      state: 'queued',
      purpose: read.purpose,
      fromDate: read.window.from,
      toDate: read.window.to,
      createdAt: tx.now,
      ...more,
    },
  })
}

/** The last unfinished job; the account is locked, and older ones that were left behind end here. */
export async function unfinishedJob(tx: Tx, accountId: string): Promise<JobRow | null> {
  await lockAccount(tx, accountId)
  const where = { clientId: tx.clientId, accountId, state: { in: unfinished } }
  const [latest, ...older] = await tx.prisma.syncJob.findMany({ where, orderBy: { id: 'desc' }, take: 20 })
  for (const job of older) await cancel(tx, job)
  return latest ?? null
}

export async function cancel(tx: Tx, job: JobRow): Promise<void> {
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
  const day = account.readThrough ?? osloDate(tx.now)
  const fresh = found?.pages === 0 ? found : null
  if (found && !fresh) await cancel(tx, found)
  const job = fresh ?? (await queueJob(tx, account, { window: { from: day, to: day }, purpose: 'planned' }))
  await moveJob(tx, job, 'action_required', 'no active consent')
  await tx.prisma.syncJob.update({ where: { id: job.id }, data: absent })
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: null } })
  return job.id
}

/** A person has to act before the account can be read again: its connection says so. */
export async function requireAction(tx: Tx, account: Account): Promise<void> {
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

/** What the bank did not give of the days that a job wanted; null where it did, or none was wanted. */
export function shortenedOf(job: Pick<JobRow, 'error'> | null): Shortened | null {
  const error = job?.error
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return null
  const { shortened } = error as { shortened?: Shortened }
  return shortened ?? null
}
