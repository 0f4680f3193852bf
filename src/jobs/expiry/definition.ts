import { defineJob } from '../define-job.ts'
import { end } from './work.ts'

/** Ends an agreement that was not signed in time, or a consent that was never begun. Either is the subject. */
export const expiry = defineJob({ kind: 'expiry', concurrency: 2, recurring: true, work: end })
