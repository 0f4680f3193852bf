import type { Tx } from '../db.ts'
import { isInterim } from './file-head.ts'
import type { Restated } from './identity.ts'
import type { Route } from './normal.ts'

/** Statements of the same days that are looked at. */
const mostStatements = 200

/**
 * Sources that a statement which adds up tells again: the same statement issued before (its days, and the balances it
 * begins and ends with), and reports of the running day. Other statements of the day may be other parts of it.
 */
export async function restatedBy(
  tx: Tx,
  accountId: string,
  statement: { readonly id: string; readonly route: Route },
): Promise<Restated> {
  const { rows } = await tx.sql.query<{ id: string; format: string; again: boolean }>(
    `select o.id, o.format, o.from_date = s.from_date and o.to_date = s.to_date
        and o.opening_minor = s.opening_minor and o.closing_minor = s.closing_minor as again
       from statement s join statement o on o.client_id = s.client_id and o.account_id = s.account_id and o.id <> s.id
        and o.route = s.route and not o.details_only and o.from_date <= s.to_date and o.to_date >= s.from_date
      where s.client_id = $1 and s.account_id = $2 and s.id = $3
      order by o.id desc limit $4`,
    [tx.clientId, accountId, statement.id, mostStatements],
  )
  return new Map(
    rows.flatMap(({ id, format, again }): [string, 'whole' | 'so far'][] =>
      again ? [[id, 'whole']] : isInterim(format) ? [[id, 'so far']] : [],
    ),
  )
}
