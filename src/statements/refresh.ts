import { type Actor, recordAudit } from '../audit/record.ts'
import type { PresentPsu } from '../connectors/connector.ts'
import { isFailure } from '../connectors/failure.ts'
import { type AccountRow, getAccount } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import type { StatementPorts } from './ports.ts'
import { absent, askedStates, type JobRow, moveJob, queueJob } from './sync-job.ts'

/** A person who asked this long ago is not taken to be present any more. */
const PRESENT_MS = 5 * 60_000
const DAY_MS = 86_400_000
/** A bank that allows more than this in a day is not held to it by us. */
const mostReads = 500

export type Refresh = {
  readonly job: JobRow
  /** When the account is read: now, or once the bank allows. */
  readonly dueAt: Date
}

/**
 * Asks for a read of an account now. With a person present, their address and agent go to the bank, and the read does
 * not count against the daily limit; who forwarded them is on record. Without one, a read that would be one too many
 * waits (`waiting_quota`). Answers the job that will do it; one that is already waiting is used.
 * @throws Problem `not_found`, `state_conflict` when the account is not read.
 */
export async function askForRefresh(
  ports: Pick<StatementPorts, 'registry'>,
  tx: Tx,
  actor: Actor,
  input: { accountId: string; psu?: PresentPsu },
): Promise<Refresh> {
  const account = await lockAccount(tx, input.accountId)
  if (account.state !== 'enabled' && account.state !== 'stale') {
    throw new Problem('state_conflict', `The account is ${account.state}; only an enabled one is read.`)
  }
  const waiting = await askedFor(tx, account.id)
  const present = input.psu ?? (await presentPsu(tx, account.id))
  const dueAt = present ? tx.now : await allowedAt(ports, tx, account)
  const job = await noteAsked(tx, waiting ?? (await queueJob(tx, account, todayOnly(tx))), {
    now: input.psu,
    present,
  })
  const { companyId } = account
  await recordAudit(tx, {
    actor,
    action: input.psu ? 'account.refresh_present' : 'account.refresh',
    resourceType: 'account',
    resourceId: account.id,
    companyId,
    data: { syncJobId: job.id },
  })
  await schedule(tx, { kind: 'statements-sync', subjectId: account.id, companyId, dueAt })
  return { job: dueAt > tx.now ? await putOff(tx, job, dueAt) : job, dueAt }
}

const todayOnly = (tx: Tx) => ({ from: osloDate(tx.now), to: osloDate(tx.now) })

async function lockAccount(tx: Tx, id: string): Promise<AccountRow> {
  await tx.prisma.$queryRaw`select id from account where client_id = ${tx.clientId} and id = ${id} for update`
  return getAccount(tx, id)
}

/** The read that was asked for and has not begun. */
function askedFor(tx: Tx, accountId: string): Promise<JobRow | null> {
  return tx.prisma.syncJob.findFirst({
    where: { clientId: tx.clientId, accountId, state: { in: [...askedStates] }, startedAt: null },
    orderBy: { id: 'desc' },
  })
}

/** Whoever asked before and is still there stays; nobody is kept present by others who ask. */
async function noteAsked(tx: Tx, job: JobRow, asked: Presence): Promise<JobRow> {
  if (asked.present && !asked.now) return job
  const psu = asked.now && { psuIpAddress: asked.now.ipAddress, psuUserAgent: asked.now.userAgent ?? null }
  const data = { createdAt: tx.now, psuPresent: asked.now !== undefined, ...(psu ?? absent) }
  return tx.prisma.syncJob.update({ where: { id: job.id }, data })
}
type Presence = { readonly now: PresentPsu | undefined; readonly present: PresentPsu | null }

/** When the bank lets the account be read without a person: it counts the reads of 24 hours, or has said when. */
async function allowedAt(
  { registry }: Pick<StatementPorts, 'registry'>,
  tx: Tx,
  account: AccountRow,
): Promise<Date> {
  const { institutionId, nextSyncAt } = account
  const own = { clientId: tx.clientId, accountId: account.id }
  const planned = nextSyncAt !== null && nextSyncAt > tx.now ? nextSyncAt : null
  const refused = await tx.prisma.syncJob.findFirst({
    where: { ...own, state: 'waiting_quota', startedAt: { not: null } },
  })
  if (refused && planned) return planned
  if (institutionId === null) return tx.now
  const most = readsPerDay(registry, institutionId)
  const reads = await tx.prisma.syncJob.findMany({
    where: { ...own, psuPresent: false, startedAt: { gt: after(tx.now, -DAY_MS) } },
    orderBy: { startedAt: 'desc' },
    take: Math.min(most, mostReads),
  })
  const oldest = reads[most - 1]?.startedAt
  if (!oldest) return tx.now
  const free = after(oldest, DAY_MS)
  return planned && planned < free ? planned : free
}

/** Of a bank that is no longer in the catalogue nothing is known; the read itself will say so. */
function readsPerDay({ connectorFor }: StatementPorts['registry'], institutionId: string): number {
  try {
    return connectorFor(institutionId).manifest.unattendedReadsPerDay
  } catch (error) {
    if (isFailure(error)) return Number.MAX_SAFE_INTEGER
    throw error
  }
}

async function putOff(tx: Tx, job: JobRow, until: Date): Promise<JobRow> {
  await tx.prisma.account.update({ where: { id: job.accountId }, data: { nextSyncAt: until } })
  if (job.state === 'waiting_quota') return job
  await moveJob(tx, job, 'waiting_quota', 'the reads of the day are used up')
  return { ...job, state: 'waiting_quota' }
}

/** The person who has asked for a read of this account and is still there, if any. */
export async function presentPsu(tx: Tx, accountId: string): Promise<PresentPsu | null> {
  const job = await askedFor(tx, accountId)
  if (!job?.psuPresent || !job.psuIpAddress || after(job.createdAt, PRESENT_MS) < tx.now) return null
  return { ipAddress: job.psuIpAddress, ...(job.psuUserAgent ? { userAgent: job.psuUserAgent } : {}) }
}
