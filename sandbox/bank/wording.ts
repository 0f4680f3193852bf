import { createHash } from 'node:crypto'
import type { Bank } from './banks.ts'
import type { Booking } from './types.ts'

/**
 * How a bank's other interface, run by a platform that many banks share, tells a booked row: ids of its own that mean
 * nothing at the bank, words in capitals behind the day, no entry reference. Amounts, dates and references are equal.
 */
export function platformWords(bank: Bank, row: Booking, wire: Record<string, unknown>) {
  const { entryReference: _none, balanceAfterTransaction: _nor, ...told } = wire
  const day = `${row.bookingDate.slice(8)}.${row.bookingDate.slice(5, 7)}`
  const number = createHash('sha256').update(`${bank.id} platform ${row.id}`).digest('hex').slice(0, 12)
  const capitals = (key: string) =>
    typeof told[key] === 'string' ? { [key]: (told[key] as string).toUpperCase() } : {}
  return {
    ...told,
    transactionId: number,
    ...capitals('debtorName'),
    ...capitals('creditorName'),
    ...(row.text ? { remittanceInformationUnstructured: `${day} ${row.text.toUpperCase()}` } : {}),
  }
}
