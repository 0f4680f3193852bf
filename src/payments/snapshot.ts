import type { Tx } from '../db.ts'
import { formatAmount } from '../domain/money.ts'
import { sha256 } from '../vault.ts'

export type PaymentRow = Awaited<ReturnType<Tx['prisma']['payment']['findUniqueOrThrow']>>

/** Every field the bank acts on, beside the amount. */
const fields = [
  'id',
  'accountId',
  'currency',
  'creditorName',
  'creditorAccount',
  'kid',
  'text',
  'executionDate',
  'endToEndId',
  'kind',
] as const satisfies readonly (keyof PaymentRow)[]

/**
 * The hash of what a person approves and of what is sent. A payment whose fields have changed since the approval has
 * another hash, and the approval no longer counts.
 */
export function snapshotHash(payment: PaymentRow): string {
  const amount = formatAmount({ minor: payment.amountMinor, currency: payment.currency })
  return sha256(JSON.stringify([amount, ...fields.map((field) => payment[field])]))
}
