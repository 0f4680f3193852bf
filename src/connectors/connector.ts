import type { Money } from '../domain/money.ts'
import type { StatedBalance, StatementEntry } from '../domain/statement.ts'

/** What is known of a route to one or more banks. Limits are the bank's, not wishes. */
export type Manifest = {
  readonly id: string
  /** Ids of the institutions that this connector serves (rows of the catalogue). */
  readonly institutions: readonly string[]
  /** The only origins that may be called or linked to; the client certificate is shown nowhere else. */
  readonly origins: readonly string[]
  /** Origins to which a person's browser may be sent for SCA. */
  readonly scaOrigins: readonly string[]
  /** How far back a read may begin without the PSU present, days before today. */
  readonly historyDays: number
  /** The same with the PSU present, or right after their SCA; never less. */
  readonly historyDaysPresent: number
  readonly consentDaysMax: number
  /** Reads without the PSU present: of each endpoint (balances, transactions) of an account in one window. */
  readonly unattendedReadsPerDay: number
  /** What the bank counts in: any 24 hours, or calendar days in `timeZone`. */
  readonly readWindow: 'rolling_24h' | 'calendar_day'
  /** IANA name. */
  readonly timeZone: string
  readonly scaApproaches: readonly ('redirect' | 'decoupled' | 'oauth')[]
  /** `permanent`: bank ids of entries never change and are never reused. */
  readonly idStability: 'permanent' | 'unstable'
  /** False: activating a recurring consent ends the same person's others at this bank. */
  readonly multipleConsents: boolean
  /** True: the same request id with the same body is answered with the same resource, never a second one. */
  readonly replaySafe: boolean
  /**
   * True: no order moves money before the person has confirmed it on the page that our answer leads to. Never true where
   * the bank exempts orders from SCA, asks in its own app by itself, or is not known.
   */
  readonly scaAlways: boolean
  readonly approval: 'psd2_sca' | 'online_bank' | 'pre_approved'
  readonly statesClosingBalances: boolean
}

/** The person at the other end of the wire right now. Never invented: without one, `psu` is absent. */
export type PresentPsu = {
  readonly ipAddress: string
  readonly userAgent?: string
  readonly acceptLanguage?: string
}

/** The right to act at one bank for one consent. Only `consent/open-session` makes one. */
export type BankSession = {
  readonly institutionId: string
  /** What the connector asked the engine to remember when the consent was made (opaque to the engine). */
  readonly memory: ConnectorMemory
  readonly psu?: PresentPsu
}

/** Plain JSON that a connector needs later; kept encrypted by the engine. */
export type ConnectorMemory = Readonly<Record<string, string>>

export type ConsentRequest = {
  /** Idempotency anchor fixed by us; sent as X-Request-ID where the protocol has one. */
  readonly requestId: string
  readonly institutionId: string
  readonly psu: PresentPsu
  readonly returnUrl: string
  readonly failureUrl: string
  /** Last day wanted, `YYYY-MM-DD`; the bank may shorten it. */
  readonly validUntil: string
  readonly frequencyPerDay: number
  /** Account numbers for a detailed consent; empty asks for a bank-offered one. */
  readonly accounts: readonly string[]
}

export type ConsentState =
  | 'received'
  | 'partially_authorised'
  | 'awaiting_approval'
  | 'valid'
  | 'rejected'
  | 'expired'
  | 'revoked_by_psu'
  | 'terminated'
  /** A status the bank added: nothing is concluded from it. */
  | 'unknown'

export type ConsentCreated = {
  readonly memory: ConnectorMemory
  readonly state: ConsentState
  readonly sca: ScaStep
}

/** What the person has to do next at the bank. */
export type ScaStep =
  | { readonly approach: 'redirect'; readonly url: string }
  | { readonly approach: 'decoupled'; readonly message: string }
  | { readonly approach: 'none' }

export type ConsentStatus = {
  readonly state: ConsentState
  readonly validUntil?: string
  readonly frequencyPerDay?: number
}

export type ConsentFlow = {
  create(request: ConsentRequest): Promise<ConsentCreated>
  status(session: BankSession): Promise<ConsentStatus>
  revoke(session: BankSession): Promise<void>
}

export type BankAccount = {
  /** The bank's handle for this consent only; never an identity. */
  readonly resourceId: string
  readonly iban?: string
  readonly bban?: string
  readonly currency: string
  readonly name?: string
  readonly ownerName?: string
  readonly product?: string
  readonly usage: 'business' | 'private' | 'unknown'
}

export type TransactionQuery = {
  readonly from: string
  readonly to: string
  /** Where a former page said the next one is; absent for the first page. */
  readonly cursor?: string
}

export type TransactionPage = {
  readonly entries: readonly StatementEntry[]
  readonly balances: readonly StatedBalance[]
  /** Absent on the last page. */
  readonly next?: string
  /** Rows that could not be read, each with a reason; the rest of the page stands. */
  readonly unreadable: readonly { readonly path: string; readonly detail: string; readonly raw: string }[]
  /** The exact bytes, for the archive. */
  readonly raw: Uint8Array
}

export type StatementReads = {
  balances(session: BankSession, account: { resourceId: string }): Promise<readonly StatedBalance[]>
  transactions(
    session: BankSession,
    account: { resourceId: string; currency: string },
    query: TransactionQuery,
  ): Promise<TransactionPage>
}

export type PaymentOrder = {
  readonly paymentId: string
  /** Fixed by the attempt, written before the call; X-Request-ID at Berlin Group banks. */
  readonly requestId: string
  readonly endToEndId: string
  readonly amount: Money
  readonly debtorAccount: string
  readonly creditorAccount: string
  readonly creditorName: string
  /** Either a KID or a text, never both. */
  readonly kid?: string
  readonly text?: string
  /** `YYYY-MM-DD`; absent means as soon as possible. */
  readonly executionDate?: string
  readonly returnUrl: string
  readonly failureUrl: string
}

export type BankPaymentState =
  | 'received'
  | 'pending'
  | 'partially_authorised'
  | 'accepted'
  | 'executed'
  | 'rejected'
  | 'cancelled'
  | 'unknown'

export type Submission = {
  readonly memory: ConnectorMemory
  readonly state: BankPaymentState
  readonly sca: ScaStep
}

export type PaymentStatus = {
  readonly state: BankPaymentState
  /** ISO 20022 code as the bank said it, e.g. `ACSP`. */
  readonly code: string
  readonly reason?: { readonly code: string; readonly message?: string }
  readonly scaState?: 'open' | 'finalised' | 'failed'
}

export type PaymentFlow = {
  /** Proves the client certificate before the order leaves, then submits once. Throws `not_sent` or `outcome_unknown` when unsure. */
  submit(session: BankSession, order: PaymentOrder): Promise<Submission>
  status(session: BankSession, payment: ConnectorMemory): Promise<PaymentStatus>
  cancel?(session: BankSession, payment: ConnectorMemory): Promise<'cancelled' | ScaStep>
}

/** One way to one or many banks. Stateless; a capability is there because the function is. */
export type Connector = {
  readonly manifest: Manifest
  readonly consent: ConsentFlow
  accounts(session: BankSession): Promise<readonly BankAccount[]>
  readonly statements?: StatementReads
  readonly payments?: PaymentFlow
  close(): Promise<void>
}
