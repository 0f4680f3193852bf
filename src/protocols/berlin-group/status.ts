/** Consent statuses (NextGenPSD2 1.3.11, schema consentStatus) in the engine's words. Banks may add more: those stay unknown. */
const consentStates = {
  received: 'received',
  rejected: 'rejected',
  valid: 'valid',
  revokedbypsu: 'revoked_by_psu',
  expired: 'expired',
  terminatedbytpp: 'terminated',
  partiallyauthorised: 'partially_authorised',
} as const
export type ConsentStateRead = (typeof consentStates)[keyof typeof consentStates] | 'unknown'

export function consentState(status: string | undefined): ConsentStateRead {
  const key = (status ?? '').toLowerCase()
  return Object.hasOwn(consentStates, key) ? consentStates[key as keyof typeof consentStates] : 'unknown'
}

/**
 * Payment statuses (1.3.11, schema transactionStatus; ISO 20022). `accepted` never means executed: ACSP is
 * "in process" and may still end in RJCT for lack of funds.
 */
const paymentStates = {
  RCVD: 'received',
  PDNG: 'pending',
  PATC: 'partially_authorised',
  ACTC: 'accepted',
  ACFC: 'accepted',
  ACCP: 'accepted',
  ACWC: 'accepted',
  ACSP: 'accepted',
  ACWP: 'accepted',
  ACSC: 'executed',
  ACCC: 'executed',
  RJCT: 'rejected',
  CANC: 'cancelled',
} as const
export type PaymentStateRead = (typeof paymentStates)[keyof typeof paymentStates] | 'unknown'

export function paymentState(code: string | undefined): PaymentStateRead {
  const key = (code ?? '').toUpperCase()
  return Object.hasOwn(paymentStates, key) ? paymentStates[key as keyof typeof paymentStates] : 'unknown'
}

/** SCA statuses (1.3.11, schema scaStatus): finalised, failed and exempted are final, all else is still open. */
export function scaState(status: string | undefined): 'open' | 'finalised' | 'failed' {
  if (status === 'finalised' || status === 'exempted') return 'finalised'
  return status === 'failed' ? 'failed' : 'open'
}
