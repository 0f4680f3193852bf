import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import type { Money } from '../../domain/money.ts'
import type {
  EntryDetail,
  EntryStatus,
  Party,
  StatedBalance,
  StatementEntry,
} from '../../domain/statement.ts'
import { excerpt, type ReadContext, readHeaders, type Unreadable } from './accounts.ts'
import { balanceSchema, RowError, readAmount, readBalances, reason } from './balances.ts'
import { expectStatus, malformed } from './errors.ts'
import { joinLines, readRemittance, remittanceFields } from './remittance.ts'
import { readBatch, readExchange, statedFields } from './stated.ts'
import {
  accountNumber,
  accountReferenceSchema,
  amountSchema,
  type BankAnswer,
  type BankCall,
  linksSchema,
  readJson,
  statementDate,
  text,
} from './wire.ts'

export type TransactionsQuery = {
  readonly from: string
  readonly to: string
  readonly bookingStatus: 'booked' | 'both'
  readonly withBalance: boolean
}

/** `GET /v1/accounts/{account-id}/transactions`, first page; both dates are inclusive. */
export function buildGetTransactions(
  resourceId: string,
  query: TransactionsQuery,
  context: ReadContext,
): BankCall {
  const search = new URLSearchParams({
    bookingStatus: query.bookingStatus,
    dateFrom: query.from,
    dateTo: query.to,
    ...(query.withBalance && { withBalance: 'true' }),
  })
  return {
    method: 'GET',
    path: `/v1/accounts/${encodeURIComponent(resourceId)}/transactions?${search}`,
    headers: readHeaders(context),
  }
}

const partyFields = {
  creditorName: text,
  creditorAccount: accountReferenceSchema.optional().catch(undefined),
  debtorName: text,
  debtorAccount: accountReferenceSchema.optional().catch(undefined),
  creditorAgent: text,
  debtorAgent: text,
  ultimateCreditor: text,
  ultimateDebtor: text,
}
const detailSchema = z.object({
  endToEndId: text,
  mandateId: text,
  transactionAmount: amountSchema.optional().catch(undefined),
  ...partyFields,
  ...remittanceFields,
})
const rowSchema = detailSchema.extend({
  ...statedFields,
  transactionId: text,
  entryReference: text,
  bookingDate: text,
  valueDate: text,
  transactionAmount: amountSchema,
  additionalInformation: text,
  bankTransactionCode: text,
  proprietaryBankTransactionCode: text,
  balanceAfterTransaction: balanceSchema.optional().catch(undefined),
  entryDetails: z.array(detailSchema).nullish().catch(undefined),
})
type Row = z.infer<typeof rowSchema>

const list = z.array(z.unknown()).nullish()
const answerSchema = z.object({
  transactions: z.object({ booked: list, pending: list, information: list, _links: linksSchema }),
  balances: list.catch(undefined),
  _links: linksSchema,
})

export type TransactionsRead = {
  readonly entries: StatementEntry[]
  readonly balances: StatedBalance[]
  readonly unreadable: Unreadable[]
  /** `next` as the bank wrote it; absent on the last page. */
  readonly next?: string
}

/**
 * Reads one page (NextGenPSD2 1.3.11, schema transactionsResponse-200_json). A row that cannot be read is set
 * aside with its path and reason; the others stand. `currency` is the account's, for rows that name none.
 * @throws BankRefusal
 */
export function processTransactions(answer: BankAnswer, currency: string, clock: Clock): TransactionsRead {
  expectStatus(answer, clock, 200)
  const parsed = answerSchema.safeParse(readJson(answer.body))
  if (!parsed.success) throw malformed('the answer has no transaction lists', answer)
  const { transactions, balances: balanceRows, _links } = parsed.data
  const { balances, unreadable } = readBalances(balanceRows ?? [])
  const entries: StatementEntry[] = []
  for (const status of ['booked', 'pending', 'information'] as const) {
    for (const [i, raw] of (transactions[status] ?? []).entries()) {
      try {
        entries.push(readEntry(rowSchema.parse(raw), status, currency))
      } catch (error) {
        unreadable.push({ path: `transactions.${status}[${i}]`, detail: reason(error), raw: excerpt(raw) })
      }
    }
  }
  const next = transactions._links.next ?? _links.next
  return { entries, balances, unreadable, ...(next && { next }) }
}

