import type { Money } from './money.ts'

/**
 * The one normal form in which every source (Berlin Group JSON, camt, MT940, Nets OCR) is handed to
 * `statements/`. Sign lives in the amount: credits are positive, debits negative, as seen by the account.
 */
export type Party = {
  readonly name?: string
  /** IBAN or BBAN as the bank wrote it, without blanks. */
  readonly account?: string
  /** BIC of the party's bank. */
  readonly bic?: string
}

export type References = {
  readonly endToEndId?: string
  readonly messageId?: string
  readonly paymentInformationId?: string
  readonly instructionId?: string
  readonly mandateId?: string
  /** Norwegian customer identification number (2-25 digits, may end in `-`), from structured remittance. */
  readonly kid?: string
  /** All structured creditor references as written, the KID among them (a payment may settle several invoices). */
  readonly creditorReferences?: readonly string[]
  /** Id given by the first bank in the chain, unique for a time only. */
  readonly transactionId?: string
  /** The account's own bank's reference of this detail. */
  readonly servicerReference?: string
}

/** A fee as stated: negative where it was charged. `included`: already inside the amount beside it. */
export type Charge = { readonly amount: Money; readonly included?: boolean; readonly code?: string }

/**
 * Amounts behind the booked one (ISO 20022 `AmtDtls`; MT940 `OCMT`, `EXCH`; Berlin Group `currencyExchange`), as
 * stated: without a sign. The rate is a decimal text.
 */
export type StatedAmounts = {
  /** What the payer ordered, before charges and conversion. */
  readonly instructed?: Money
  /** What was exchanged between the banks. */
  readonly transaction?: Money
  readonly counterValue?: Money
  readonly exchange?: {
    readonly source: string
    readonly target?: string
    readonly unit?: string
    readonly rate: string
  }
}

/** What the bank says of the batch behind an entry, also where it gives no details. */
export type BatchSummary = {
  readonly transactions?: number
  readonly total?: Money
  readonly messageId?: string
  readonly paymentInformationId?: string
}

/** A payment inside an entry. Matching uses details; proof sums entries (DESIGN 5.2). */
export type EntryDetail = {
  readonly amount?: Money
  readonly references: References
  readonly debtor?: Party
  readonly creditor?: Party
  /** Unstructured remittance text, lines joined by a newline. */
  readonly text?: string
  readonly amounts?: StatedAmounts
  readonly charges?: readonly Charge[]
  /** Why a payment came back, as a code (ISO 20022 external return reason) or in words. */
  readonly returnReason?: string
}

export type EntryStatus = 'pending' | 'booked' | 'information'

/** One movement of the account as one source stated it. */
export type StatementEntry = {
  readonly status: EntryStatus
  readonly amount: Money
  /** As the source stated it; says more than the sign only where the amount is zero. */
  readonly direction?: 'credit' | 'debit'
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
  /**
   * Entries of a day with the same value stand together as one line on the account statement (Nets OCR giro: date and
   * number of the partial settlement). Only where `detailsOnly`.
   */
  readonly settlement?: string
  readonly amounts?: StatedAmounts
  readonly charges?: readonly Charge[]
  readonly batches?: readonly BatchSummary[]
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
  /** Worked out from entries by whoever wrote the file: the bank has not stated it, and it proves nothing. */
  readonly derived?: true
}

/** Head of one statement in a file. */
export type StatementHead = {
  readonly id: string
  readonly sequence?: string
  /** IBAN or other account number, without blanks. */
  readonly account: string
  /** As the bank wrote it, where that is more than the number: `1017.49.05540EUR`. */
  readonly accountAsWritten?: string
  readonly accountKind: 'IBAN' | 'BBAN' | 'other'
  readonly currency?: string
  readonly from?: string
  readonly to?: string
  /** Name of the account's owner as the bank wrote it. */
  readonly owner?: string
  /** BIC of the bank that keeps the account. */
  readonly bic?: string
  /**
   * Its entries tell more of movements that are stated elsewhere (camt.054, Nets OCR giro) or only announce them
   * (AvtaleGiro). They attach details to entries of the same account and never move a balance by themselves.
   */
  readonly detailsOnly?: true
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
