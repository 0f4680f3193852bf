import type { BankSession, Manifest, PresentPsu, StatementReads } from '../connectors/connector.ts'
import { isFailure } from '../connectors/failure.ts'
import { type OpenedSession, openAccountSession } from '../consent/open-session.ts'
import { isPresence } from '../consent/presence.ts'
import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import type { StatedBalance } from '../domain/statement.ts'
import {
  type Counted,
  type CountedRead,
  countedCall,
  loadBudget,
  spend,
  spentCall,
  type Tried,
  triedCall,
  trySpend,
} from './call-budget.ts'
import { limitsOf } from './call-window.ts'
import { noteBackfill } from './gaps.ts'
import { hasDoubtfulBorder } from './page-doubt.ts'
import type { StatementPorts } from './ports.ts'
import { balancePlan, steadily } from './sync-balances.ts'
import { finishJob } from './sync-finish.ts'
import {
  askForConsent,
  begin,
  cancel,
  goesOn,
  type JobFacts,
  type JobRow,
  putOff,
  resume,
  type SyncState,
  unfinishedJob,
} from './sync-job.ts'
import { readPages } from './sync-pages.ts'
import { planRead, type ReadPlan, useOf } from './sync-plan.ts'
import { anotherTry, firstTry, type Try } from './sync-refused.ts'
import { overlapDays } from './sync-window.ts'
import { markSound } from './trouble.ts'

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

export type SyncOptions = {
  /** The person who is present now, with the address the request came from; never invented. */
  readonly psu?: PresentPsu
  /** Whose consent it is that this person has just given: their presence is told under it and no other. */
  readonly consentId?: string
}

export type Opened = {
  readonly account: AccountRow
  readonly job: JobRow
  readonly plan: ReadPlan
  readonly consentId: string
  readonly reads: StatementReads
  readonly manifest: Manifest
  readonly session: BankSession
  readonly resourceId: string
  /** A person is present, and the bank is told so. */
  readonly attended: boolean
  readonly counted: Omit<Counted, 'endpoint'>
  /** The call that begins the list, written down as spent; null where the list goes on. */
  readonly callId: string | null
  readonly balances: { readonly before: boolean; readonly after: boolean }
}
type AccountRow = NonNullable<Awaited<ReturnType<Tx['prisma']['account']['findUnique']>>>

const nothing = { added: 0, revised: 0, removed: 0 }

/**
 * Reads one account: balances, the transactions page by page, balances, then the ingest of the window. May be killed at
 * any point and run again: pages that were kept are not asked for twice, and nothing counts before the window is whole.
 * No call is made that the bank's limit does not allow: the job is then `waiting_quota`. A consent that the bank
 * refuses is ended, and another person's used (PRODUCT 8); days that the bank does not give are left out, by name. What
 * was read makes its connection sound again.
 * @param asked who is present, or how to find out in the transaction that begins the read.
 * @throws ConnectorFailure for what a later try may cure; the job is then `retry_wait`.
 */
export async function syncAccount(
  ports: StatementPorts,
  clientId: string,
  accountId: string,
  asked: SyncOptions | ((tx: Tx) => Promise<SyncOptions>) = {},
): Promise<SyncResult> {
  let attempt: Try = firstTry
  let options = typeof asked === 'function' ? undefined : asked
  for (;;) {
    const opened = await ports.db.forClient(clientId, async (tx) => {
      options ??= typeof asked === 'function' ? await asked(tx) : asked
      return open(ports, tx, accountId, options, attempt)
    })
    if ('state' in opened) return opened
    try {
      const done = await read(ports, clientId, opened, attempt)
      if (done) return { jobId: opened.job.id, ...done }
      attempt = { ...attempt, lookedTwice: true }
    } catch (error) {
      const next = await anotherTry(ports, clientId, opened, error, attempt)
      if ('state' in next) return { jobId: opened.job.id, ...nothing, ...next }
      attempt = next
    }
  }
}

async function open(
  ports: StatementPorts,
  tx: Tx,
  accountId: string,
  options: SyncOptions,
  attempt: Try,
): Promise<Opened | SyncResult> {
  const account = await tx.prisma.account.findUnique({ where: { id: accountId } })
  // An account whose owner nobody has confirmed is not read (PRODUCT 10), nor one that was closed meanwhile.
  if (!account || !['enabled', 'stale'].includes(account.state)) {
    return { jobId: null, state: 'not_readable', ...nothing, nextSyncAt: null }
  }
  const opened = await openSession(ports, tx, account.id, options, attempt.refusedBy)
  const reads = opened?.connector.statements
  if (!opened || !reads) {
    const jobId = await askForConsent(tx, account)
    return { jobId, state: 'action_required', ...nothing, nextSyncAt: null }
  }
  const { consentId, route, session, resourceId } = opened
  const { manifest } = opened.connector
  const attended = isPresence(session.psu)
  const found = await unfinishedJob(tx, account.id)
  const plan = await planRead(tx, { account, manifest, attended, found, shortened: attempt.shortened })
  const facts: JobFacts = { consentId, route, psuPresent: attended, ...plan }
  const counted = { account, route, limits: limitsOf(manifest, opened.frequencyPerDay) }
  const list = { ...counted, endpoint: 'transactions' } as const
  const use = useOf(plan)
  const budget = await loadBudget(tx, list)
  const resumes = found !== null && goesOn(tx, found, facts)
  const allowed = resumes ? tx.now : budget.allowedAt(use, attended)
  if (allowed > tx.now) return wait(tx, account, await putOff(tx, account, found, facts), allowed)
  const job = resumes ? await resume(tx, found, facts) : await begin(tx, account, found, facts)
  const callId = resumes ? null : await spend(tx, { ...list, use, attended, jobId: job.id })
  if (!resumes) await noteBackfill(tx, plan.gapIds)
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: budget.plannedAt() } })
  const balances = await balancePlan(tx, { account, job, attended, manifest, counted })
  const way = { consentId, reads, manifest, session, resourceId, attended, counted }
  return { account, job, plan, callId, balances, ...way }
}

