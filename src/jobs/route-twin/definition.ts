import { defineJob } from '../define-job.ts'
import { compare, failed } from './work.ts'

/** Reads an account by a second route and reports what differs. The subject is the comparison. */
export const routeTwin = defineJob({
  kind: 'route-twin',
  concurrency: 2,
  timeoutMs: 300_000,
  work: compare,
  gaveUp: failed,
})
