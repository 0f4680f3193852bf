import type { Prisma, Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { unnest } from './bulk.ts'
import type { GapCause, Named } from './gap-causes.ts'
import { type Followed, followGaps, isNews, type OpenGap } from './gap-follow.ts'

type Account = { readonly id: string; readonly companyId: string }
type GapRow = Prisma.AccountGapGetPayload<object>

/** What has become of an account's gaps, with their ids. */
export type GapChanges = {
  readonly opened: readonly (Named & { readonly id: string })[]
  readonly changed: readonly (Named & { readonly id: string })[]
  readonly closed: readonly OpenGap[]
}

const openGap = (row: GapRow): OpenGap => ({
  id: row.id,
  from: row.fromDate,
  to: row.toDate,
  differenceMinor: row.differenceMinor,
  cause: row.cause as GapCause,
  suspects: row.suspects,
})

/**
 * Keeps the gaps of one currency in step with what was found from `judged.from` on: open ones go on under their id,
 * others are opened or closed. Gaps that end before it stand as they are.
 */
export async function keepGaps(
  tx: Tx,
  account: Account,
  currency: string,
  judged: { readonly from: string; readonly gaps: readonly Named[] },
): Promise<GapChanges> {
  const rows = await tx.prisma.accountGap.findMany({
    where: {
      clientId: tx.clientId,
      accountId: account.id,
      currency,
      closedAt: null,
      toDate: { gte: judged.from },
    },
    orderBy: [{ toDate: 'asc' }, { id: 'asc' }],
  })
  const followed = followGaps(rows.map(openGap), judged.gaps)
  await close(tx, followed.closed)
  await update(tx, followed.kept)
  const opened = followed.opened.map((gap) => ({ ...gap, id: newId('gap', tx.now) }))
  await insert(tx, account, currency, opened)
  const changed = followed.kept.filter(isNews).map(({ gap, now }) => ({ ...now, id: gap.id }))
  return { opened, changed, closed: followed.closed }
}

async function close(tx: Tx, gaps: Followed['closed']): Promise<void> {
  if (gaps.length === 0) return
  await tx.sql.query(
    'update account_gap set closed_at = $3 where client_id = $1 and id = any ($2::text[]) and closed_at is null',
    [tx.clientId, gaps.map(({ id }) => id), tx.now],
  )
}

async function update(tx: Tx, kept: Followed['kept']): Promise<void> {
  const changed = kept.filter((one) => isNews(one) || one.gap.suspects.join() !== one.now.suspects.join())
  if (changed.length === 0) return
  const { text, values } = unnest(
    [
      ['id', 'text'],
      ['from_date', 'text'],
      ['to_date', 'text'],
      ['cause', 'text'],
      ['suspects', 'text'],
    ],
    changed.map(({ gap, now }) => [gap.id, now.from, now.to, now.cause, now.suspects.join()]),
  )
  await tx.sql.query(
    `update account_gap g set from_date = u.from_date, to_date = u.to_date, cause = u.cause,
        suspects = string_to_array(u.suspects, ',')
       from ${text} as u (id, from_date, to_date, cause, suspects)
      where g.client_id = $${values.length + 1} and g.id = u.id`,
    [...values, tx.clientId],
  )
}

async function insert(tx: Tx, account: Account, currency: string, gaps: GapChanges['opened']): Promise<void> {
  if (gaps.length === 0) return
  const { text, values } = unnest(
    [
      ['id', 'text'],
      ['from_date', 'text'],
      ['to_date', 'text'],
      ['difference_minor', 'int8'],
      ['cause', 'text'],
      ['suspects', 'text'],
    ],
    gaps.map((gap) => [gap.id, gap.from, gap.to, gap.differenceMinor, gap.cause, gap.suspects.join()]),
  )
  const n = values.length
  await tx.sql.query(
    `insert into account_gap (client_id, company_id, account_id, currency, opened_at, id, from_date, to_date,
        difference_minor, cause, suspects)
     select $${n + 1}, $${n + 2}, $${n + 3}, $${n + 4}, $${n + 5}::timestamptz, u.id, u.from_date, u.to_date,
        u.difference_minor, u.cause, string_to_array(u.suspects, ',')
       from ${text} as u (id, from_date, to_date, difference_minor, cause, suspects)`,
    [...values, tx.clientId, account.companyId, account.id, currency, tx.now],
  )
}

export type GapToFill = {
  readonly id: string
  readonly currency: string
  /** Days to read again: those of the gap that the bank still gives. */
  readonly from: string
  readonly to: string
  readonly differenceMinor: bigint
  readonly cause: GapCause
  readonly backfills: number
  readonly openedAt: Date
}

/** Reads that are made to fill one gap: what the bank does not give three times is for a person. */
const mostBackfills = 3
const mostAtOnce = 20

/**
 * Open gaps that another read of their days may fill, the oldest first.
 * @param oldest first day that the bank gives for this read.
 */
export async function openGapsToFill(tx: Tx, accountId: string, oldest: string): Promise<GapToFill[]> {
  const rows = await tx.prisma.accountGap.findMany({
    where: {
      clientId: tx.clientId,
      accountId,
      closedAt: null,
      toDate: { gte: oldest },
      cause: { not: 'balances_disagree' },
      backfills: { lt: mostBackfills },
    },
    orderBy: [{ toDate: 'asc' }, { id: 'asc' }],
    take: mostAtOnce,
  })
  return rows.map(({ id, currency, backfills, openedAt, ...row }) => {
    const { fromDate, toDate: to, differenceMinor } = row
    const from = fromDate > oldest ? fromDate : oldest
    return { id, currency, from, to, differenceMinor, cause: row.cause as GapCause, backfills, openedAt }
  })
}

/** A read is made to fill them; -1: it was not, the bank could not be reached. */
export async function noteBackfill(tx: Tx, gapIds: readonly string[], by: 1 | -1 = 1): Promise<void> {
  if (gapIds.length === 0) return
  await tx.prisma.accountGap.updateMany({
    where: { clientId: tx.clientId, id: { in: [...gapIds] } },
    data: { backfills: { increment: by } },
  })
}
