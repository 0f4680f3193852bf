import type { Money } from './money.ts'

/**
 * The one normal form in which every source (Berlin Group JSON, camt, later MT940 and OCR) is handed to
 * `statements/`. Sign lives in the amount: credits are positive, debits negative, as seen by the account.
 */
export type Party = {
  readonly name?: string
  /** IBAN or BBAN as the bank wrote it, without blanks. */
  readonly account?: string
}

export type References = {
  readonly endToEndId?: string
  readonly messageId?: string
  readonly paymentInformationId?: string
  readonly instructionId?: string
  readonly mandateId?: string
  /** Norwegian customer identification number (2-25 digits, may end in `-`), from structured remittance. */
  readonly kid?: string
}

/** A payment inside an entry. Matching uses details; proof sums entries (DESIGN 5.2). */
export type EntryDetail = {
  readonly amount?: Money
  readonly references: References
  readonly debtor?: Party
  readonly creditor?: Party
  /** Unstructured remittance text, lines joined by a newline. */
  readonly text?: string
}

export type EntryStatus = 'pending' | 'booked' | 'information'

/** One movement of the account as one source stated it. */
export type StatementEntry = {
  readonly status: EntryStatus
  readonly amount: Money
  /** Calendar date; always present on booked entries. */
  readonly bookingDate?: string
  readonly valueDate?: string
  readonly reversal: boolean
  /** Ids the bank gave, by kind. Aliases only: what they are worth is in the manifest (`idStability`). */
  readonly bankIds: {
    readonly transactionId?: string
    readonly entryReference?: string
    readonly servicerReference?: string
  }
  /** `PMNT-RCDT-VCOM`: domain, family, sub-family (ISO 20022 external code set). */
  readonly bankTransactionCode?: string
  readonly proprietaryCode?: string
  readonly text?: string
  readonly balanceAfter?: Money
  readonly details: readonly EntryDetail[]
}

export type BalanceType =
  | 'openingBooked'
  | 'closingBooked'
  | 'interimBooked'
  | 'interimAvailable'
  | 'closingAvailable'
  | 'expected'
  | 'forwardAvailable'
  | 'previouslyClosedBooked'
  | 'other'

/** A balance that a bank stated: at the end (opening: at the start) of `date`. */
export type StatedBalance = {
  readonly type: BalanceType
  /** The bank's own code, kept for `other`. */
  readonly code: string
  readonly amount: Money
  readonly date?: string
}

/** Head of one statement in a file. */
export type StatementHead = {
  readonly id: string
  readonly sequence?: string
  /** IBAN or other account number, without blanks. */
  readonly account: string
  readonly accountKind: 'IBAN' | 'BBAN' | 'other'
  readonly currency?: string
  readonly from?: string
  readonly to?: string
  readonly balances: readonly StatedBalance[]
}

/** Something a reader could read only with a reservation. */
export type ReadWarning = { readonly rule: string; readonly detail: string; readonly line?: number }

/** What a file reader yields, in file order. `statement` comes before its entries, balances may come in pieces. */
export type StatementPart =
  | {
      readonly kind: 'file'
      readonly format: string
      readonly version: string
      readonly encoding: string
      readonly messageId?: string
    }
  | { readonly kind: 'statement'; readonly head: StatementHead }
  | { readonly kind: 'entry'; readonly entry: StatementEntry; readonly line: number }
  | { readonly kind: 'statementEnd'; readonly head: StatementHead }
  | { readonly kind: 'warning'; readonly warning: ReadWarning }
