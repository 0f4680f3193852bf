import { createHash } from 'node:crypto'
import { json, type Reply } from '../http.ts'
import { bbanOf, ibanOf, isBban } from '../identifiers.ts'
import { formatAmount } from '../money.ts'
import type { Bank } from './banks.ts'
import { type Call, deny, formatError, isDate, isRecord, link } from './errors.ts'
import type { Shown } from './faults/fault.ts'
import { transactionsFaults } from './faults/hooks.ts'
import { balancesAfter } from './ledger.ts'
import type { Account, Booking, Consent, Counterparty } from './types.ts'
import { platformWords } from './wording.ts'

type BookingStatus = 'booked' | 'pending' | 'both'
type Query = { status: BookingStatus; dateFrom: string; dateTo: string; withBalance: boolean }
/** Where a page ended: the last row it showed. Rows are listed newest first. */
type Cursor = Query & { date: string; sequence: number }

const encode = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function decode(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (isRecord(value) && isDate(value.date) && typeof value.sequence === 'number') return value as Cursor
  } catch {
    // falls through to the refusal
  }
  return formatError('cursor', 'not a cursor of this bank')
}

/** Reads the query of a first page (NextGenPSD2 1.3.11, 6.6.1). */
function readQuery(call: Call): Query {
  const { query } = call.request
  for (const name of ['entryReferenceFrom', 'deltaList', 'pageIndex', 'itemsPerPage']) {
    if (query.has(name)) deny(400, 'PARAMETER_NOT_SUPPORTED', `${name} is not supported`, name)
  }
  const status = query.get('bookingStatus')
  if (status === 'information' || status === 'all') {
    return deny(400, 'PARAMETER_NOT_SUPPORTED', `bookingStatus=${status} is not supported`, 'bookingStatus')
  }
  if (status !== 'booked' && status !== 'pending' && status !== 'both') {
    return formatError('bookingStatus', 'bookingStatus must be booked, pending or both')
  }
  const today = call.bank.context.clock.today()
  const dateFrom = query.get('dateFrom')
  const dateTo = query.get('dateTo') ?? '9999-12-31'
  if (!isDate(dateFrom)) return formatError('dateFrom', 'dateFrom is missing or no date')
  if (!isDate(dateTo)) return formatError('dateTo', 'dateTo is no date')
  if (dateFrom > dateTo || dateFrom > today) deny(400, 'PERIOD_INVALID', 'the period is empty', 'dateFrom')
  return { status, dateFrom, dateTo, withBalance: query.get('withBalance') === 'true' }
}

const accountNumber = ({ bban, iban }: Counterparty) => {
  const number = bban ?? (iban ? bbanOf(iban) : undefined)
  if (!number) return undefined
  return isBban(number) ? { iban: ibanOf(number), bban: number } : iban ? { iban } : undefined
}

function party(row: Booking): object {
  if (!row.counterparty) return {}
  const side = row.amountMinor < 0n ? 'creditor' : 'debtor'
  const account = accountNumber(row.counterparty)
  return { [`${side}Name`]: row.counterparty.name, ...(account ? { [`${side}Account`]: account } : {}) }
}

/** KID: a list with referenceType SCOR at one bank, a single reference (the older form) at the other. */
function remittance(bank: Bank, row: Booking): object {
  const text = row.text ? { remittanceInformationUnstructured: row.text } : {}
  if (!row.kid) return text
  return bank.id === 'fjordbanken'
    ? { ...text, remittanceInformationStructuredArray: [{ reference: row.kid, referenceType: 'SCOR' }] }
    : { ...text, remittanceInformationStructured: { reference: row.kid } }
}

const transactionId = (bank: Bank, consent: Consent, row: Booking) =>
  bank.stableTransactionIds
    ? row.id
    : createHash('sha256').update(`${consent.id} ${row.id}`).digest('hex').slice(0, 24)

const money = (account: Account, minor: bigint) => ({
  currency: account.currency,
  amount: formatAmount(minor),
})

