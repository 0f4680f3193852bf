import type { JobDefinition } from './define-job.ts'
import { messageSend } from './message-send/definition.ts'
import type { JobPorts } from './ports.ts'
import { webhookDeliver } from './webhook-deliver/definition.ts'

/** Every job there is: one folder each, its definition apart from its work. */
export const jobs: readonly JobDefinition<JobPorts>[] = [messageSend, webhookDeliver]
