import { agreementSteps } from './agreement.ts'
import { bookSteps } from './books.ts'
import { consentSteps } from './consent.ts'
import { eventSteps } from './events.ts'
import { paymentSteps } from './payment.ts'
import type { Step } from './walk.ts'

/** The whole path. */
export const allSteps: readonly Step[] = [
  ...agreementSteps,
  ...consentSteps,
  ...bookSteps,
  ...paymentSteps,
  ...eventSteps,
]
