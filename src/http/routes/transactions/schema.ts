import { z } from 'zod'
import { entryMachine } from '../../../domain/machines.ts'
import type { TransactionRow } from '../../../statements/read.ts'
import { date, id, instant, money } from '../../wire.ts'

type State = keyof typeof entryMachine.moves
const states = Object.keys(entryMachine.moves) as [State, ...State[]]

const party = z.object({ name: z.string().nullable(), account: z.string().nullable() })

const detail = z
  .object({
    amount: money.nullable(),
    kid: z.string().nullable(),
    endToEndId: z.string().nullable(),
    messageId: z.string().nullable(),
    paymentInformationId: z.string().nullable(),
    instructionId: z.string().nullable(),
    mandateId: z.string().nullable(),
    debtor: party,
    creditor: party,
    text: z.string().nullable(),
  })
  .meta({ id: 'TransactionDetail', description: 'One payment inside a transaction.' })

export const transaction = z
  .object({
    id: id('transaction').describe('Permanent: it stays when the bank reissues its own ids.'),
    accountId: id('account'),
    state: z.enum(states),
    bookingDate: date.nullable(),
    valueDate: date.nullable(),
    amount: money.describe('Negative for money that left the account.'),
    reversal: z.boolean(),
    text: z.string().nullable(),
    counterparty: party,
    kid: z.string().nullable(),
    endToEndId: z.string().nullable(),
    bankTransactionCode: z
      .string()
      .nullable()
      .describe('ISO 20022 domain-family-subfamily: `PMNT-RCDT-VCOM`.'),
    balanceAfter: money.nullable().describe('As the bank stated it.'),
    bankIds: z
      .array(z.object({ kind: z.string(), value: z.string() }))
      .describe("The bank's own ids: hints, not identity."),
    details: z.array(detail),
    revision: z.int(),
    firstSeenAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Transaction' })

const moneyOf = (minor: bigint | null, currency: string | null) =>
  minor === null || !currency ? null : { minor, currency }

type DetailRow = TransactionRow['entryDetailEntryId'][number]

function detailOf(row: DetailRow, currency: string): z.output<typeof detail> {
  const { kid, endToEndId, messageId, paymentInformationId, instructionId, mandateId, text } = row
  return {
    amount: moneyOf(row.amountMinor, row.currency ?? currency),
    ...{ kid, endToEndId, messageId, paymentInformationId, instructionId, mandateId, text },
    debtor: { name: row.debtorName, account: row.debtorAccount },
    creditor: { name: row.creditorName, account: row.creditorAccount },
  }
}

export function transactionOf(row: TransactionRow): z.output<typeof transaction> {
  const { id, accountId, bookingDate, valueDate, currency, reversal, text, kid, endToEndId, revision } = row
  return {
    ...{ id, accountId, bookingDate, valueDate, reversal, text, kid, endToEndId, revision },
    state: row.state as State,
    amount: { minor: row.amountMinor, currency },
    counterparty: { name: row.counterpartyName, account: row.counterpartyAccount },
    bankTransactionCode: row.bankTransactionCode,
    balanceAfter: moneyOf(row.balanceAfterMinor, currency),
    bankIds: row.entryAliasEntryId.map(({ kind, value }) => ({ kind, value })),
    details: row.entryDetailEntryId.map((part) => detailOf(part, currency)),
    firstSeenAt: row.firstSeenAt,
    updatedAt: row.updatedAt,
  }
}
