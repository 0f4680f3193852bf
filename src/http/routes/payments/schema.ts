import { z } from 'zod'
import { type PaymentState, paymentMachine } from '../../../domain/machines.ts'
import type { PaymentRow } from '../../../payments/snapshot.ts'
import { date, id, instant, money } from '../../wire.ts'

const states = Object.keys(paymentMachine.moves) as [PaymentState, ...PaymentState[]]

export const newPayment = z
  .strictObject({
    accountId: id('account').describe('The account to pay from.'),
    amount: money,
    creditorName: z.string().trim().min(1).max(70),
    creditorAccount: z.string().trim().min(1).max(34).describe('Norwegian account number or IBAN.'),
    kid: z.string().min(2).max(25).optional(),
    text: z.string().trim().min(1).max(140).optional().describe('A message; not together with a KID.'),
    executionDate: date.optional().describe('Absent: as soon as possible.'),
    openItemId: id('openItem').optional().describe('The item that this pays: book and pay in one go.'),
  })
  .meta({ id: 'NewPayment' })

export const payment = z
  .object({
    id: id('payment'),
    companyId: id('company'),
    accountId: id('account'),
    openItemId: id('openItem').nullable(),
    state: z.enum(states),
    amount: money,
    creditorName: z.string(),
    creditorAccount: z.string(),
    kid: z.string().nullable(),
    text: z.string().nullable(),
    executionDate: date.nullable(),
    endToEndId: z.string().describe('The same for every attempt; the booked transaction carries it.'),
    bankCode: z.string().nullable().describe("The bank's last word, ISO 20022 (`ACSP`)."),
    reason: z.object({ code: z.string().nullable(), text: z.string().nullable() }).nullable(),
    transactionId: id('transaction').nullable().describe('The booked entry that settled it.'),
    createdAt: instant,
  })
  .meta({ id: 'Payment' })

export function paymentOf(row: PaymentRow): z.output<typeof payment> {
  const { id, companyId, accountId, openItemId, creditorName, creditorAccount, kid, text, executionDate } =
    row
  const reason = row.reasonCode || row.reasonText ? { code: row.reasonCode, text: row.reasonText } : null
  return {
    id,
    companyId,
    accountId,
    openItemId,
    state: row.state as PaymentState,
    amount: { minor: row.amountMinor, currency: row.currency },
    creditorName,
    creditorAccount,
    kid,
    text,
    executionDate,
    endToEndId: row.endToEndId,
    bankCode: row.bankCode,
    reason,
    transactionId: row.settledEntryId,
    createdAt: row.createdAt,
  }
}

export const paymentParams = z.object({ paymentId: id('payment') })
