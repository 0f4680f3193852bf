import { addRow } from '../ledger.ts'
import type { Faults } from './fault.ts'

/** Lists that are not what one read of them shows. */
export const pageFaults = {
  rows_shift: {
    about:
      'while a following page is asked for, a row of today is booked: the page begins with the last row of the one before',
    transactions: (page, { call, account }) => {
      const [begin] = page.booked
      if (page.first || !begin) return page
      const above = account.bookings[account.bookings.findIndex(({ id }) => id === begin.row.id) + 1]
      const today = call.bank.context.clock.today()
      addRow(call.bank.context.state, account, {
        amountMinor: -15_00n,
        bookingDate: today,
        valueDate: today,
        text: 'Gebyr mens det leses',
        code: 'PMNT-ICDT-DMCT',
      })
      return above ? { ...page, booked: [page.show(above), ...page.booked] } : page
    },
  },
  page_empty: {
    about: 'a first page has no booked rows, and a link to the page that has them',
    transactions: (page) =>
      page.first && page.booked.length > 0 ? { ...page, booked: [], next: page.anew() } : page,
  },
  pages_endless: {
    about: 'no page has booked rows, and each has a link to another one',
    transactions: (page) => ({ ...page, booked: [], pending: [], next: page.anew() }),
  },
  drop_row: {
    about: 'one booked row, always the same, is left out of each answer that would have shown it',
    transactions: (page, { fault }) => {
      const rows = page.booked.map(({ row }) => row)
      const chosen = fault.bookingId ?? rows[Math.floor(rows.length / 2)]?.id
      if (!chosen || !rows.some(({ id }) => id === chosen)) return page
      fault.bookingId = chosen
      return { ...page, booked: page.booked.filter(({ row }) => row.id !== chosen) }
    },
  },
} satisfies Faults
