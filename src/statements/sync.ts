import type { BankSession, Manifest, PresentPsu, StatementReads } from '../connectors/connector.ts'
import { ConnectorFailure, isFailure } from '../connectors/failure.ts'
import { endConsent } from '../consent/consents/check.ts'
import { openAccountSession } from '../consent/open-session.ts'
import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { StatementPorts } from './ports.ts'
import { balancePlan, steadily } from './sync-balances.ts'
import { finishJob, parkJob, type SyncFinish } from './sync-finish.ts'
import { askForConsent, type JobRow, type SyncState, startJob } from './sync-job.ts'
import { readPages } from './sync-pages.ts'
import { nextSync, windowOf } from './sync-window.ts'

export type SyncResult = {
  /** Null where the account may not be read. */
  readonly jobId: string | null
  readonly state: SyncState | 'not_readable'
  readonly added: number
  readonly revised: number
  readonly removed: number
  /** When the account is to be read again; null: not before a person has acted. */
  readonly nextSyncAt: Date | null
}

export type SyncOptions = { readonly psu?: PresentPsu }

type Opened = {
  readonly account: AccountRow
  readonly job: JobRow
  readonly consentId: string
  readonly reads: StatementReads
  readonly manifest: Manifest
  readonly session: BankSession
  readonly resourceId: string
}
type AccountRow = NonNullable<Awaited<ReturnType<Tx['prisma']['account']['findUnique']>>>

const nothing = { added: 0, revised: 0, removed: 0 }
/** A consent that fails is followed by another person's, once. */
const consentsTried = 2

/**
 * Reads one account: balances, the transactions page by page, balances, then the ingest of the window. May be killed at
 * any point and run again: pages that were kept are not asked for twice, and nothing counts before the window is whole.
 * A consent that the bank refuses is ended, and another one tried (PRODUCT 8).
 * @param options.psu the person who is present now, with the address the request came from; never invented.
 * @throws ConnectorFailure for what a later try may cure; the job is then `retry_wait`.
 */
export async function syncAccount(
  ports: StatementPorts,
  clientId: string,
  accountId: string,
  options: SyncOptions = {},
): Promise<SyncResult> {
  for (let tried = 1; ; tried++) {
    const opened = await ports.db.forClient(clientId, (tx) => open(ports, tx, accountId, options))
    if ('state' in opened) return opened
    try {
      const done = await read(ports, clientId, opened)
      return { jobId: opened.job.id, ...done }
    } catch (error) {
      const parked = await handle(ports, clientId, opened, error, tried < consentsTried)
      if (parked) return { jobId: opened.job.id, ...nothing, ...parked }
    }
  }
}

async function open(
  ports: StatementPorts,
  tx: Tx,
  accountId: string,
  { psu }: SyncOptions,
): Promise<Opened | SyncResult> {
  const account = await tx.prisma.account.findUnique({ where: { id: accountId } })
  // An account whose owner nobody has confirmed is not read (PRODUCT 10), nor one that was closed meanwhile.
  if (!account || !['enabled', 'stale'].includes(account.state)) {
    return { jobId: null, state: 'not_readable', ...nothing, nextSyncAt: null }
  }
  const opened = await openAccountSession(ports, tx, accountId, psu ? { psu } : {})
  const reads = opened?.connector.statements
  if (!opened || !reads) {
    const jobId = await askForConsent(tx, account)
    return { jobId, state: 'action_required', ...nothing, nextSyncAt: null }
  }
  const { manifest } = opened.connector
  const window = windowOf({
    today: osloDate(tx.now),
    readThrough: account.readThrough,
    historyDays: manifest.historyDays,
  })
  const job = await startJob(tx, account, {
    consentId: opened.consentId,
    window,
    psuPresent: psu !== undefined,
  })
  const { consentId, session, resourceId } = opened
  return { account, job, consentId, reads, manifest, session, resourceId }
}

async function read(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
): Promise<Omit<SyncResult, 'jobId'>> {
  const { account, job, manifest } = opened
  const plan = await ports.db.forClient(clientId, (tx) => balancePlan(tx, opened))
  const before = plan.before ? await readBalances(ports, opened) : null
  const pages = await readPages(ports, clientId, opened)
  const after = plan.after ? await readBalances(ports, opened) : null
  const finish: SyncFinish = {
    idStability: manifest.idStability,
    balances: steadily(before, after, pages.balances),
    balancesRead: after !== null,
    nextSyncAt: nextSync(ports.clock.now(), account.id, manifest.unattendedReadsPerDay),
  }
  return ports.db.forClient(clientId, (tx) => finishJob(tx, job.id, finish), { timeoutMs: 120_000 })
}

/** Balances are welcome, not needed: a read of them that fails spoils nothing, and is never taken for zero. */
async function readBalances(ports: StatementPorts, opened: Opened): Promise<readonly StatedBalance[] | null> {
  try {
    return await opened.reads.balances(opened.session, { resourceId: opened.resourceId })
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.log.warn({ accountId: opened.account.id, kind: error.kind }, 'balances could not be read')
    return null
  }
}

type Parked = { readonly state: SyncState; readonly nextSyncAt: Date | null }

/** Null: try again with another consent. */
async function handle(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
  error: unknown,
  mayTryAgain: boolean,
): Promise<Parked | null> {
  if (!(error instanceof ConnectorFailure)) throw error
  const { job, consentId, account, manifest } = opened
  const { kind } = error
  if (kind === 'consent_expired' || kind === 'access_denied') {
    const to = kind === 'consent_expired' ? 'expired' : 'terminated_by_bank'
    const goesOn = await ports.db.forClient(clientId, async (tx) => {
      await endConsent(tx, consentId, to)
      const other = mayTryAgain && (await openAccountSession(ports, tx, account.id)) !== null
      await parkJob(tx, job.id, other ? 'cancelled' : 'action_required', error)
      return other
    })
    return goesOn ? null : { state: 'action_required', nextSyncAt: null }
  }
  // A list that was begun before a crash, and that the bank no longer goes on with, is begun anew.
  if (mayTryAgain && job.pages > 0 && (kind === 'rejected' || kind === 'not_found')) {
    await ports.db.forClient(clientId, (tx) => parkJob(tx, job.id, 'cancelled', error))
    return null
  }
  if (kind === 'sca_required') {
    await ports.db.forClient(clientId, (tx) => parkJob(tx, job.id, 'action_required', error))
    return { state: 'action_required', nextSyncAt: null }
  }
  if (kind === 'rate_limited') {
    const later = nextSync(ports.clock.now(), account.id, manifest.unattendedReadsPerDay)
    const nextSyncAt = error.facts.retryAt ?? later
    await ports.db.forClient(clientId, (tx) => parkJob(tx, job.id, 'waiting_quota', error, nextSyncAt))
    return { state: 'waiting_quota', nextSyncAt }
  }
  await ports.db.forClient(clientId, (tx) => parkJob(tx, job.id, 'retry_wait', error))
  throw error
}
