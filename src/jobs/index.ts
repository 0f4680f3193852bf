import { accountsDiscover } from './accounts-discover/definition.ts'
import { consentCheck } from './consent-check/definition.ts'
import type { JobDefinition } from './define-job.ts'
import { expiry } from './expiry/definition.ts'
import { messageSend } from './message-send/definition.ts'
import { paymentStatus } from './payment-status/definition.ts'
import type { JobPorts } from './ports.ts'
import { reconcileJob } from './reconcile/definition.ts'
import { routeTwin } from './route-twin/definition.ts'
import { signingComplete } from './signing-complete/definition.ts'
import { statementsSync } from './statements-sync/definition.ts'
import { webhookDeliver } from './webhook-deliver/definition.ts'

/** Every job there is: one folder each, its definition apart from its work. */
export const jobs: readonly JobDefinition<JobPorts>[] = [
  messageSend,
  webhookDeliver,
  signingComplete,
  consentCheck,
  accountsDiscover,
  statementsSync,
  routeTwin,
  reconcileJob,
  paymentStatus,
  expiry,
]
