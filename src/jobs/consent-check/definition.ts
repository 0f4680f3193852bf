import { defineJob } from '../define-job.ts'
import { lookAtConsent } from './work.ts'

/** Asks a bank how a consent stands. The subject is the consent. */
export const consentCheck = defineJob({
  kind: 'consent-check',
  concurrency: 4,
  recurring: true,
  work: lookAtConsent,
})
