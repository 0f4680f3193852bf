import { ConnectorFailure, isFailure } from '../connectors/failure.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
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

type Budget = { readonly spent: SpentCall[]; readonly refusedUntil: Date | null }

async function loadBudget(tx: Tx, of: Counted, attended: boolean): Promise<Budget> {
  const { rows } = await tx.sql.query<{
    at: Date
    planned: boolean
    attended: boolean
    refused: Date | null
  }>(
    `select c.at, c.attended, c.refused_until as refused,
            coalesce(j.purpose in ('planned', 'backfill'), false) as planned
       from bank_call c left join sync_job j on j.client_id = c.client_id and j.id = c.job_id
      where c.client_id = $1 and c.account_id = $2 and c.endpoint = $3 and c.unspent_at is null
        and (c.at > $4 or c.refused_until > $5)`,
    [tx.clientId, of.account.id, keyOf(of), after(tx.now, -countedMs), tx.now],
  )
  // Refused while a person was there, the bank does not want to hear of the account at all.
  const refusals = rows.filter((row) => row.attended || !attended).map((row) => row.refused?.getTime() ?? 0)
  const until = Math.max(0, ...refusals)
  return {
    spent: rows.filter((row) => !row.attended),
    refusedUntil: until > tx.now.getTime() ? new Date(until) : null,
  }
}

function allowedAt(tx: Tx, read: Omit<CountedRead, 'jobId'>, budget: Budget): Date {
  const { limits, use, account } = read
  const free = read.attended ? tx.now : freeFrom(limits, budget.spent, use, account.id, tx.now)
  return budget.refusedUntil && budget.refusedUntil > free ? budget.refusedUntil : free
}

/** When the bank allows the read: `tx.now`, or later. */
export async function callAllowedAt(tx: Tx, read: Omit<CountedRead, 'jobId'>): Promise<Date> {
  return allowedAt(tx, read, await loadBudget(tx, read, read.attended))
}

/** How many more reads of an endpoint the bank allows now. */
export async function callsLeft(tx: Tx, of: Counted): Promise<number> {
  const { spent, refusedUntil } = await loadBudget(tx, of, false)
  if (refusedUntil) return 0
  const isFree = (more: number) => {
    const calls = [...spent, ...Array.from({ length: more }, () => ({ at: tx.now, planned: false }))]
    return freeFrom(of.limits, calls, 'asked', of.account.id, tx.now) <= tx.now
  }
  let left = 0
  while (left < 2 && isFree(left)) left++
  return left
}

/** When the account is read next by itself, from what was read so far. */
export async function plannedAt(tx: Tx, of: Counted): Promise<Date> {
  const { spent, refusedUntil } = await loadBudget(tx, of, false)
  const planned = nextPlanned(of.limits, spent, of.account.id, tx.now)
  return refusedUntil && refusedUntil > planned ? refusedUntil : planned
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
  const spent = await ports.db.forClient(clientId, (tx) => spend(tx, read))
  if ('until' in spent) {
    const detail = 'the reads that the bank allows are used up; nothing was sent'
    throw new ConnectorFailure({ kind: 'rate_limited', detail, retryAt: spent.until })
  }
  try {
    return await work()
  } catch (error) {
    if (isFailure(error, 'not_sent')) await ports.db.forClient(clientId, (tx) => giveBack(tx, spent.id))
    if (isFailure(error, 'rate_limited')) {
      const { retryAt } = error.facts
      await ports.db.forClient(clientId, (tx) => noteRefusal(tx, spent.id, retryAt))
    }
    throw error
  }
}

async function spend(tx: Tx, read: CountedRead): Promise<{ id: string } | { until: Date }> {
  const { account, attended, jobId } = read
  await tx.prisma
    .$queryRaw`select id from account where client_id = ${tx.clientId} and id = ${account.id} for update`
  const until = await callAllowedAt(tx, read)
  if (until > tx.now) return { until }
  const id = newId('call', tx.now)
  const { companyId } = account
  await tx.prisma.bankCall.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId,
      accountId: account.id,
      endpoint: keyOf(read),
      attended,
      jobId,
      at: tx.now,
    },
  })
  return { id }
}

async function giveBack(tx: Tx, id: string): Promise<void> {
  await tx.prisma.bankCall.update({ where: { id }, data: { unspentAt: tx.now } })
}

async function noteRefusal(tx: Tx, id: string, retryAt: Date | undefined): Promise<void> {
  const least = after(tx.now, retryAt ? shortestMs : unnamedMs)
  const refusedUntil = retryAt && retryAt > least ? retryAt : least
  await tx.prisma.bankCall.update({ where: { id }, data: { refusedUntil } })
}
