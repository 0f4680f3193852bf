import { addDays } from '../clock.ts'
import type { SandboxContext } from '../context.ts'
import { bbanOf } from '../identifiers.ts'
import { bankIds, bankState } from './banks.ts'
import type { Account, Booking } from './types.ts'

/** Every account of both banks. */
export const allAccounts = (context: SandboxContext): Account[] =>
  bankIds.flatMap((id) => bankState(context, id).accounts)

/** The account with this BBAN or IBAN at either bank. */
export function findAccount(context: SandboxContext, number: string): Account | undefined {
  const bban = bbanOf(number)
  return allAccounts(context).find((account) => account.bban === bban)
}

/** Booked balance now, in øre. */
export const bookedBalance = (account: Account): bigint =>
  account.bookings.reduce((sum, row) => sum + row.amountMinor, account.opening.amountMinor)

/** Booked balance less what is reserved by pending debits, in øre. */
export const availableBalance = (account: Account): bigint =>
  account.pending.reduce(
    (sum, row) => (row.amountMinor < 0n ? sum + row.amountMinor : sum),
    bookedBalance(account),
  )

/** Balance after each booked row, by row id. */
export function balancesAfter(account: Account): Map<string, bigint> {
  let running = account.opening.amountMinor
  return new Map(
    account.bookings.map((row) => {
      running += row.amountMinor
      return [row.id, running]
    }),
  )
}

/**
 * Closing balance of every day that has ended, oldest first: from the day before the account's first day
 * (what it opened with) to the day before `today`.
 */
export function dailyClosing(account: Account, today: string): { date: string; amountMinor: bigint }[] {
  const sums = new Map<string, bigint>()
  for (const row of account.bookings) {
    sums.set(row.bookingDate, (sums.get(row.bookingDate) ?? 0n) + row.amountMinor)
  }
  let running = account.opening.amountMinor
  const days = [{ date: addDays(account.opening.date, -1), amountMinor: running }]
  for (let date = account.opening.date; date < today; date = addDays(date, 1)) {
    running += sums.get(date) ?? 0n
    days.push({ date, amountMinor: running })
  }
  return days
}

export type NewRow = Omit<Booking, 'id' | 'sequence' | 'status'>

function insertBooked(account: Account, row: Booking): void {
  let at = account.bookings.length
  while (at > 0 && (account.bookings[at - 1]?.bookingDate ?? '') > row.bookingDate) at--
  account.bookings.splice(at, 0, row)
}

/** Puts a row on an account; a booked one after the others of its day. */
export function addRow(
  state: SandboxContext['state'],
  account: Account,
  row: NewRow,
  status: Booking['status'] = 'booked',
): Booking {
  const sequence = state.next()
  const full: Booking = { ...row, sequence, status, id: `T${String(sequence).padStart(9, '0')}` }
  if (status === 'booked') insertBooked(account, full)
  else account.pending.push(full)
  state.changed()
  return full
}

/** Turns a pending row into a booked one of the same id. */
export function bookPending(state: SandboxContext['state'], account: Account, row: Booking): void {
  account.pending = account.pending.filter((other) => other !== row)
  insertBooked(account, { ...row, status: 'booked', sequence: state.next() })
  state.changed()
}
