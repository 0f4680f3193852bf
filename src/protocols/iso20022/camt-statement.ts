import type { BalanceType, StatedBalance, StatementHead } from '../../domain/statement.ts'
import { at, textAt, type XmlElement } from '../xml/element.ts'
import { derivedMark } from './derived-mark.ts'
import {
  AmountUnreadable,
  dateIn,
  readAccount,
  readAmount,
  readBic,
  readDate,
  readDirection,
  readName,
  signed,
} from './parts.ts'

/** Balance types by ISO 20022 code; what is missing here is kept as `other` under its own code. */
const balanceTypes: Readonly<Record<string, BalanceType>> = {
  OPBD: 'openingBooked',
  CLBD: 'closingBooked',
  ITBD: 'interimBooked',
  ITAV: 'interimAvailable',
  CLAV: 'closingAvailable',
  XPCD: 'expected',
  FWAV: 'forwardAvailable',
  PRCD: 'previouslyClosedBooked',
}

/**
 * `<Bal>`. A balance without indicator is in credit, unless its amount carries a sign.
 * @throws AmountUnreadable when it cannot be read for certain.
 */
export function readBalance(element: XmlElement, currency?: string): StatedBalance {
  const code =
    textAt(element, 'Tp', 'CdOrPrtry', 'Cd') ??
    textAt(element, 'Tp', 'CdOrPrtry', 'Prtry') ??
    textAt(element, 'Tp', 'Cd') ??
    textAt(element, 'Tp')
  if (code && code.length > 100) throw new AmountUnreadable('the type of the balance is no code')
  const amount = readAmount(at(element, 'Amt'), currency)
  const direction = readDirection(element) ?? 'CRDT'
  if (amount.minor < 0n && direction === 'DBIT') {
    throw new AmountUnreadable('the balance has a sign of its own and is marked as a debit')
  }
  const date = readDate(at(element, 'Dt'))
  return {
    type: (code && balanceTypes[code]) || 'other',
    code: code ?? '',
    amount: signed(amount, direction),
    ...(date && { date }),
    ...(textAt(element, 'Tp', 'SubTp', 'Prtry') === derivedMark && { derived: true }),
  }
}

/** Head of a statement from the elements seen so far; it grows until the statement ends. */
export function buildHead(
  parts: ReadonlyMap<string, XmlElement>,
  balances: readonly StatedBalance[],
): StatementHead {
  const account = parts.get('Acct')
  const number = readAccount(account)
  const sequence = parts.get('ElctrncSeqNb')?.text || parts.get('LglSeqNb')?.text
  const currency = textAt(account, 'Ccy') ?? balances[0]?.amount.currency
  const from = dateIn(textAt(parts.get('FrToDt'), 'FrDtTm') ?? textAt(parts.get('FrToDt'), 'FrDt'))
  const to = dateIn(textAt(parts.get('FrToDt'), 'ToDtTm') ?? textAt(parts.get('FrToDt'), 'ToDt'))
  const owner = readName(at(account, 'Ownr'))
  const bic = readBic(at(account, 'Svcr'))
  return {
    id: parts.get('Id')?.text ?? '',
    ...(sequence && { sequence }),
    account: number?.number ?? '',
    accountKind: number?.kind ?? 'other',
    ...(currency && { currency }),
    ...(from && { from }),
    ...(to && { to }),
    ...(owner && { owner }),
    ...(bic && { bic }),
    balances: [...balances],
  }
}

/** The day of a statement that covers a single one, by its period or by its closing and opening balances. */
export function statementDay(head: StatementHead): string | undefined {
  if (head.from && head.from === head.to) return head.from
  const closing = head.balances.find((balance) => balance.type === 'closingBooked')?.date
  const opening = head.balances.find((balance) => balance.type === 'openingBooked')?.date
  return closing && (opening === undefined || opening === closing) ? closing : undefined
}
