import type { Tx } from '../db.ts'
import { formatAmount } from '../domain/money.ts'
import { sha256 } from '../vault.ts'

export type PaymentRow = Awaited<ReturnType<Tx['prisma']['payment']['findUniqueOrThrow']>>

/**
 * The hash of what a person approves and of what is sent: every field the bank acts on. A payment whose fields have
 * changed since the approval has another hash, and the approval no longer counts.
 */
export function snapshotHash(payment: PaymentRow): string {
  const {
    id,
    accountId,
    creditorName,
    creditorAccount,
    kid,
    text,
    executionDate,
    endToEndId,
    kind,
    currency,
  } = payment
  const amount = formatAmount({ minor: payment.amountMinor, currency })
  const fields = {
    id,
    accountId,
    amount,
    currency,
    creditorName,
    creditorAccount,
    kid,
    text,
    executionDate,
    endToEndId,
    kind,
  }
  return sha256(JSON.stringify(fields))
}
