import { addDays } from '../../clock.ts'
import { addRow } from '../ledger.ts'
import type { Faults } from './fault.ts'

const daysBack = 5

/** What the bank does to days that were over. They happen as they are ordered. */
export const ledgerFaults = {
  backdated_entry: {
    about: `a fee of 321.00 is booked ${daysBack} days back`,
    ledger: ({ context }, account) => {
      const bookingDate = addDays(context.clock.today(), -daysBack)
      addRow(context.state, account, {
        amountMinor: -321_00n,
        bookingDate,
        valueDate: bookingDate,
        text: 'Gebyr, tilbakedatert',
        code: 'PMNT-ICDT-DMCT',
      })
    },
  },
  row_removed: {
    about: 'the bank takes the newest booked row before today out of its books',
    ledger: ({ context }, account) => {
      const today = context.clock.today()
      const row = account.bookings.findLast(({ bookingDate }) => bookingDate < today)
      account.bookings = account.bookings.filter((other) => other !== row)
      context.state.changed()
    },
  },
} satisfies Faults
