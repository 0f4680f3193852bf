import { z } from 'zod'
import type { TransactionRow } from '../../../statements/read.ts'
import * as stated from '../../../statements/stated.ts'
import { currency, money } from '../../wire.ts'

/** Amounts in minor units as the columns hold them. */
export const moneyOf = (minor: bigint | null, currency: string | null) =>
  minor === null || !currency ? null : { minor, currency }

export const party = z
  .object({
    name: z.string().nullable(),
    account: z.string().nullable().describe('IBAN, BBAN or another number, without blanks.'),
    bic: z.string().nullable().describe("BIC of the party's bank."),
  })
  .meta({ id: 'Party' })

export const statedAmounts = z
  .object({
    instructed: money.nullable().describe('What the payer ordered, before charges and conversion.'),
    transaction: money.nullable().describe('What was exchanged between the banks.'),
    counterValue: money.nullable().describe('The same in the other currency of a conversion.'),
    exchange: z
      .object({
        source: currency,
        target: currency.nullable(),
        unit: currency.nullable().describe('The currency that the rate is the price of.'),
        rate: z.string().describe('Decimal number as the bank wrote it.'),
      })
      .nullable(),
  })
  .nullable()
  .meta({ id: 'StatedAmounts', description: 'Amounts behind the booked one, without a sign.' })

type Json = Parameters<typeof stated.amountsOf>[0]

export function statedAmountsOf(json: Json): z.output<typeof statedAmounts> {
  const found = stated.amountsOf(json)
  if (!found) return null
  const { instructed, transaction, counterValue, exchange } = found
  return {
    instructed: instructed ?? null,
    transaction: transaction ?? null,
    counterValue: counterValue ?? null,
    exchange: exchange
      ? {
          source: exchange.source,
          target: exchange.target ?? null,
          unit: exchange.unit ?? null,
          rate: exchange.rate,
        }
      : null,
  }
}

export const charges = z.array(
  z
    .object({
      amount: money.describe('Negative where it was charged.'),
      included: z.boolean().nullable().describe('Whether it is inside the amount beside it.'),
      code: z.string().nullable(),
    })
    .meta({ id: 'Charge' }),
)

export function chargesOf(json: Json): z.output<typeof charges> {
  return (stated.chargesOf(json) ?? []).map(({ amount, included, code }) => {
    return { amount, included: included ?? null, code: code ?? null }
  })
}

export const batches = z.array(
  z
    .object({
      transactions: z.int().nullable(),
      total: money.nullable(),
      messageId: z.string().nullable(),
      paymentInformationId: z.string().nullable(),
    })
    .meta({
      id: 'Batch',
      description: 'What the bank says of a batch, also where it gives no details of it.',
    }),
)

export function batchesOf(json: Json): z.output<typeof batches> {
  return (stated.batchesOf(json) ?? []).map(({ transactions, total, messageId, paymentInformationId }) => ({
    transactions: transactions ?? null,
    total: total ?? null,
    messageId: messageId ?? null,
    paymentInformationId: paymentInformationId ?? null,
  }))
}

export const detail = z
  .object({
    amount: money.nullable(),
    amounts: statedAmounts,
    charges,
    kid: z.string().nullable(),
    creditorReferences: z
      .array(z.string())
      .describe('All structured references to the creditor as written, the KID among them.'),
    endToEndId: z.string().nullable(),
    messageId: z.string().nullable(),
    paymentInformationId: z.string().nullable(),
    instructionId: z.string().nullable(),
    mandateId: z.string().nullable(),
    transactionId: z.string().nullable().describe('Given by the first bank in the chain.'),
    servicerReference: z.string().nullable().describe("The account's own bank's reference of this payment."),
    debtor: party,
    creditor: party,
    returnReason: z.string().nullable().describe('Why it came back: an ISO 20022 code, or words.'),
    text: z.string().nullable(),
  })
  .meta({ id: 'TransactionDetail', description: 'One payment inside a transaction.' })

type DetailRow = TransactionRow['entryDetailEntryId'][number]

export function detailOf(row: DetailRow, currency: string): z.output<typeof detail> {
  const { kid, endToEndId, messageId, paymentInformationId, instructionId, mandateId } = row
  const { transactionId, servicerReference, returnReason, text } = row
  return {
    amount: moneyOf(row.amountMinor, row.currency ?? currency),
    amounts: statedAmountsOf(row.amounts),
    charges: chargesOf(row.charges),
    ...{ kid, endToEndId, messageId, paymentInformationId, instructionId, mandateId },
    ...{ transactionId, servicerReference, returnReason, text },
    creditorReferences: [...stated.creditorReferencesOf(row.creditorReferences)],
    debtor: { name: row.debtorName, account: row.debtorAccount, bic: row.debtorBic },
    creditor: { name: row.creditorName, account: row.creditorAccount, bic: row.creditorBic },
  }
}
