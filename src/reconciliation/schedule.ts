import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'

/**
 * Makes matching due for all accounts of a company: its items may be paid from any of them. Rows are taken in the
 * order of their accounts, so that two that do so at once wait for each other and never in a ring.
 */
export async function reconcileAll(tx: Tx, companyId: string): Promise<void> {
  const accounts = await tx.sql.query<{ id: string }>(
    'select id from account where client_id = $1 and company_id = $2 order by id',
    [tx.clientId, companyId],
  )
  const accountIds = accounts.rows.map(({ id }) => id)
  await tx.sql.query(
    `insert into due_work (id, client_id, company_id, kind, subject_id, due_at, created_at)
     select u.id, $1, $2, 'reconcile', u.account_id, $5, $5
       from unnest($3::text[], $4::text[]) with ordinality as u (id, account_id, n) order by u.n
     on conflict (client_id, kind, subject_id) do update set due_at = least(due_work.due_at, excluded.due_at)`,
    [tx.clientId, companyId, accountIds.map(() => newId('due', tx.now)), accountIds, tx.now],
  )
}
