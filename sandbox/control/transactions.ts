import { isDate, isRecord } from '../bank/errors.ts'
import { addRow, balancesAfter, findAccount, type NewRow } from '../bank/ledger.ts'
import type { Counterparty } from '../bank/types.ts'
import type { SandboxContext } from '../context.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { formatAmount, parseAmount } from '../money.ts'
import { badRequest } from './bad-request.ts'

type Body = Record<string, unknown>

function text(body: Body, name: string, limit: number): string | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= limit) return value
  return badRequest(name, `a text of 1 to ${limit} characters`)
}

function readCounterparty(body: Body): Counterparty | undefined {
  const value = body.counterparty
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return { name: value }
  if (!isRecord(value)) return badRequest('counterparty', 'a name, or {name, bban?, iban?}')
  const name = text(value, 'name', 70) ?? badRequest('counterparty.name', 'is missing')
  const bban = text(value, 'bban', 11)
  const iban = text(value, 'iban', 34)
  return { name, ...(bban ? { bban } : {}), ...(iban ? { iban } : {}) }
}

function readRow(body: Body, today: string): NewRow {
  const amountMinor = parseAmount(body.amount)
  if (amountMinor === undefined || amountMinor === 0n) {
    return badRequest('amount', 'a signed decimal text with at most two decimals, not zero')
  }
  const bookingDate = body.bookingDate ?? today
  if (!isDate(bookingDate)) return badRequest('bookingDate', 'a date YYYY-MM-DD')
  const kid = text(body, 'kid', 25)
  const note = text(body, 'text', 140)
  const endToEndId = text(body, 'endToEndId', 35)
  const counterparty = readCounterparty(body)
  const direction = amountMinor < 0n ? 'ICDT' : 'RCDT'
  return {
    amountMinor,
    bookingDate,
    valueDate: bookingDate,
    code: `PMNT-${direction}-${kid && amountMinor > 0n ? 'VCOM' : 'DMCT'}`,
    ...(kid ? { kid } : {}),
    ...(note ? { text: note } : {}),
    ...(endToEndId ? { endToEndId } : {}),
    ...(counterparty ? { counterparty } : {}),
  }
}

/** POST /control/transactions: puts a row on an account, booked (any day up to today) or pending. */
export function postTransaction(context: SandboxContext, request: Incoming): Reply {
  const body = request.json()
  if (!isRecord(body)) return badRequest('', 'a JSON object')
  const account = findAccount(context, String(body.account ?? ''))
  if (!account) return badRequest('account', 'the BBAN or IBAN of an account here')
  if ((body.currency ?? account.currency) !== account.currency) {
    return badRequest('currency', `the account is in ${account.currency}`)
  }
  const status = body.status ?? 'booked'
  if (status !== 'booked' && status !== 'pending') return badRequest('status', 'booked or pending')
  const today = context.clock.today()
  const row = readRow(body, today)
  if (status === 'booked' && (row.bookingDate > today || row.bookingDate < account.opening.date)) {
    return badRequest('bookingDate', `between ${account.opening.date} and ${today}`)
  }
  const added = addRow(context.state, account, row, status)
  const after = balancesAfter(account).get(added.id)
  return json(201, {
    id: added.id,
    account: account.bban,
    amount: formatAmount(added.amountMinor),
    currency: account.currency,
    bookingDate: added.bookingDate,
    status,
    ...(after === undefined ? {} : { balanceAfter: formatAmount(after) }),
  })
}
