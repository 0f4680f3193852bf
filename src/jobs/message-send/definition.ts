import { defineJob } from '../define-job.ts'
import { giveUp, sendMessage } from './work.ts'

/** One mail to one person. The subject is the message. */
export const messageSend = defineJob({
  kind: 'message-send',
  timeoutMs: 60_000,
  concurrency: 4,
  work: sendMessage,
  gaveUp: giveUp,
})
