import { defineJob } from '../define-job.ts'
import { putOff, sync, troubled } from './work.ts'

/** Reads balances and transactions of one account. The subject is the account. */
export const statementsSync = defineJob({
  kind: 'statements-sync',
  concurrency: 8,
  timeoutMs: 300_000,
  recurring: true,
  work: sync,
  putOff,
  gaveUp: troubled,
})
