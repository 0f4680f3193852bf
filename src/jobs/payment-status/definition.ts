import { defineJob } from '../define-job.ts'
import { follow } from './work.ts'

/** Asks a bank how a payment stands, and finds submissions whose process died. The subject is the payment. */
export const paymentStatus = defineJob({
  kind: 'payment-status',
  concurrency: 4,
  recurring: true,
  work: follow,
})
