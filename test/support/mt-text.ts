// Statements as MT940, written by hand for tests.
import type { BankRow } from './account-at-bank.ts'
import { type CamtStatement, sum } from './camt-text.ts'

const date = (day: string) => `${day.slice(2, 4)}${day.slice(5, 7)}${day.slice(8)}`
const mark = (minor: bigint) => (minor < 0n ? 'D' : 'C')
const amount = (minor: bigint) => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0')
  return `${digits.slice(0, -2)},${digits.slice(-2)}`
}
const balance = (tag: string, minor: bigint, day: string) =>
  `:${tag}:${mark(minor)}${date(day)}NOK${amount(minor)}`

const movement = (row: BankRow) =>
  `:61:${date(row.day)}${date(row.day).slice(2)}${mark(row.minor)}${amount(row.minor)}NTRFNONREF${row.id ? `//${row.id}` : ''}\r\n` +
  `:86:${row.text ?? 'Innbetaling'}`

/** A file with one statement; the opening balance is dated on its own day. */
export const mt940 = ({
  id,
  day,
  opening,
  rows,
  sequence = '1',
  account = '86011117947',
  missing = 0n,
}: CamtStatement) =>
  Buffer.from(
    [
      ...[`:20:${id}`, `:25:${account}`, `:28C:${sequence}`, balance('60F', opening, day)],
      ...rows.map(movement),
      ...[balance('62F', sum(rows, opening) + missing, day), '-', ''],
    ].join('\r\n'),
  )
