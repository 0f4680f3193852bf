import type { Tx } from '../db.ts'

/** Reads whose list was followed to its end, though single rows may not have been readable. */
export const wholeRead = `pages > 0 and cursor is null and state in ('running', 'succeeded', 'succeeded_no_change', 'partial')`

/** Last day that reads of the bank before this one have listed; null when this is the first. */
export async function readBefore(tx: Tx, accountId: string, sourceId: string): Promise<string | null> {
  const { rows } = await tx.sql.query<{ through: string | null }>(
    `select max(to_date) as through from sync_job
      where client_id = $1 and account_id = $2 and id <> $3 and ${wholeRead}`,
    [tx.clientId, accountId, sourceId],
  )
  return rows[0]?.through ?? null
}

type ReadPeriod = { readonly from: string; readonly to: string }

/**
 * The days that reads of the bank have listed, as periods, oldest first: an outage may have left days between them.
 * `ended`: without the read that is being taken in.
 */
export async function readPeriods(
  tx: Tx,
  accountId: string,
): Promise<{ readonly all: readonly ReadPeriod[]; readonly ended: readonly ReadPeriod[] }> {
  const { rows } = await tx.sql.query<ReadPeriod & { is_ended: boolean }>(
    `with listed as (
       select range_agg(days) as every, range_agg(days) filter (where state <> 'running') as ended
         from (select daterange(from_date::date, to_date::date, '[]') as days, state from sync_job
                where client_id = $1 and account_id = $2 and from_date <= to_date and ${wholeRead}) reads)
     select lower(days)::text as "from", (upper(days) - 1)::text as "to", is_ended from (
       select unnest(every) as days, false as is_ended from listed
       union all select unnest(ended), true from listed) periods order by is_ended, days`,
    [tx.clientId, accountId],
  )
  return { all: rows.filter((row) => !row.is_ended), ended: rows.filter((row) => row.is_ended) }
}

/** The first day from `oldest` on, and before `today`, that no read of the bank has listed; null where there is none. */
export async function firstUnread(
  tx: Tx,
  accountId: string,
  oldest: string,
  today: string,
): Promise<string | null> {
  const { rows } = await tx.sql.query<{ first: string | null }>(
    `select min(lower(hole))::text as first from unnest(
       datemultirange(daterange($3::text::date, $4::text::date)) - coalesce(
         (select range_agg(daterange(from_date::date, to_date::date, '[]')) from sync_job
           where client_id = $1 and account_id = $2 and to_date >= $3::text and ${wholeRead}), '{}')) as hole`,
    [tx.clientId, accountId, oldest, today],
  )
  return rows[0]?.first ?? null
}
