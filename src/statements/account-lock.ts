import type { Tx } from '../db.ts'

/**
 * Locks an account's row until the transaction ends: whatever changes its transactions, days, places in the list of changes or
 * reads follows one another. The key stays as it is, so rows that point at the account may be inserted meanwhile: two files that
 * have kept their rows and now both want the lock would otherwise wait for each other.
 */
export async function lockAccount(tx: Tx, accountId: string): Promise<void> {
  await tx.sql.query('select id from account where client_id = $1 and id = $2 for no key update', [
    tx.clientId,
    accountId,
  ])
}
