import { z } from 'zod'
import { categoryOf, transactionCategories } from '../../../domain/bank-transaction-codes.ts'
import { cleanDescription } from '../../../domain/description.ts'
import { entryMachine } from '../../../domain/machines.ts'
import type { TransactionRow } from '../../../statements/read.ts'
import { date, id, instant, money } from '../../wire.ts'
import {
  batches,
  batchesOf,
  charges,
  chargesOf,
  detail,
  detailOf,
  moneyOf,
  party,
  statedAmounts,
  statedAmountsOf,
} from './parts.ts'

type State = keyof typeof entryMachine.moves
const states = Object.keys(entryMachine.moves) as [State, ...State[]]

/** Where each member comes from in every format: docs/normal-form.md, which a test holds to this schema. */
export const transaction = z
  .object({
    id: id('transaction').describe('Permanent: it stays when the bank reissues its own ids.'),
    accountId: id('account'),
    state: z.enum(states),
    bookingDate: date.nullable(),
    valueDate: date.nullable(),
    amount: money.describe('What was booked. Negative for money that left the account.'),
    amounts: statedAmounts,
    charges,
    batches,
    reversal: z.boolean(),
    description: z
      .string()
      .nullable()
      .describe('The text made readable: one line, padding and the words of card terminals left out.'),
    text: z.string().nullable().describe("The bank's own text, as it came."),
    counterparty: party.describe('The other side, where there is one.'),
    kid: z.string().nullable(),
    endToEndId: z.string().nullable(),
    bankTransactionCode: z
      .string()
      .nullable()
      .describe('ISO 20022 domain-family-subfamily: `PMNT-RCDT-VCOM`.'),
    proprietaryCode: z.string().nullable().describe("The bank's own code."),
    category: z
      .enum(transactionCategories)
      .nullable()
      .describe('The kind of movement in plain words, by its codes; null where the bank gave none.'),
    balanceAfter: money.nullable().describe('As the bank stated it.'),
    bankIds: z
      .array(z.object({ kind: z.string(), value: z.string() }))
      .describe("The bank's own ids: hints, not identity."),
    details: z.array(detail),
    takenOver: z.boolean().describe('You had it from elsewhere before this account was read for you.'),
    revision: z.int(),
    firstSeenAt: instant,
    updatedAt: instant,
    bookedAt: instant.nullable().describe('When it was first known as booked.'),
    removedAt: instant.nullable().describe('When the bank no longer stated it.'),
  })
  .meta({ id: 'Transaction' })

export function transactionOf(row: TransactionRow): z.output<typeof transaction> {
  const { id, accountId, bookingDate, valueDate, currency, reversal, text, kid, endToEndId, revision } = row
  const { bankTransactionCode, proprietaryCode, takenOver, firstSeenAt, updatedAt, bookedAt, removedAt } = row
  const details = row.entryDetailEntryId.map((part) => detailOf(part, currency))
  const incoming = row.amountMinor > 0n
  const [only] = details.length === 1 ? details : []
  return {
    ...{ id, accountId, bookingDate, valueDate, reversal, text, kid, endToEndId, revision },
    state: row.state as State,
    amount: { minor: row.amountMinor, currency },
    amounts: statedAmountsOf(row.amounts),
    charges: chargesOf(row.charges),
    batches: batchesOf(row.batches),
    description: cleanDescription(text),
    counterparty: {
      name: row.counterpartyName,
      account: row.counterpartyAccount,
      bic: (incoming ? only?.debtor.bic : only?.creditor.bic) ?? null,
    },
    bankTransactionCode,
    proprietaryCode,
    category: categoryOf({ bankTransactionCode, proprietaryCode, incoming }),
    balanceAfter: moneyOf(row.balanceAfterMinor, currency),
    bankIds: row.entryAliasEntryId.map(({ kind, value }) => ({ kind, value })),
    details,
    ...{ takenOver, firstSeenAt, updatedAt, bookedAt, removedAt },
  }
}
