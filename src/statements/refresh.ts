import { type Actor, recordAudit } from '../audit/record.ts'
import type { PresentPsu } from '../connectors/connector.ts'
import { isFailure } from '../connectors/failure.ts'
import { type AccountRow, getAccount } from '../consent/accounts.ts'
import { readingConsent } from '../consent/open-session.ts'
import { isPresence, PRESENT_MS, presentAt } from '../consent/presence.ts'
import type { Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import { lockAccountSoon } from './account-lock.ts'
import { callAllowedAt } from './call-budget.ts'
import { limitsOf } from './call-window.ts'
import type { StatementPorts } from './ports.ts'
import type { SyncOptions } from './sync.ts'
import { absent, type JobRow, moveJob, queueJob, type SyncState } from './sync-job.ts'

export type Refresh = {
  readonly job: JobRow
  /** When the account is read: now, or once the bank allows. */
  readonly dueAt: Date
}

/** Jobs that were asked for, and under which nothing has been kept yet. */
const askedStates: SyncState[] = ['queued', 'waiting_quota']

/**
 * Asks for a read of an account now. With a person present, their address and agent go to the bank, and the read does
 * not count against the limit; days that were never read are asked for too, as far back as the bank goes for them. Who
 * forwarded the person is on record. Without one, a read that would be one too many waits (`waiting_quota`). Answers the
 * job that will do it; one that is already waiting is used.
 * @throws Problem `not_found`, `state_conflict` when the account is not read, or no bank stands behind it, `account_busy`.
 */
export async function askForRefresh(
  ports: Pick<StatementPorts, 'registry'>,
  tx: Tx,
  actor: Actor,
  input: { accountId: string; psu?: PresentPsu },
): Promise<Refresh> {
  await lockAccountSoon(tx, input.accountId)
  const account = await getAccount(tx, input.accountId)
  if (account.state !== 'enabled' && account.state !== 'stale') {
    throw new Problem('state_conflict', `The account is ${account.state}; only an enabled one is read.`)
  }
  if (account.connectionId === null) {
    throw new Problem('state_conflict', 'No bank stands behind the account: it is known from files only.')
  }
  const psu = isPresence(input.psu) ? input.psu : undefined
  const waiting = await askedFor(tx, account.id)
  const present = psu ?? (waiting ? askedBy(tx, waiting) : undefined)
  const dueAt = await allowedAt(ports, tx, account, present !== undefined)
  const job = await noteAsked(
    tx,
    waiting ?? (await queueJob(tx, account, { window: todayOnly(tx), purpose })),
    {
      now: psu,
      present,
    },
  )
  const { companyId } = account
  await recordAudit(tx, {
    actor,
    action: psu ? 'account.refresh_present' : 'account.refresh',
    resourceType: 'account',
    resourceId: account.id,
    companyId,
    data: { syncJobId: job.id },
  })
  await schedule(tx, { kind: 'statements-sync', subjectId: account.id, companyId, dueAt })
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: dueAt } })
  return { job: dueAt > tx.now ? await putOff(tx, job) : await allow(tx, job), dueAt }
}

const purpose = 'refresh'
const todayOnly = (tx: Tx) => ({ from: osloDate(tx.now), to: osloDate(tx.now) })

/** The read that was asked for and of which nothing has been kept yet. */
function askedFor(tx: Tx, accountId: string): Promise<JobRow | null> {
  return tx.prisma.syncJob.findFirst({
    where: { clientId: tx.clientId, accountId, state: { in: askedStates }, pages: 0 },
    orderBy: { id: 'desc' },
  })
}

/** Whoever asked before and is still there stays; nobody is kept present by others who ask. */
async function noteAsked(tx: Tx, job: JobRow, asked: Presence): Promise<JobRow> {
  if (asked.present && !asked.now) return job
  const psu = asked.now && { psuIpAddress: asked.now.ipAddress, psuUserAgent: asked.now.userAgent ?? null }
  const data = { purpose, createdAt: tx.now, psuPresent: asked.now !== undefined, ...(psu ?? absent) }
  return tx.prisma.syncJob.update({ where: { id: job.id }, data })
}
type Presence = { readonly now: PresentPsu | undefined; readonly present: PresentPsu | undefined }

/** When the bank lets the account be read. Where nothing is known of the bank, the read itself will say so. */
async function allowedAt(
  { registry }: Pick<StatementPorts, 'registry'>,
  tx: Tx,
  account: AccountRow,
  attended: boolean,
): Promise<Date> {
  const consent = await readingConsent(tx, account.id)
  if (account.institutionId === null || !consent) return tx.now
  const { route, frequencyPerDay } = consent
  try {
    const { manifest } = registry.connectorFor(account.institutionId, route)
    const limits = limitsOf(manifest, frequencyPerDay)
    return await callAllowedAt(tx, {
      account,
      route,
      limits,
      endpoint: 'transactions',
      use: 'asked',
      attended,
    })
  } catch (error) {
    if (isFailure(error)) return tx.now
    throw error
  }
}

async function putOff(tx: Tx, job: JobRow): Promise<JobRow> {
  if (job.state === 'waiting_quota') return job
  await moveJob(tx, job, 'waiting_quota', 'the reads that the bank allows are used up')
  return { ...job, state: 'waiting_quota' }
}

async function allow(tx: Tx, job: JobRow): Promise<JobRow> {
  if (job.state === 'queued') return job
  await moveJob(tx, job, 'queued', 'the bank allows this read')
  return { ...job, state: 'queued' }
}

function askedBy(tx: Tx, job: JobRow): PresentPsu | undefined {
  if (!job.psuPresent || !job.psuIpAddress || after(job.createdAt, PRESENT_MS) < tx.now) return undefined
  return { ipAddress: job.psuIpAddress, ...(job.psuUserAgent ? { userAgent: job.psuUserAgent } : {}) }
}

/**
 * The person at whose wish the account is read now, if they are still there: who asked for the read, or has just come
 * back from their bank with a consent that reaches the account.
 */
export async function presentPerson(tx: Tx, accountId: string): Promise<SyncOptions> {
  const job = await tx.prisma.syncJob.findFirst({
    where: { clientId: tx.clientId, accountId, endedAt: null, psuIpAddress: { not: null } },
    orderBy: { id: 'desc' },
  })
  const psu = job ? askedBy(tx, job) : undefined
  if (psu) return { psu }
  const consents = await tx.prisma.consent.findMany({
    where: {
      clientId: tx.clientId,
      state: 'active',
      psuSeenAt: { not: null },
      accountAccessConsentId: { some: { clientId: tx.clientId, accountId } },
    },
    orderBy: { psuSeenAt: 'desc' },
    take: 1,
  })
  const [consent] = consents
  const seen = consent ? presentAt(consent, tx.now) : undefined
  return consent && seen ? { psu: seen, consentId: consent.id } : {}
}
