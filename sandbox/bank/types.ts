import type { FaultName } from './faults/table.ts'

/** Banks of the sandbox by id. */
export type BankId = 'fjordbanken' | 'tindebanken'

export type Counterparty = { name: string; bban?: string; iban?: string }

/** One row on an account. Booked rows are ordered by (bookingDate, sequence). */
export type Booking = {
  id: string
  sequence: number
  status: 'booked' | 'pending'
  bookingDate: string
  valueDate: string
  amountMinor: bigint
  kid?: string
  text?: string
  endToEndId?: string
  counterparty?: Counterparty
  paymentId?: string
  /** ISO 20022 bank transaction code, "PMNT-RCDT-DMCT". */
  code?: string
}

export type Account = {
  id: string
  bankId: BankId
  bban: string
  iban: string
  currency: string
  name: string
  product: string
  cashAccountType: string
  usage: 'ORGA' | 'PRIV'
  ownerName: string
  organisationNumber: string | null
  /** Ids of the people who may see and use the account at the bank. */
  users: string[]
  /** `amountMinor` is the booked balance as the day `date` begins. */
  opening: { date: string; amountMinor: bigint }
  /** Booked rows in the order of (bookingDate, sequence). */
  bookings: Booking[]
  pending: Booking[]
}

export type AccountReference = { iban?: string; bban?: string; currency?: string }

export type ScaStatus = 'received' | 'finalised' | 'failed'

/** What sends the PSU back after SCA. */
export type Sca = {
  authorisationId: string
  status: ScaStatus
  createdAt: string
  redirectUri: string
  nokRedirectUri: string
  psuId?: string
  personId?: string
}

export type ConsentStatus = 'received' | 'rejected' | 'valid' | 'revokedByPsu' | 'expired' | 'terminatedByTpp'

export type Consent = {
  id: string
  tpp: string
  status: ConsentStatus
  kind: 'detailed' | 'bankOffered' | 'global'
  /** References as asked for; filled by the PSU's choice for a bank-offered consent. */
  access: { accounts: AccountReference[]; balances: AccountReference[]; transactions: AccountReference[] }
  recurring: boolean
  validUntil: string
  frequencyPerDay: number
  createdAt: string
  lastActionDate: string
  sca: Sca
  /** Unattended reads by `<date> <account> <endpoint>`. */
  reads: Record<string, number>
}

export type PaymentStatus = 'RCVD' | 'ACTC' | 'ACSP' | 'ACSC' | 'RJCT' | 'CANC'

export type Payment = {
  id: string
  tpp: string
  status: PaymentStatus
  /** Why it was rejected, for the PSU. */
  reason?: string
  product: string
  /** The body as it was sent. */
  body: Record<string, unknown>
  requestId: string
  debtor: string
  creditor: string
  creditorName: string
  amountMinor: bigint
  currency: string
  kid?: string
  text?: string
  endToEndId?: string
  requestedExecutionDate?: string
  createdAt: string
  /** When SCA was finalised. */
  authorisedAt?: string
  sca: Sca
  /** How often money really left the account. */
  executions: number
}

/** A fault that is waiting to happen. */
export type ActiveFault = {
  name: FaultName
  /** How often it is still to happen; null: until it is cleared. */
  left: number | null
  account?: string
  path?: string
  bookingId?: string
}

export type BankState = {
  accounts: Account[]
  consents: Record<string, Consent>
  payments: Record<string, Payment>
  /** Answers to payment requests by `<tpp> <X-Request-ID>` (banks where a resend is safe). */
  replays: Record<string, { bodyHash: string; paymentId: string }>
  faults: ActiveFault[]
}
