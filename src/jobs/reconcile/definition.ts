import { defineJob } from '../define-job.ts'
import { reconcile } from './work.ts'

/** Matches the booked transactions of one account. The subject is the account. */
export const reconcileJob = defineJob({ kind: 'reconcile', concurrency: 4, work: reconcile })
