import type { Money } from '../../domain/money.ts'
import { MtUnreadable, readEntryDate, readMtAmount, readMtDate } from './parts.ts'

/** Field 61, one movement. */
export type StatementLine = {
  readonly amount: Money
  readonly direction: 'credit' | 'debit'
  readonly reversal: boolean
  /** Only announced: marks EC and ED of MT942. */
  readonly expected: boolean
  readonly valueDate?: string
  readonly entryDate?: string
  /** `NTRF`, `FCHG`, `S051`. */
  readonly type?: string
  /** Reference for the account's owner, as a rule the payer's own. */
  readonly reference?: string
  /** Reference of the bank, behind `//`. */
  readonly bankReference?: string
  /** What stands beside or below: words, the counterparty's account, original amounts. */
  readonly supplement: readonly string[]
}

/**
 * Value date, entry date (left out or blank by some), mark, third letter of the currency, amount, the rest. Banks
 * write more than the standard allows: a point in the amount, none after it, small letters.
 */
const shape = /^(\d{6})(\d{4}| {4})?(R[CD]|E[CD]|[CD])([A-Z])?(\d+(?:[,.]\d*)?)(.*)$/is

/** What banks write where there is no reference. */
const noReference = /^(nonref|n)?$/i

/**
 * Field 61 (SWIFT MT940, field 61: `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and a second line of words). A reversed
 * credit takes money away, so it is a debit, and the other way round.
 * `context`: what the statement said before, its currency and a date near to which a day without a year lies.
 * @throws MtUnreadable when amount or direction cannot be read for certain.
 */
export function readStatementLine(
  lines: readonly string[],
  { currency, near }: { currency: string | undefined; near: string | undefined },
): StatementLine {
  const [first = '', ...others] = lines
  const match = shape.exec(first)
  if (!match) throw new MtUnreadable(`"${first.slice(0, 40)}" is not a statement line (field 61)`)
  const [, valueText = '', entryText, markText = '', , digits = '', rest = ''] = match
  if (rest === '') throw new MtUnreadable('the line ends in its amount, so the amount may be cut off')
  if (!/^[A-Za-z/ ]/.test(rest)) throw new MtUnreadable('the amount goes on with what is no part of it')
  if (!currency) throw new MtUnreadable('no balance before the entry says its currency')
  const mark = markText.toUpperCase()
  const reversal = mark.startsWith('R')
  const credit = mark.endsWith('C') !== reversal
  const unsigned = readMtAmount(digits, currency)
  const valueDate = readMtDate(valueText)
  const entryDate = entryText?.trim() ? readEntryDate(entryText, valueDate ?? near) : undefined
  return {
    amount: credit ? unsigned : { ...unsigned, minor: -unsigned.minor },
    direction: credit ? 'credit' : 'debit',
    reversal,
    expected: mark.startsWith('E'),
    ...(valueDate && { valueDate }),
    ...(entryDate && { entryDate }),
    ...readRest(rest, others),
  }
}

function readRest(
  rest: string,
  others: readonly string[],
): Pick<StatementLine, 'type' | 'reference' | 'bankReference' | 'supplement'> {
  const [before = '', ...behind] = rest.split('//')
  const type = /^nonref/i.test(before) ? undefined : /^[A-Z][A-Z0-9 ]{3}/i.exec(before)?.[0]
  const own = before.slice(type?.length ?? 0)
  // Some pad the reference to its sixteen places and go on with a name.
  const padded = /^(\S{1,16})\s{2,}(\S.*)$/s.exec(own)
  const reference = (padded?.[1] ?? own).trim()
  const bankReference = behind.join('//').trim()
  const supplement = [padded?.[2] ?? '', ...others].map((line) => line.trim()).filter(Boolean)
  return {
    ...(type && { type: type.trim() }),
    ...(!noReference.test(reference) && { reference }),
    ...(!noReference.test(bankReference) && { bankReference }),
    supplement,
  }
}
