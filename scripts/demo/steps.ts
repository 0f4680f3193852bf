import { agreementSteps } from './agreement.ts'
import { consentSteps } from './consent.ts'
import { paymentSteps } from './payment.ts'
import type { Step } from './walk.ts'

/** The whole path. */
export const allSteps: readonly Step[] = [...agreementSteps, ...consentSteps, ...paymentSteps]
