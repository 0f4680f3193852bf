import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { type Money, parseMoney } from '../../domain/money.ts'
import type { BalanceType, StatedBalance } from '../../domain/statement.ts'
import { excerpt, type ReadContext, readHeaders, type Unreadable } from './accounts.ts'
import { expectStatus, malformed } from './errors.ts'
import { amountSchema, type BankAnswer, type BankCall, readJson, statementDate, text } from './wire.ts'

/** `GET /v1/accounts/{account-id}/balances`. */
export function buildGetBalances(resourceId: string, context: ReadContext): BankCall {
  return {
    method: 'GET',
    path: `/v1/accounts/${encodeURIComponent(resourceId)}/balances`,
    headers: readHeaders(context),
  }
}

export const balanceSchema = z.object({
  balanceAmount: amountSchema,
  balanceType: text,
  referenceDate: text,
  creditLimitIncluded: text,
})
const answerSchema = z.object({ balances: z.array(z.unknown()) })

/** Berlin Group's names (1.3.11, schema balanceType); they are compared without case. */
const typeByName: Readonly<Record<string, BalanceType>> = {
  closingbooked: 'closingBooked',
  openingbooked: 'openingBooked',
  interimbooked: 'interimBooked',
  interimavailable: 'interimAvailable',
  expected: 'expected',
  forwardavailable: 'forwardAvailable',
}

/** Reads an answer of `buildGetBalances`. @throws BankRefusal */
export function processBalances(
  answer: BankAnswer,
  clock: Clock,
): { balances: StatedBalance[]; unreadable: Unreadable[] } {
  expectStatus(answer, clock, 200)
  const parsed = answerSchema.safeParse(readJson(answer.body))
  if (!parsed.success) throw malformed('the answer has no balances', answer)
  return readBalances(parsed.data.balances)
}

/** Each balance by itself: one that cannot be read is set aside, never guessed. */
export function readBalances(rows: readonly unknown[]): {
  balances: StatedBalance[]
  unreadable: Unreadable[]
} {
  const balances: StatedBalance[] = []
  const unreadable: Unreadable[] = []
  for (const [i, row] of rows.entries()) {
    try {
      balances.push(readBalance(balanceSchema.parse(row)))
    } catch (error) {
      unreadable.push({ path: `balances[${i}]`, detail: reason(error), raw: excerpt(row) })
    }
  }
  return { balances, unreadable }
}

function readBalance(row: z.infer<typeof balanceSchema>): StatedBalance {
  const name = row.balanceType ?? ''
  const stated = typeByName[name.toLowerCase()] ?? 'other'
  // With the credit that may be drawn in it, it is not what is booked; a bank may state both.
  const withCredit = row.creditLimitIncluded === 'true' && stated.endsWith('Booked')
  const code = withCredit ? `${name}, creditLimitIncluded` : name
  const date = statementDate(row.referenceDate)
  return {
    type: withCredit ? 'other' : stated,
    code: code.slice(0, 60),
    amount: readAmount(row.balanceAmount),
    ...(date && { date }),
  }
}

/** @throws AmountError for what is no exact amount in a named currency. */
export function readAmount(row: z.infer<typeof amountSchema>, currencyElse?: string): Money {
  const currency = (row.currency ?? currencyElse)?.toUpperCase() ?? ''
  if (!/^[A-Z]{3}$/.test(currency) || currency === 'XXX') throw new RowError('an amount without a currency')
  return parseMoney(String(row.amount), currency)
}

/** A row that cannot be read; its text names the field, never the content. */
export class RowError extends Error {}

/** Why a row could not be read, in words. */
export function reason(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]
    return `${issue?.path.join('.') || 'row'}: ${issue?.message ?? 'not readable'}`
  }
  return error instanceof Error ? error.message : 'not readable'
}
