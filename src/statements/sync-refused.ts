import { ConnectorFailure, type FailureKind } from '../connectors/failure.ts'
import { checkConsent, endConsent } from '../consent/consents/check.ts'
import { openAccountSession } from '../consent/open-session.ts'
import type { Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { schedule } from '../due-work.ts'
import { callAllowedAt, plannedAt } from './call-budget.ts'
import { noteBackfill } from './gaps.ts'
import type { StatementPorts } from './ports.ts'
import type { Opened } from './sync.ts'
import { parkJob } from './sync-finish.ts'
import type { Shortened, SyncState } from './sync-job.ts'
import { useOf } from './sync-plan.ts'
import { shorterFrom } from './sync-window.ts'
import { markDegraded } from './trouble.ts'

// What a read does when the bank refuses: ask for fewer days, by another person's consent, later, or for a person.

/** What was learnt in the tries before, within one run. */
export type Try = {
  /** Consents that the bank refused, for this account at least. */
  readonly refusedBy: readonly string[]
  readonly shortened: Shortened | null
  /** A list that the bank did not go on with was begun anew: once is enough. */
  readonly begunAnew: boolean
  /** The days were read a second time, because the first left a doubt. */
  readonly lookedTwice: boolean
}
export const firstTry: Try = { refusedBy: [], shortened: null, begunAnew: false, lookedTwice: false }

type Parked = { readonly state: SyncState; readonly nextSyncAt: Date | null }

/** How banks say that days are too old, besides naming the period: as if consent or SCA were missing. */
const tooOld: readonly FailureKind[] = ['sca_required', 'consent_expired', 'access_denied', 'rejected']

/**
 * Another try of the same read, or where it is left for now.
 * @throws ConnectorFailure for what a later try may cure; any other error as it is.
 */
export async function anotherTry(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
  error: unknown,
  last: Try,
): Promise<Try | Parked> {
  if (!(error instanceof ConnectorFailure)) throw error
  const { kind } = error
  const park = <T>(work: (tx: Tx) => Promise<T>) => ports.db.forClient(clientId, work)
  if (kind === 'rate_limited') return park((tx) => waitForQuota(tx, opened, error))
  // A list that was begun before a crash, and that the bank no longer goes on with, is begun anew.
  if (opened.job.pages > 0 && !last.begunAnew && (kind === 'rejected' || kind === 'not_found')) {
    await park((tx) => parkJob(tx, opened.job.id, 'cancelled', error, null))
    return { ...last, begunAnew: true }
  }
  const shortened = await park((tx) => shorten(tx, opened, kind))
  if (shortened) return { ...last, shortened }
  switch (kind) {
    case 'consent_expired':
      await park((tx) => endConsent(tx, opened.consentId, 'expired'))
      return otherConsent(ports, clientId, opened, error, last)
    case 'access_denied':
      // A consent that is still good was refused for this account: that may pass.
      if ((await askOfConsent(ports, clientId, opened)) === 'active') break
      return otherConsent(ports, clientId, opened, error, last)
    case 'sca_required':
      await park((tx) => lookAtConsent(tx, opened))
      return otherConsent(ports, clientId, opened, error, last)
    default:
  }
  if (kind === 'access_denied') {
    const next = await park((tx) => another(ports, tx, opened, last))
    if (next) return next
  }
  throw await park((tx) => retryLater(tx, opened, error))
}

/** Days that the bank does not give are left out, as long as the read was for more than it usually is. */
async function shorten(tx: Tx, opened: Opened, kind: FailureKind): Promise<Shortened | null> {
  if (!tooOld.includes(kind)) return null
  const { account, job, manifest, plan } = opened
  const window = { from: job.fromDate, to: job.toDate }
  const today = osloDate(tx.now)
  const to = shorterFrom(window, {
    today,
    readThrough: account.readThrough,
    unattendedDays: manifest.historyDays,
  })
  return to === null ? null : { from: plan.shortened?.from ?? window.from, to, kind }
}

async function waitForQuota(tx: Tx, opened: Opened, error: ConnectorFailure): Promise<Parked> {
  const { attended, plan, counted, job } = opened
  await noteBackfill(tx, plan.gapIds, -1)
  const list = { ...counted, endpoint: 'transactions' } as const
  const free = await callAllowedAt(tx, { ...list, use: useOf(plan), attended })
  // A bank that names no time is left alone until the account's own.
  const named = error.facts.retryAt ?? (await plannedAt(tx, list))
  const nextSyncAt = named > free ? named : free
  await parkJob(tx, job.id, 'waiting_quota', error, nextSyncAt)
  return { state: 'waiting_quota', nextSyncAt }
}

/** The state of the consent as the bank tells it; a consent that it does not answer for has ended. */
async function askOfConsent(ports: StatementPorts, clientId: string, opened: Opened): Promise<string> {
  try {
    return await checkConsent(ports, clientId, opened.consentId)
  } catch (error) {
    if (!(error instanceof ConnectorFailure)) throw error
    throw await ports.db.forClient(clientId, (tx) => retryLater(tx, opened, error))
  }
}

async function lookAtConsent(tx: Tx, { consentId, account }: Opened): Promise<void> {
  const { companyId } = account
  await schedule(tx, { kind: 'consent-check', subjectId: consentId, companyId, dueAt: tx.now })
}

/** Another person's consent, or, where there is none, a person is asked for. */
function otherConsent(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
  error: ConnectorFailure,
  last: Try,
): Promise<Try | Parked> {
  return ports.db.forClient(clientId, async (tx) => {
    const next = await another(ports, tx, opened, last)
    if (next) return next
    await parkJob(tx, opened.job.id, 'action_required', error, null)
    return { state: 'action_required', nextSyncAt: null }
  })
}

async function another(ports: StatementPorts, tx: Tx, opened: Opened, last: Try): Promise<Try | null> {
  const refusedBy = [...last.refusedBy, opened.consentId]
  const other = await openAccountSession(ports, tx, opened.account.id, { except: refusedBy })
  // Under another consent the bank may give the days that it has refused under this one.
  return other === null ? null : { ...last, refusedBy, shortened: null }
}

const minuteMs = 60_000
/** From here on the account counts as not being read as it should. */
const troubledMs = 60 * minuteMs

/**
 * Says when to try again. Every call that left us counts, so that tries are far apart where the bank has counted one:
 * a minute, half an hour, then the account's own times; and none beyond the bank's limit.
 */
async function retryLater(tx: Tx, opened: Opened, error: ConnectorFailure): Promise<ConnectorFailure> {
  const retryAt = await retryTime(tx, opened, error)
  const { facts } = error
  await noteBackfill(tx, opened.plan.gapIds, -1)
  await parkJob(tx, opened.job.id, 'retry_wait', error, retryAt ?? tx.now)
  if (!retryAt) return error
  if (retryAt.getTime() - tx.now.getTime() >= troubledMs) {
    await markDegraded(tx, opened.account.id, { dead: false })
  }
  return new ConnectorFailure({ ...facts, retryAt }, error)
}

/** Null: as soon as anything is tried again. */
async function retryTime(tx: Tx, opened: Opened, error: ConnectorFailure): Promise<Date | null> {
  const { job, attended, counted, plan } = opened
  if (attended || error.kind === 'not_sent') return null
  const { pages } = await tx.prisma.syncJob.findUniqueOrThrow({ where: { id: job.id } })
  if (pages > 0) return null
  const spent = await tx.prisma.bankCall.count({
    where: {
      clientId: tx.clientId,
      accountId: opened.account.id,
      jobId: job.id,
      unspentAt: null,
      attended: false,
      endpoint: { endsWith: 'transactions' },
    },
  })
  if (spent === 0) return null
  const list = { ...counted, endpoint: 'transactions' } as const
  const free = await callAllowedAt(tx, { ...list, use: useOf(plan), attended })
  const paced = spent < 3 ? after(tx.now, spent === 1 ? minuteMs : 30 * minuteMs) : await plannedAt(tx, list)
  return free > paced ? free : paced
}
