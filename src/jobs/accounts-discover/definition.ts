import { defineJob } from '../define-job.ts'
import { discover } from './work.ts'

/** Asks a bank which accounts a consent shows. The subject is the consent. */
export const accountsDiscover = defineJob({ kind: 'accounts-discover', concurrency: 4, work: discover })
