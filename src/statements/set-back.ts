import type { Tx } from '../db.ts'
import { mayMove } from '../domain/machine.ts'
import { entryMachine } from '../domain/machines.ts'
import { reviseEntries, type Source } from './apply.ts'
import type { EntryOwner } from './entry-rows.ts'
import type { Change, EntryState, Reason, StoredEntry } from './identity.ts'
import type { ObservedRow } from './normal.ts'
import type { Was } from './revisions.ts'

/**
 * Makes an entry what it was, or what somebody has said it is: state, words, ids, details, and whose words they are.
 * Answers the change, for its events.
 */
export async function setEntry(
  tx: Tx,
  account: EntryOwner,
  sourceId: string,
  entry: StoredEntry,
  to: Omit<Was, 'row'>,
  reason: Reason,
): Promise<Change> {
  await passThroughRemoved(tx, entry, to.state)
  const { state, content, aliases, hash, identityHash } = to
  const row: ObservedRow = { status: 'booked', content, aliases, hash: '', identityHash }
  const change: Change = {
    ...{ entry, row, state, content, aliases, hash, identityHash, reason },
    confidence: 'certain',
  }
  const source: Source = { id: sourceId, route: to.route }
  await reviseEntries(tx, account, source, [change])
  await tx.sql.query(
    `update entry set route = $3, booked_at = case when state = 'pending' then null else booked_at end,
        removed_at = case when state = 'removed' then $4::timestamptz end where client_id = $1 and id = $2`,
    [tx.clientId, entry.id, to.route, tx.now],
  )
  await tx.sql.query('delete from entry_detail where client_id = $1 and entry_id = $2 and position >= $3', [
    tx.clientId,
    entry.id,
    content.details.length,
  ])
  return change
}

/** What the bank does never (a booking that is a hold again) people may say: by way of what is allowed. */
async function passThroughRemoved(tx: Tx, entry: StoredEntry, state: EntryState): Promise<void> {
  if (entry.state === state || mayMove(entryMachine, entry.state, state)) return
  await tx.sql.query(`update entry set state = 'removed' where client_id = $1 and id = $2`, [
    tx.clientId,
    entry.id,
  ])
}