function readEntry(row: Row, status: EntryStatus, currency: string): StatementEntry {
  const amount = readAmount(row.transactionAmount, currency)
  const dates = readDates(row, status)
  const details = row.entryDetails?.length
    ? row.entryDetails.map((detail) => readDetail(detail, currency))
    : [{ ...readDetail(row, currency), amount }]
  const balanceAfter = bookedAfter(row, amount.currency)
  const amounts = readExchange(row)
  const batches = readBatch(row)
  const words = joinLines([readRemittance(row).text, row.additionalInformation])
  return {
    status,
    amount,
    ...dates,
    reversal: false,
    bankIds: {
      ...(row.transactionId && { transactionId: row.transactionId }),
      ...(row.entryReference && { entryReference: row.entryReference }),
    },
    ...(row.bankTransactionCode && { bankTransactionCode: row.bankTransactionCode }),
    ...(row.proprietaryBankTransactionCode && { proprietaryCode: row.proprietaryBankTransactionCode }),
    ...(words && { text: words }),
    ...(balanceAfter && { balanceAfter }),
    ...(amounts && { amounts }),
    ...(batches.length > 0 && { batches }),
    details,
  }
}

/** The booking date decides which day an entry proves: it is never taken from the value date. */
function readDates(row: Row, status: EntryStatus): { bookingDate?: string; valueDate?: string } {
  const bookingDate = statementDate(row.bookingDate)
  const valueDate = statementDate(row.valueDate)
  if (row.bookingDate && !bookingDate) throw new RowError('bookingDate is no calendar date')
  if (status === 'booked' && !bookingDate) throw new RowError('a booked entry without bookingDate')
  return { ...(bookingDate && { bookingDate }), ...(valueDate && { valueDate }) }
}

function readDetail(row: z.infer<typeof detailSchema>, currency: string): EntryDetail {
  const remittance = readRemittance(row)
  const endToEndId = row.endToEndId?.toUpperCase() === 'NOTPROVIDED' ? undefined : row.endToEndId
  const debtor = readParty(row.debtorName ?? row.ultimateDebtor, row.debtorAccount, row.debtorAgent)
  const creditor = readParty(row.creditorName ?? row.ultimateCreditor, row.creditorAccount, row.creditorAgent)
  return {
    ...(row.transactionAmount && { amount: readAmount(row.transactionAmount, currency) }),
    references: {
      ...(endToEndId && { endToEndId }),
      ...(row.mandateId && { mandateId: row.mandateId }),
      ...(remittance.kid && { kid: remittance.kid }),
    },
    ...(debtor && { debtor }),
    ...(creditor && { creditor }),
    ...(remittance.text && { text: remittance.text }),
  }
}

function readParty(
  name: string | undefined,
  reference: z.infer<typeof accountReferenceSchema> | undefined,
  bic: string | undefined,
): Party | undefined {
  const account = accountNumber(reference)
  if (!name && !account && !bic) return undefined
  return { ...(name && { name }), ...(account && { account }), ...(bic && { bic }) }
}

/** Only a booked balance proves anything: some platforms give the available one after each entry. */
function bookedAfter(row: Row, currency: string): Money | undefined {
  const stated = row.balanceAfterTransaction
  if (!stated || !/^(interim|closing)Booked$/i.test(stated.balanceType ?? '')) return undefined
  if (stated.creditLimitIncluded === 'true') return undefined
  try {
    const amount = readAmount(stated.balanceAmount, currency)
    return amount.currency === currency ? amount : undefined
  } catch {
    return undefined
  }
}
