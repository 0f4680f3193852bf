import { createHash } from 'node:crypto'
import type { Account, Consent } from './types.ts'

/** The handle of an account. Stable only for the life of one consent, as the standard allows. */
export const resourceId = (consent: Consent, account: Account): string =>
  createHash('sha256').update(`${consent.id} ${account.id}`).digest('hex').slice(0, 32)