function booked(
  bank: Bank,
  consent: Consent,
  account: Account,
  row: Booking,
  after: bigint | undefined,
): Shown['wire'] {
  const balance = after === undefined ? undefined : money(account, after)
  const wire = {
    transactionId: transactionId(bank, consent, row),
    entryReference: row.id,
    ...(row.endToEndId ? { endToEndId: row.endToEndId } : {}),
    bookingDate: row.bookingDate,
    valueDate: row.valueDate,
    transactionAmount: money(account, row.amountMinor),
    ...party(row),
    ...remittance(bank, row),
    ...(row.code ? { bankTransactionCode: row.code } : {}),
    ...(balance
      ? {
          balanceAfterTransaction: {
            balanceAmount: balance,
            balanceType: 'interimBooked',
            referenceDate: row.bookingDate,
          },
        }
      : {}),
  }
  return bank.wording === 'platform' ? platformWords(bank, row, wire) : wire
}

/** A pending row carries no id: it has none that would still be right once it is booked. */
const pending = (bank: Bank, account: Account, row: Booking): Shown['wire'] => ({
  ...(row.endToEndId ? { endToEndId: row.endToEndId } : {}),
  valueDate: row.valueDate,
  transactionAmount: money(account, row.amountMinor),
  ...party(row),
  ...remittance(bank, row),
})

const before = (row: Booking, cursor: Cursor) =>
  row.bookingDate < cursor.date || (row.bookingDate === cursor.date && row.sequence < cursor.sequence)

function pageOf(account: Account, query: Query, cursor: Cursor | undefined, size: number) {
  const within = (row: Booking) => row.bookingDate >= query.dateFrom && row.bookingDate <= query.dateTo
  const rows = account.bookings.filter((row) => within(row) && (!cursor || before(row, cursor))).reverse()
  return { rows: rows.slice(0, size), more: rows.length > size }
}

/**
 * GET /v1/accounts/{account-id}/transactions: newest first, pages by an opaque cursor in `_links.next`.
 * `count` is called for a first page only.
 */
export function listTransactions(
  call: Call,
  consent: Consent,
  account: Account,
  resource: string,
  count: () => void,
): Reply {
  const { bank, request } = call
  const accept = request.headers.accept ?? '*/*'
  if (!/\*\/\*|application\/(\*|json)/.test(accept)) {
    deny(406, 'REQUESTED_FORMATS_INVALID', 'only application/json is made here')
  }
  const cursor = request.query.has('cursor') ? decode(request.query.get('cursor') ?? '') : undefined
  const query = cursor ?? readQuery(call)
  if (!cursor) count()
  const { rows, more } =
    query.status === 'pending' ? { rows: [], more: false } : pageOf(account, query, cursor, bank.pageSize)
  const last = rows.at(-1)
  const after = bank.statesClosingBalances ? balancesAfter(account) : undefined
  const show = (row: Booking) => ({ row, wire: booked(bank, consent, account, row, after?.get(row.id)) })
  const showPending = (row: Booking) => ({ row, wire: pending(bank, account, row) })
  const self = `/v1/accounts/${resource}`
  const from = (date: string, sequence: number) =>
    link(bank, `${self}/transactions?cursor=${encode({ ...query, date, sequence })}`).href
  const withPending = query.status !== 'booked' && !cursor
  const page = transactionsFaults(call, account, {
    booked: rows.map(show),
    pending: withPending ? account.pending.map(showPending) : [],
    next: more && last ? from(last.bookingDate, last.sequence) : undefined,
    first: !cursor,
    show,
    anew: () => from('9999-12-31', bank.context.state.next()),
  })
  const transactions = {
    ...(query.status === 'pending' ? {} : { booked: page.booked.map(({ wire }) => wire) }),
    ...(withPending ? { pending: page.pending.map(({ wire }) => wire) } : {}),
    _links: { account: link(bank, self), ...(page.next ? { next: { href: page.next } } : {}) },
  }
  return json(200, {
    account: { iban: account.iban, bban: account.bban, currency: account.currency },
    transactions,
  })
}
