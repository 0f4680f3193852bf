import { defineJob } from '../define-job.ts'
import { deliver } from './work.ts'

/** One event to one webhook endpoint. The subject is the delivery. */
export const webhookDeliver = defineJob({
  kind: 'webhook-deliver',
  timeoutMs: 30_000,
  concurrency: 8,
  work: deliver,
})
