import { ConnectorFailure, isFailure } from '../connectors/failure.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { lockAccount } from './account-lock.ts'
import { type CallLimits, type CallUse, freeFrom, nextPlanned, type SpentCall } from './call-window.ts'
import type { StatementPorts } from './ports.ts'

export type Endpoint = 'balances' | 'transactions'

/** What is counted together: reads of one endpoint of an account by one route, under whichever consent. */
export type Counted = {
  readonly account: { readonly id: string; readonly companyId: string }
  readonly route: string
  readonly endpoint: Endpoint
  readonly limits: CallLimits
}

export type CountedRead = Counted & {
  readonly use: CallUse
  /** A person is present, and the bank is told so: it does not count the read. */
  readonly attended: boolean
  readonly jobId: string | null
}

const hourMs = 3_600_000
/** Calls that may still count: the longest day there is, and a clock that was set back. */
const countedMs = 49 * hourMs
/** A bank that names no end of its limit is asked again after this. */
const unnamedMs = hourMs
/** A limit is believed to last this long at least: some banks name a time that has passed, again and again. */
const shortestMs = 60_000

/** The bank reads a route as a counterparty of its own. */
const keyOf = ({ route, endpoint }: Pick<Counted, 'route' | 'endpoint'>) =>
  route === 'main' ? endpoint : `${route}/${endpoint}`

/** What the bank has counted so far, and what it follows for the next read. */
export type Budget = {
  /** When the bank allows one more read: now, or later. */
  allowedAt(use: CallUse, attended: boolean): Date
  /** When the account is read next by itself. */
  plannedAt(): Date
}

/** The budget as it stands; what is decided by it holds while the account is locked. */
export async function loadBudget(tx: Tx, of: Counted): Promise<Budget> {
  const { limits, account } = of
  const rows = await loadCalls(tx, of)
  const spent = rows.filter((row) => !row.attended)
  const refusedUntil = (calls: readonly CallRow[]) =>
    new Date(Math.max(tx.now.getTime(), ...calls.map((row) => row.refused?.getTime() ?? 0)))
  return {
    allowedAt(use, attended) {
      // Refused while a person was there, the bank does not want to hear of the account at all.
      if (attended) return refusedUntil(rows.filter((row) => row.attended))
      return later(freeFrom(limits, spent, use, account.id, tx.now), refusedUntil(rows))
    },
    plannedAt: () => later(nextPlanned(limits, spent, account.id, tx.now), refusedUntil(rows)),
  }
}

const later = (one: Date, other: Date) => (one > other ? one : other)

type CallRow = SpentCall & { readonly attended: boolean; readonly refused: Date | null }

async function loadCalls(tx: Tx, of: Counted): Promise<CallRow[]> {
  const { rows } = await tx.sql.query<CallRow>(
    `select c.at, c.attended, c.refused_until as refused,
            coalesce(j.purpose in ('planned', 'backfill'), false) as planned
       from bank_call c left join sync_job j on j.client_id = c.client_id and j.id = c.job_id
      where c.client_id = $1 and c.account_id = $2 and c.endpoint = $3 and c.unspent_at is null
        and (c.at > $4 or c.refused_until > $5)`,
    [tx.clientId, of.account.id, keyOf(of), after(tx.now, -countedMs), tx.now],
  )
  return rows
}

/** When the bank allows the read: `tx.now`, or later. */
export async function callAllowedAt(tx: Tx, read: Omit<CountedRead, 'jobId'>): Promise<Date> {
  return (await loadBudget(tx, read)).allowedAt(read.use, read.attended)
}

/** Does the bank allow two more reads of an endpoint now? */
export async function twoLeft(tx: Tx, of: Counted): Promise<boolean> {
  const calls = await loadCalls(tx, of)
  if (calls.some(({ refused }) => refused !== null && refused > tx.now)) return false
  const spent = [...calls.filter((row) => !row.attended), { at: tx.now, planned: false }]
  return freeFrom(of.limits, spent, 'asked', of.account.id, tx.now) <= tx.now
}

/** When the account is read next by itself, from what was read so far. */
export async function plannedAt(tx: Tx, of: Counted): Promise<Date> {
  return (await loadBudget(tx, of)).plannedAt()
}

/**
 * Makes a call that the bank counts. It is written down as spent before it is made, under the account's lock, so that
 * several workers never make more than the bank allows; it stays spent whatever becomes of us, unless its bytes never
 * left. A refusal empties the budget until the bank answers again.
 * @throws ConnectorFailure `rate_limited` with the time when it may be made, and nothing was sent; whatever `work` throws.
 */
export async function countedCall<T>(
  ports: Pick<StatementPorts, 'db'>,
  clientId: string,
  read: CountedRead,
  work: () => Promise<T>,
): Promise<T> {
  const spent = await ports.db.forClient(clientId, (tx) => trySpend(tx, read))
  return triedCall(ports, clientId, spent, work)
}

/**
 * Makes a call that `trySpend` has written down, in a transaction that has ended, or refused.
 * @throws ConnectorFailure as `countedCall`.
 */
export async function triedCall<T>(
  ports: Pick<StatementPorts, 'db'>,
  clientId: string,
  spent: Tried,
  work: () => Promise<T>,
): Promise<T> {
  if ('until' in spent) {
    const detail = 'the reads that the bank allows are used up; nothing was sent'
    throw new ConnectorFailure({ kind: 'rate_limited', detail, retryAt: spent.until })
  }
  return spentCall(ports, clientId, spent.id, work)
}

/** Makes a call that is written down as spent, by `spend` in a transaction that has ended. */
export async function spentCall<T>(
  ports: Pick<StatementPorts, 'db'>,
  clientId: string,
  callId: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isFailure(error, 'not_sent')) await ports.db.forClient(clientId, (tx) => giveBack(tx, callId))
    if (isFailure(error, 'rate_limited')) {
      const { retryAt } = error.facts
      await ports.db.forClient(clientId, (tx) => noteRefusal(tx, callId, retryAt))
    }
    throw error
  }
}

/** The call that was written down, or when it may be made. */
export type Tried = { readonly id: string } | { readonly until: Date }

/** Writes a call down as spent if the bank allows it now; locks the account. */
export async function trySpend(tx: Tx, read: CountedRead): Promise<Tried> {
  await lockAccount(tx, read.account.id)
  const until = await callAllowedAt(tx, read)
  return until > tx.now ? { until } : { id: await spend(tx, read) }
}

/** Writes a call down as spent, for a caller who has the account's lock and knows that it is allowed. Answers its id. */
export async function spend(tx: Tx, read: CountedRead): Promise<string> {
  const { account, attended, jobId } = read
  const id = newId('call', tx.now)
  const own = { clientId: tx.clientId, companyId: account.companyId, accountId: account.id }
  await tx.prisma.bankCall.create({
    data: { ...own, id, endpoint: keyOf(read), attended, jobId, at: tx.now },
  })
  return id
}

async function giveBack(tx: Tx, id: string): Promise<void> {
  await tx.prisma.bankCall.update({ where: { id }, data: { unspentAt: tx.now } })
}

async function noteRefusal(tx: Tx, id: string, retryAt: Date | undefined): Promise<void> {
  const least = after(tx.now, retryAt ? shortestMs : unnamedMs)
  const refusedUntil = retryAt && retryAt > least ? retryAt : least
  await tx.prisma.bankCall.update({ where: { id }, data: { refusedUntil } })
}
