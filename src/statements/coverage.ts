import type { Tx } from '../db.ts'

/** Reads whose list was followed to its end, though single rows may not have been readable. */
const whole = `pages > 0 and cursor is null and state in ('running', 'succeeded', 'succeeded_no_change', 'partial')`

/** Last day that reads of the bank before this one have listed; null when this is the first. */
export async function readBefore(tx: Tx, accountId: string, sourceId: string): Promise<string | null> {
  const { rows } = await tx.sql.query<{ through: string | null }>(
    `select max(to_date) as through from sync_job
      where client_id = $1 and account_id = $2 and id <> $3 and ${whole}`,
    [tx.clientId, accountId, sourceId],
  )
  return rows[0]?.through ?? null
}

/** First and last day that reads of the bank have listed. */
export async function readPeriod(
  tx: Tx,
  accountId: string,
): Promise<{ readonly from: string; readonly to: string } | null> {
  const { rows } = await tx.sql.query<{ from: string | null; to: string | null }>(
    `select min(from_date) as "from", max(to_date) as "to" from sync_job
      where client_id = $1 and account_id = $2 and ${whole}`,
    [tx.clientId, accountId],
  )
  const { from, to } = rows[0] ?? {}
  return from && to ? { from, to } : null
}
