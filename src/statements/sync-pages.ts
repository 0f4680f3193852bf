import { archive } from '../archive.ts'
import type { BankSession, StatementReads, TransactionPage } from '../connectors/connector.ts'
import { ConnectorFailure } from '../connectors/failure.ts'
import type { Prisma, Tx } from '../db.ts'
import type { StatedBalance } from '../domain/statement.ts'
import { StateConflict } from '../events/move.ts'
import type { Tried } from './call-budget.ts'
import { type Hand, newHand } from './hand.ts'
import { writeObservations } from './observations.ts'
import type { StatementPorts } from './ports.ts'
import type { JobRow } from './sync-job.ts'

/** A bank that never ends its list is stopped here. */
const mostPages = 2000
/** Rows that could not be read are counted all, and described up to this many. */
const unreadableShown = 20

export type Reading = {
  readonly job: JobRow
  readonly account: { readonly id: string; readonly companyId: string; readonly currency: string }
  readonly reads: StatementReads
  readonly session: BankSession
  readonly resourceId: string
  /** Makes the call that begins the list: the bank counts it, and not those that follow. */
  readonly first: <T>(call: () => Promise<T>) => Promise<T>
  /** Writes down the call that follows the list, in the transaction that keeps its only page. */
  readonly after: ((tx: Tx) => Promise<Tried>) | null
}

/** `after`: the call that follows the list, where it is written down already. */
export type ReadList = {
  readonly balances: readonly StatedBalance[]
  readonly pages: number
  readonly hand: Hand
  readonly after: Tried | null
}

/**
 * Reads the pages that the job has not got yet. Each is kept (raw bytes encrypted, rows as observations) in one
 * transaction with the cursor, so that a crash costs at most one page.
 */
export async function readPages(
  ports: StatementPorts,
  clientId: string,
  reading: Reading,
): Promise<ReadList> {
  const { job, account, reads, session, resourceId, first } = reading
  const balances: StatedBalance[] = []
  const hand = newHand()
  let at = { pages: job.pages, cursor: job.cursor }
  let after: Tried | null = null
  while (at.pages === 0 || at.cursor !== null) {
    if (at.pages >= mostPages) {
      throw new ConnectorFailure({ kind: 'malformed', detail: `the list goes on after ${mostPages} pages` })
    }
    const query = { from: job.fromDate, to: job.toDate, ...(at.cursor === null ? {} : { cursor: at.cursor }) }
    const ask = () => reads.transactions(session, { resourceId, currency: account.currency }, query)
    const page = at.pages === 0 ? await first(ask) : await ask()
    if (page.next !== undefined && page.next === at.cursor) {
      throw new ConnectorFailure({ kind: 'malformed', detail: 'a page names itself as the next one' })
    }
    const number = at.pages
    after = await ports.db.forClient(clientId, async (tx) => {
      // First, for it locks the account: who has that lock may want the job's row next.
      const spent = number === 0 && page.next === undefined ? await reading.after?.(tx) : undefined
      await keepPage(ports, tx, reading, { number, page, hand })
      return spent ?? null
    })
    balances.push(...page.balances)
    at = { pages: number + 1, cursor: page.next ?? null }
  }
  return { balances, pages: at.pages, hand, after }
}

async function keepPage(
  ports: StatementPorts,
  tx: Tx,
  { job, account }: Reading,
  { number, page, hand }: { number: number; page: TransactionPage; hand: Hand },
): Promise<void> {
  const { vault } = ports
  const kept = await archive(tx, vault, {
    companyId: account.companyId,
    kind: 'bank_answer',
    mediaType: 'application/json',
    bytes: page.raw,
  })
  const moved = await tx.prisma.syncJob.updateMany({
    where: { ...asBegun(job), pages: number },
    data: {
      cursor: page.next ?? null,
      pages: number + 1,
      observed: { increment: page.entries.length },
      unreadable: { increment: page.unreadable.length },
      archives: { push: kept },
    },
  })
  // Another worker took the job over: its page stands, this one is given up.
  if (moved.count === 0) throw new StateConflict('sync_job', job.id, 'running', 'running', null)
  if (page.unreadable.length > 0) await noteUnreadable(tx, job.id, number, page)
  await writeObservations(tx, account, { id: job.id, page: number }, page.entries, hand)
}

/** The read that this worker began. One that was begun anew meanwhile, by other days or another consent, is another. */
const asBegun = ({ id, clientId, consentId, startedAt, fromDate, toDate }: JobRow) => ({
  id,
  clientId,
  state: 'running',
  consentId,
  startedAt,
  fromDate,
  toDate,
})

/** Where and why; what stood there is in the archive only. */
async function noteUnreadable(tx: Tx, jobId: string, number: number, page: TransactionPage): Promise<void> {
  const job = await tx.prisma.syncJob.findUniqueOrThrow({ where: { id: jobId } })
  const before = unreadableOf(job.error)
  const rows = page.unreadable.map(({ path, detail }) => ({ page: number, path, detail }))
  await tx.prisma.syncJob.update({
    where: { id: jobId },
    data: { error: { ...noted(job.error), unreadable: [...before, ...rows].slice(0, unreadableShown) } },
  })
}

const noted = (error: Prisma.JsonValue): Prisma.JsonObject =>
  typeof error !== 'object' || error === null || Array.isArray(error) ? {} : error

function unreadableOf(error: Prisma.JsonValue): Prisma.JsonObject[] {
  const { unreadable } = noted(error)
  return Array.isArray(unreadable) ? (unreadable as Prisma.JsonObject[]) : []
}
