import { addDays, osloDate } from '../domain/clock.ts'
import { formatAmount } from '../domain/money.ts'
import { isBban, isIban } from '../domain/norwegian.ts'
import type { StatedBalance, StatementEntry, StatementHead } from '../domain/statement.ts'
import type { HeadFacts, RowFacts } from './file-head.ts'

/** A warning of ours about a statement that could be read. */
export type Doubt = { readonly rule: string; readonly detail: string }

/** Banks date rows and statements a weekend or a month-end ahead; beyond it the date was written wrong. */
const daysAhead = 35

/** The last day that a statement may name, `YYYY-MM-DD`. */
export const horizonOf = (now: Date) => addDays(osloDate(now), daysAhead)

/** What is announced for a day to come; every other balance says what was there. */
const announced: ReadonlySet<string> = new Set(['expected', 'forwardAvailable'])

/**
 * The head without what it says of days to come: such a balance is no evidence, since the day can still change, and such
 * a period would be years of open days. Pure.
 */
export function withoutFuture(head: StatementHead, now: Date): { head: StatementHead; doubts: Doubt[] } {
  const today = osloDate(now)
  const horizon = horizonOf(now)
  const isToCome = ({ type, date }: StatedBalance) =>
    date !== undefined && date > (announced.has(type) ? horizon : today)
  const late = head.balances.filter(isToCome)
  const period = [head.from, head.to].filter((day) => day !== undefined && day > horizon)
  const days = [...new Set([...period, ...late.map(({ date }) => date)])].sort()
  if (days.length === 0) return { head, doubts: [] }
  const { from, to, ...rest } = head
  const begins = from !== undefined && from <= horizon
  const detail = `statement ${head.id} speaks of days to come (${days.slice(0, 3).join(', ')}): its balances of these are no evidence, and not taken`
  return {
    head: {
      ...rest,
      ...(begins && { from }),
      ...(to !== undefined && to <= horizon && { to }),
      balances: head.balances.filter((balance) => !isToCome(balance)),
    },
    doubts: [{ rule: 'date_in_future', detail }],
  }
}

/** Rows that are booked too far ahead are kept as they were stated, and become no transactions. */
export function withoutFutureDay(entry: StatementEntry, horizon: string): StatementEntry {
  const late = entry.status === 'booked' && entry.bookingDate !== undefined && entry.bookingDate > horizon
  return late ? { ...entry, status: 'information' } : entry
}

export function futureRows(count: number, { id }: StatementHead): Doubt[] {
  if (count === 0) return []
  const are = count === 1 ? 'is' : 'are'
  const detail = `${count} of the entries in statement ${id} ${are} booked more than ${daysAhead} days ahead: kept as stated, no transactions`
  return [{ rule: 'date_in_future', detail }]
}

/** By how much the closing balance of a statement differs from its opening balance and rows together. */
export function misfit(
  head: StatementHead,
  { opening, closing }: HeadFacts,
  { booked }: Pick<RowFacts, 'booked'>,
  accountId: string,
): Doubt[] {
  const currency = closing?.amount.currency
  if (!opening || !closing || !currency || opening.amount.currency !== currency) return []
  const entries = opening.amount.minor + (booked.get(currency) ?? 0n)
  const amount = (minor: bigint) => formatAmount({ minor, currency })
  const { minor } = closing.amount
  if (minor === entries) return []
  const detail =
    `statement ${head.id} of account ${accountId} (${head.account}) does not add up: opening balance and entries give ` +
    `${amount(entries)} ${currency}, the closing balance is ${amount(minor)}, difference ${amount(minor - entries)}`
  return [{ rule: 'does_not_add_up', detail }]
}

/** Banks name accounts by numbers of their own, but also mistype: such an account meets no other one. */
export function unusualNumber({ id, account }: StatementHead, accountId: string): Doubt[] {
  if (isIban(account) || isBban(account)) return []
  const why = /^(\d{11}|NO\d{13})$/.test(account)
    ? 'its check digits are wrong'
    : 'it is neither an IBAN nor a Norwegian account number'
  const detail = `statement ${id} is of account number ${account}, taken in as ${accountId}: ${why}`
  return [{ rule: 'account_number_unusual', detail }]
}
