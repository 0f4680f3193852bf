import { defineJob } from '../define-job.ts'
import { discover, giveUp } from './work.ts'

/** Asks a bank which accounts a consent shows. The subject is the consent. */
export const accountsDiscover = defineJob({
  kind: 'accounts-discover',
  concurrency: 4,
  recurring: true,
  work: discover,
  gaveUp: giveUp,
})