/** Under the consent that the person present has just given; without it nobody is present. */
async function openSession(
  ports: StatementPorts,
  tx: Tx,
  accountId: string,
  { psu, consentId }: SyncOptions,
  except: readonly string[],
): Promise<OpenedSession | null> {
  const present = psu ? { psu } : {}
  if (consentId === undefined) return openAccountSession(ports, tx, accountId, { ...present, except })
  const own = await openAccountSession(ports, tx, accountId, { ...present, only: consentId, except })
  return own ?? openAccountSession(ports, tx, accountId, { except })
}

async function wait(tx: Tx, account: AccountRow, job: JobRow, until: Date): Promise<SyncResult> {
  await tx.prisma.account.update({ where: { id: account.id }, data: { nextSyncAt: until } })
  return { jobId: job.id, state: 'waiting_quota', ...nothing, nextSyncAt: until }
}

/** Null: the days are to be read once more. */
async function read(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
  attempt: Try,
): Promise<Omit<SyncResult, 'jobId'> | null> {
  const { job, manifest, counted, callId, balances: plan } = opened
  const first = <T>(call: () => Promise<T>) =>
    callId === null ? call() : spentCall(ports, clientId, callId, call)
  const before = plan.before ? await readBalances(ports, clientId, opened) : null
  const next = plan.after ? (tx: Tx) => trySpend(tx, balanceRead(opened)) : null
  const pages = await readPages(ports, clientId, { ...opened, first, after: next })
  if (pages.pages > 1 && isWide(opened) && !attempt.lookedTwice) {
    if (await ports.db.forClient(clientId, (tx) => lookAgain(tx, opened))) return null
  }
  const after = plan.after ? await readBalances(ports, clientId, opened, pages.after) : null
  const finish = {
    idStability: manifest.idStability,
    balances: steadily(before, after, pages.balances),
    balancesRead: after !== null,
    counted,
    hand: pages.hand,
  }
  const end = async (tx: Tx) => {
    const finished = await finishJob(tx, job.id, finish)
    await markSound(tx, job.accountId)
    return finished
  }
  return ports.db.forClient(clientId, end, { timeoutMs: 120_000 })
}

/** Days that the next reads do not list again: what is wrong there would stay. */
function isWide({ account, job }: Opened): boolean {
  const { readThrough } = account
  if (readThrough === null) return true
  return job.fromDate < addDays(readThrough, -overlapDays) || readThrough < addDays(job.toDate, -overlapDays)
}

/**
 * Where a row may be one or two, as the pages moved or not, the list is begun anew once: rows that are two show as two
 * again. Without a person present only while the bank allows another read.
 */
async function lookAgain(tx: Tx, { account, job, counted, plan, attended }: Opened): Promise<boolean> {
  if (!(await hasDoubtfulBorder(tx, account.id, job.id))) return false
  const budget = await loadBudget(tx, { ...counted, endpoint: 'transactions' })
  if (budget.allowedAt(useOf(plan), attended) > tx.now) return false
  const row = await tx.prisma.syncJob.findUniqueOrThrow({ where: { id: job.id } })
  if (row.state !== 'running') return false
  await cancel(tx, row)
  return true
}

/** The one read that is left for whoever asks is of transactions; balances go with any read while there are some. */
const balanceRead = ({ counted, attended, job }: Opened): CountedRead => ({
  ...counted,
  endpoint: 'balances',
  use: 'asked',
  attended,
  jobId: job.id,
})

/**
 * Balances are welcome, not needed: a read of them that fails spoils nothing, and is never taken for zero.
 * @param spent the call, where it is written down already.
 */
async function readBalances(
  ports: StatementPorts,
  clientId: string,
  opened: Opened,
  spent: Tried | null = null,
): Promise<readonly StatedBalance[] | null> {
  const { reads, session, resourceId, account } = opened
  const ask = () => reads.balances(session, { resourceId })
  try {
    if (spent) return await triedCall(ports, clientId, spent, ask)
    return await countedCall(ports, clientId, balanceRead(opened), ask)
  } catch (error) {
    if (!isFailure(error)) throw error
    ports.log.warn({ accountId: account.id, kind: error.kind }, 'balances could not be read')
    return null
  }
}
