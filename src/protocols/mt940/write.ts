import { addDays } from '../../domain/clock.ts'
import type { WrittenBalance, WrittenStatement } from '../written-statement.ts'
import { derivedRemark } from './derived-remark.ts'
import { mtAmount, mtDate } from './write-entry.ts'

const balance = (tag: string, date: string, { amount }: WrittenBalance) =>
  `:${tag}:${amount.minor < 0n ? 'D' : 'C'}${mtDate(date)}${amount.currency}${mtAmount(amount)}`

/**
 * The fields before the first entry, lines without their ends (SWIFT MT940: 20, 25, 28C, 60F). The opening balance is dated
 * on the evening that it closed. The number of the statement is 0: we number none, and one made up would look like a gap
 * to who counts them.
 */
export function writeMtStatementStart({ account, from, to, opening }: WrittenStatement): string[] {
  return [
    `:20:${mtDate(from)}-${mtDate(to)}${opening.amount.currency}`,
    `:25:${account.number.slice(0, 35)}`,
    ':28C:0',
    balance('60F', addDays(from, -1), opening),
  ]
}

/** Closing balance (62F), and what the whole statement has to say (86): which of its balances no bank wrote. */
export function writeMtStatementEnd({ to, opening, closing }: WrittenStatement): string[] {
  const remark = derivedRemark([
    ...(opening.derived ? (['opening'] as const) : []),
    ...(closing.derived ? (['closing'] as const) : []),
  ])
  return [balance('62F', to, closing), ...(remark === null ? [] : [`:86:${remark}`]), '-']
}

/** Lines as they go into the file: ASCII, each ended as SWIFT does. */
export const mtLines = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('')
