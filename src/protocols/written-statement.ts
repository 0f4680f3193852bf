import type { Money } from '../domain/money.ts'

/** A balance at an evening. `derived`: it follows from stated balances and proven rows; no bank wrote this number. */
export type WrittenBalance = { readonly amount: Money; readonly derived: boolean }

/** Booked rows of one direction. */
export type WrittenTotal = { readonly entries: number; readonly sum: Money }

/** Head of a statement that is written: whole days, with what stood before the first and at the end of the last. */
export type WrittenStatement = {
  readonly account: {
    /** IBAN, BBAN or another number, without blanks. */
    readonly number: string
    readonly name?: string
    readonly owner?: string
  }
  /** Calendar dates, both included. */
  readonly from: string
  readonly to: string
  /** The evening before `from`. */
  readonly opening: WrittenBalance
  readonly closing: WrittenBalance
  readonly credits: WrittenTotal
  readonly debits: WrittenTotal
}
