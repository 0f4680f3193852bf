import type { Tx } from '../db.ts'
import { Problem } from '../domain/problems.ts'

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

/** Whoever asks for something is not kept waiting longer while a file of years goes in. */
const patienceMs = 5000
/** PostgreSQL's `lock_not_available`. */
const notAvailable = '55P03'

/**
 * The same for what a client asks for, who is told soon when somebody else has the account.
 * @throws Problem `account_busy`
 */
export async function lockAccountSoon(tx: Tx, accountId: string): Promise<void> {
  await waitAtMost(tx, patienceMs)
  try {
    await lockAccount(tx, accountId)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === notAvailable)) throw error
    const detail = `Rows of ${accountId} are being written, of a file or a long read. Ask again in a moment.`
    throw new Problem('account_busy', { detail, retryAfterSeconds: 15 }, error)
  }
  await waitAtMost(tx, 0)
}

/** For locks, in this transaction; 0: as long as a statement may take. */
async function waitAtMost(tx: Tx, ms: number): Promise<void> {
  await tx.sql.query(`select set_config('lock_timeout', $1, true)`, [String(ms)])
}
