import { addDays } from '../src/domain/clock.ts'
import type { StatedBalance, StatementEntry } from '../src/domain/statement.ts'
import { createRandom, type Random } from './random.ts'

/** The bookings of one account and year, as a reader gives them, and what the bank states beside them. */
export type Ledger = {
  readonly from: string
  readonly to: string
  readonly entries: readonly StatementEntry[]
  readonly balances: readonly StatedBalance[]
}

const firstDay = '2025-01-01'
const days = 365
const names = [
  'Prøveverket Eksempel AS',
  'Testkunde Sjø & Land ANS',
  'Blåbærhagen Prøve SA',
  'Strømlageret Eksempel AS',
  'Kari Prøvedatter Testmoen',
]

const nok = (minor: number) => ({ minor: BigInt(minor), currency: 'NOK' })
const bban = (random: Random) => `9998${random.digits(7)}`

type Kind = (random: Random, minor: number) => Pick<StatementEntry, 'amount' | 'details' | 'text' | 'charges'>

/** A customer pays an invoice. */
const withKid: Kind = (random, minor) => ({
  amount: nok(minor),
  details: [
    {
      amount: nok(minor),
      references: { kid: random.digits(13), transactionId: random.digits(18) },
      debtor: { name: random.pick(names), account: bban(random) },
    },
  ],
})

/** A supplier is paid. */
const paid: Kind = (random, minor) => {
  const id = `LEV-${random.digits(8)}`
  return {
    amount: nok(-minor),
    details: [
      {
        amount: nok(-minor),
        references: { endToEndId: id, messageId: `KB-${id}`, kid: random.digits(9) },
        creditor: { name: random.pick(names), account: bban(random), bic: 'EKSMNOK2' },
      },
    ],
  }
}

/** A card purchase abroad. */
const card: Kind = (random, minor) => ({
  amount: nok(-minor),
  text: `Varekjøp MUSTERLADEN TESTSTADT EUR ${random.below(900)},00`,
  charges: [{ amount: nok(-Math.trunc(minor / 60)), included: true, code: 'COMM' }],
  details: [
    {
      amount: nok(-minor),
      references: {},
      creditor: { name: 'MUSTERLADEN TESTSTADT' },
      amounts: {
        instructed: { minor: BigInt(Math.trunc(minor / 11)), currency: 'EUR' },
        exchange: { source: 'EUR', target: 'NOK', rate: `11.${random.digits(4)}` },
      },
    },
  ],
})

const fee: Kind = (_random, minor) => ({
  amount: nok(-Math.trunc(minor / 1_000) - 100),
  text: 'Gebyr betalingstjenester',
  details: [],
})

/** Of a hundred rows, how many are of which kind. */
const kinds: readonly (readonly [number, string, Kind])[] = [
  [55, 'PMNT-RCDT-VCOM', withKid],
  [80, 'PMNT-ICDT-DMCT', paid],
  [95, 'PMNT-CCRD-POSD', card],
  [100, 'PMNT-MDOP-CHRG', fee],
]

/** The same amount of rows gives the same ledger. Each day has its closing balance, so all of it can be proven. */
export function makeLedger(rows: number): Ledger {
  const random = createRandom(5_301)
  const dayOf = (number: number) => addDays(firstDay, Math.floor((number * days) / rows))
  const entries = Array.from({ length: rows }, (_none, number): StatementEntry => {
    const share = random.below(100)
    const [, bankTransactionCode, kind] = kinds.find(([upTo]) => share < upTo) ?? kinds[0] ?? fail()
    const day = dayOf(number)
    return {
      status: 'booked',
      ...kind(random, 1_000 + random.below(2_000_000)),
      bookingDate: day,
      valueDate: day,
      reversal: false,
      bankIds: { servicerReference: `2025${String(number).padStart(12, '0')}` },
      bankTransactionCode,
    }
  })
  return { from: firstDay, to: addDays(firstDay, days - 1), entries, balances: balancesOf(entries) }
}

const fail = (): never => {
  throw new Error('no kind of row')
}

function balancesOf(entries: readonly StatementEntry[]): StatedBalance[] {
  const closing = new Map<string, bigint>()
  let sum = 0n
  for (const { bookingDate, amount } of entries) {
    sum += amount.minor
    if (bookingDate) closing.set(bookingDate, sum)
  }
  const stated = (date: string, minor: bigint, type: 'openingBooked' | 'closingBooked'): StatedBalance => ({
    type,
    code: type === 'openingBooked' ? 'OPBD' : 'CLBD',
    date,
    amount: { minor, currency: 'NOK' },
  })
  return [
    stated(firstDay, 0n, 'openingBooked'),
    ...[...closing].map(([date, minor]) => stated(date, minor, 'closingBooked')),
  ]
}
