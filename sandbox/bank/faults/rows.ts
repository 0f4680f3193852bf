import { createHash } from 'node:crypto'
import { addDays } from '../../clock.ts'
import { formatAmount } from '../../money.ts'
import type { Call } from '../errors.ts'
import type { Account, Booking } from '../types.ts'
import type { Faults, Shown, TransactionPage } from './fault.ts'

type Wire = Shown['wire']

/** The page with each booked row rewritten; the page itself when it has none. */
const withBooked = (page: TransactionPage, rewrite: (shown: Shown) => Wire): TransactionPage =>
  page.booked.length === 0
    ? page
    : { ...page, booked: page.booked.map((shown) => ({ ...shown, wire: rewrite(shown) })) }

const withPending = (page: TransactionPage, rewrite: (shown: Shown) => Wire): TransactionPage =>
  page.pending.length === 0
    ? page
    : { ...page, pending: page.pending.map((shown) => ({ ...shown, wire: rewrite(shown) })) }

const without = (wire: Wire, ...names: string[]): Wire =>
  Object.fromEntries(Object.entries(wire).filter(([name]) => !names.includes(name)))

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24)

/** Counted from the newest row of the day: each new row moves the others on. */
function placeInDay(account: Account, row: Booking): string {
  const day = account.bookings.filter(({ bookingDate }) => bookingDate === row.bookingDate).reverse()
  return `${row.bookingDate}-${day.findIndex(({ id }) => id === row.id)}`
}

/** The page with the rows of the last three days rewritten; the page itself when it has none. */
function withYoung(page: TransactionPage, { bank }: Call, rewrite: (shown: Shown) => Wire): TransactionPage {
  const first = addDays(bank.context.clock.today(), -2)
  if (!page.booked.some(({ row }) => row.bookingDate >= first)) return page
  return withBooked(page, (shown) => (shown.row.bookingDate >= first ? rewrite(shown) : shown.wire))
}

const parties = ['creditorName', 'creditorAccount', 'debtorName', 'debtorAccount']

/** Ids that are no identity. */
export const idFaults = {
  ids_reissued: {
    about: 'each answer gives every row another transactionId and entryReference',
    transactions: (page, { call }) => {
      const seed = call.bank.context.state.next()
      return withBooked(page, ({ row, wire }) => ({
        ...wire,
        transactionId: digest(`${seed} ${row.id}`),
        entryReference: digest(`ref ${seed} ${row.id}`),
      }))
    },
  },
  ids_blank: {
    about: 'transactionId and entryReference are a blank',
    transactions: (page) =>
      withBooked(page, ({ wire }) => ({ ...wire, transactionId: ' ', entryReference: ' ' })),
  },
  entry_reference_null: {
    about: 'entryReference is null, transactionId is not there',
    transactions: (page) =>
      withBooked(page, ({ wire }) => ({ ...without(wire, 'transactionId'), entryReference: null })),
  },
  ids_shared: {
    about: 'all rows of one counterparty have the same transactionId and entryReference',
    transactions: (page) =>
      withBooked(page, ({ row, wire }) => {
        const shared = digest(row.counterparty?.name ?? row.text ?? '')
        return { ...wire, transactionId: shared, entryReference: shared }
      }),
  },
  ids_renumbered: {
    about:
      'the ids are the day and the place in it, the newest row first, so that a new row moves the others on',
    transactions: (page, { account }) =>
      withBooked(page, ({ row, wire }) => {
        const place = placeInDay(account, row)
        return { ...wire, transactionId: place, entryReference: place }
      }),
  },
} satisfies Faults

/** Words that change. */
export const wordFaults = {
  text_enriched: {
    about:
      'rows of the last three days say "Overføring" and name nobody; once the fault is gone they say all',
    transactions: (page, { call }) =>
      withYoung(page, call, ({ wire }) => ({
        ...without(wire, ...parties),
        remittanceInformationUnstructured: 'Overføring',
      })),
  },
  date_prefix: {
    about:
      'text and counterparty of the last three days begin with the day and month ("12.11 "); later they do not',
    transactions: (page, { call }) =>
      withYoung(page, call, ({ row, wire }) => {
        const [, month, day] = row.bookingDate.split('-')
        const words = ['remittanceInformationUnstructured', 'creditorName', 'debtorName']
        const prefixed = words.flatMap((name) =>
          typeof wire[name] === 'string' ? [[name, `${day}.${month} ${wire[name]}`]] : [],
        )
        return { ...wire, ...Object.fromEntries(prefixed) }
      }),
  },
} satisfies Faults

/** A reservation: rounded up to whole tens of kroner and worded otherwise than what is booked later. */
function asHold(account: Account, { row, wire }: Shown): Wire {
  const sign = row.amountMinor < 0n ? -1n : 1n
  const minor = sign * ((row.amountMinor * sign) / 1000n + 1n) * 1000n
  return {
    ...without(wire, 'transactionId', 'entryReference', ...parties),
    transactionAmount: { currency: account.currency, amount: formatAmount(minor) },
    remittanceInformationUnstructured: 'RESERVERT',
  }
}

/** Pending rows that are not what they seem. */
export const pendingFaults = {
  hold_as_booked: {
    about:
      'pending rows stand among the booked ones of today: without ids, with a rounded amount, as "RESERVERT"',
    transactions: (page, { call, account }) => {
      if (page.pending.length === 0) return page
      const bookingDate = call.bank.context.clock.today()
      const holds = page.pending.map((shown) => ({
        ...shown,
        wire: { ...asHold(account, shown), bookingDate },
      }))
      return { ...page, booked: [...holds, ...page.booked], pending: [] }
    },
  },
  hold_amount: {
    about: 'pending rows have another amount and text than what is booked later',
    transactions: (page, { account }) => withPending(page, (shown) => asHold(account, shown)),
  },
  pending_undated: {
    about: 'pending rows have no dates',
    transactions: (page) => withPending(page, ({ wire }) => without(wire, 'bookingDate', 'valueDate')),
  },
} satisfies Faults
