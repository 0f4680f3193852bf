import { defineJob } from '../define-job.ts'
import { lookAtSigning } from './work.ts'

/** Looks after an order at the e-sign provider whose signer may never come back to our page. The subject is the signer. */
export const signingComplete = defineJob({
  kind: 'signing-complete',
  concurrency: 4,
  recurring: true,
  work: lookAtSigning,
})
