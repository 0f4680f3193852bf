import type { Tx } from '../db.ts'

/**
 * Does a page of a read begin with a row that the page before has too, and that no ids tell apart? Either the rows moved
 * while they were read, and it is one; or they are two equal ones. The answer alone does not say. Rows that are known to
 * be two raise no doubt.
 */
export async function hasDoubtfulBorder(tx: Tx, accountId: string, sourceId: string): Promise<boolean> {
  const { rows } = await tx.sql.query(
    `with first as (
       select distinct on (page) page, hash, row from observation
        where client_id = $1 and source_id = $2 and status = 'booked' order by page, ordinal
     )
     select 1 from first f
       join observation o on o.client_id = $1 and o.source_id = $2 and o.page = f.page - 1 and o.status = 'booked'
      where o.row - 'bankIds' = f.row - 'bankIds'
        and (o.row -> 'bankIds' -> 'transactionId' is null or f.row -> 'bankIds' -> 'transactionId' is null)
        and (select count(*) from entry e where e.client_id = $1 and e.account_id = $3
               and e.hash in (o.hash, f.hash) and e.state in ('booked', 'reversed')) < 2
      limit 1`,
    [tx.clientId, sourceId, accountId],
  )
  return rows.length > 0
}
