import { agreementSteps } from './agreement.ts'
import { bookSteps } from './books.ts'
import { consentSteps } from './consent.ts'
import { eventSteps } from './events.ts'
import { paymentSteps } from './payment.ts'
import { statementSteps } from './statements.ts'
import type { Step } from './walk.ts'

/** The whole path. */
export const allSteps: readonly Step[] = [
  ...agreementSteps,
  ...consentSteps,
  ...statementSteps,
  ...bookSteps,
  ...paymentSteps,
  ...eventSteps,
]
