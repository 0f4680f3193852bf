import type { Manifest } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import { addDays, after, osloDate } from '../domain/clock.ts'
import type { CallUse } from './call-window.ts'
import { firstUnread } from './coverage.ts'
import { openGapsToFill } from './gaps.ts'
import { type JobRow, type Shortened, shortenedOf } from './sync-job.ts'
import { type Window, windowOf } from './sync-window.ts'

export type Purpose = 'planned' | 'refresh' | 'history' | 'backfill'

export type ReadPlan = {
  readonly window: Window
  readonly purpose: Purpose
  /** Gaps that the read reaches back for. */
  readonly gapIds: readonly string[]
  /** The bank has refused to go back further, on this read's behalf. */
  readonly shortened: Shortened | null
}

/** Reads that reach back for gaps are at least this far apart: a row that is late is not there an hour later either. */
const backfillMs = 24 * 3_600_000

export const useOf = ({ purpose }: { readonly purpose: string }): CallUse =>
  purpose === 'planned' || purpose === 'backfill' ? 'planned' : 'asked'

/**
 * Which days to ask for, and why. With the person present whatever was never listed and the bank may give is asked for
 * too; without them, open gaps within the bank's reach.
 * @param read.found the unfinished job that becomes this read, if any.
 */
export async function planRead(
  tx: Tx,
  read: {
    readonly account: { readonly id: string; readonly readThrough: string | null }
    readonly manifest: Manifest
    readonly attended: boolean
    readonly found: JobRow | null
    readonly shortened: Shortened | null
  },
): Promise<ReadPlan> {
  const { account, manifest, attended, found } = read
  const today = osloDate(tx.now)
  const { readThrough } = account
  const historyDays = attended ? manifest.historyDaysPresent : manifest.historyDays
  const shortened = read.shortened ?? (attended ? null : shortenedOf(found))
  const facts = { today, readThrough, historyDays, refusedBefore: shortened?.to ?? null }
  const usual = windowOf(facts)
  const missing =
    readThrough === null ? nothing : await findMissing(tx, account.id, { attended, today, historyDays })
  const window = windowOf({ ...facts, missingFrom: missing.from })
  const wider = window.from < usual.from
  const gapIds = wider ? missing.gapIds : []
  return { window, purpose: purposeOf(found, { readThrough, attended, wider }), gapIds, shortened }
}

type Missing = { readonly from: string | null; readonly gapIds: readonly string[] }
const nothing: Missing = { from: null, gapIds: [] }

async function findMissing(
  tx: Tx,
  accountId: string,
  { attended, today, historyDays }: { attended: boolean; today: string; historyDays: number },
): Promise<Missing> {
  const oldest = addDays(today, -historyDays)
  if (!attended && (await hasBackfilled(tx, accountId))) return nothing
  const gaps = await openGapsToFill(tx, accountId, oldest)
  const unread = attended ? await firstUnread(tx, accountId, oldest, today) : null
  const days = [...gaps.map(({ from }) => from), ...(unread === null ? [] : [unread])].sort()
  // Only reads by ourselves are counted: a person's may be as many as they like.
  return { from: days[0] ?? null, gapIds: attended ? [] : gaps.map(({ id }) => id) }
}

async function hasBackfilled(tx: Tx, accountId: string): Promise<boolean> {
  const latest = await tx.prisma.syncJob.findFirst({
    where: {
      clientId: tx.clientId,
      accountId,
      purpose: 'backfill',
      state: { not: 'cancelled' },
      // The last try of a job counts, not the day on which it was planned.
      startedAt: { gt: after(tx.now, -backfillMs) },
    },
    select: { id: true },
  })
  return latest !== null
}

function purposeOf(
  found: JobRow | null,
  read: { readonly readThrough: string | null; readonly attended: boolean; readonly wider: boolean },
): Purpose {
  const asked = found?.pages === 0 ? found.purpose : null
  // Tries of one job count as one: once a day also where the first of them failed.
  if (asked === 'refresh' || asked === 'history' || (asked === 'backfill' && !read.attended)) return asked
  if (read.readThrough === null) return 'history'
  if (read.attended) return read.wider ? 'history' : 'refresh'
  return read.wider ? 'backfill' : 'planned'
}
