import { type BankDefinition, bankDefinitions } from './bank/banks.ts'
import type { Account, BankId, BankState, Booking } from './bank/types.ts'
import { addDays } from './clock.ts'
import { history } from './history.ts'
import { ibanOf, makeBban } from './identifiers.ts'
import type { SandboxData } from './state.ts'
import { organisationNumbers, world } from './world.ts'

/** Days of history that every account starts with. */
export const historyDays = 90

type AccountSeed = {
  bank: BankId
  serial: number
  name: string
  product: string
  usage: 'ORGA' | 'PRIV'
  owner: string
  users: string[]
  openingMinor: bigint
  /** Which history.ts pattern its rows follow. */
  pattern: 'business' | 'quiet' | 'tax' | 'private'
}

const { demo, twoSigners, freeText, supplier } = organisationNumbers
const fjord = 'fjordbanken'
const tinde = 'tindebanken'

const business = (bank: BankId, serial: number, owner: string, users: string[]): AccountSeed => ({
  bank,
  serial,
  name: 'Driftskonto',
  product: 'Bedriftskonto',
  usage: 'ORGA',
  owner,
  users,
  openingMinor: 250_000_00n,
  pattern: 'business',
})
const personal = (bank: BankId, serial: number, personId: string): AccountSeed => ({
  bank,
  serial,
  name: 'Brukskonto',
  product: 'Dagligkonto',
  usage: 'PRIV',
  owner: personId,
  users: [personId],
  openingMinor: 41_250_50n,
  pattern: 'private',
})

const seeds: AccountSeed[] = [
  { ...business(fjord, 100_100, demo, ['kari', 'ola']), openingMinor: 486_312_45n },
  {
    ...business(fjord, 100_200, demo, ['kari', 'ola']),
    name: 'Skattetrekkskonto',
    product: 'Skattetrekk',
    openingMinor: 31_420_00n,
    pattern: 'tax',
  },
  personal(fjord, 200_100, 'kari'),
  business(fjord, 100_300, twoSigners, ['anne', 'jonas']),
  { ...business(fjord, 100_400, supplier, ['liv']), pattern: 'quiet' },
  personal(fjord, 200_200, 'per'),
  { ...business(tinde, 300_100, demo, ['kari']), name: 'Betalingskonto', openingMinor: 128_904_10n },
  { ...business(tinde, 300_200, freeText, ['mette']), pattern: 'quiet' },
  { ...business(tinde, 300_300, supplier, ['liv']), pattern: 'quiet' },
  personal(tinde, 400_100, 'ola'),
]

const ownerName = (seed: AccountSeed) =>
  seed.usage === 'ORGA' ? (world.company(seed.owner)?.name ?? seed.owner) : world.person(seed.owner).name

function layOut(seed: AccountSeed, bank: BankDefinition, today: string, next: () => number): Account {
  const bban = makeBban(bank.prefix, seed.serial)
  const first = addDays(today, -historyDays)
  const bookings = history(seed.pattern, bban, first, today).map((row): Booking => {
    const sequence = next()
    return { ...row, sequence, status: 'booked', id: `T${String(sequence).padStart(9, '0')}` }
  })
  return {
    id: bban,
    bankId: seed.bank,
    bban,
    iban: ibanOf(bban),
    currency: 'NOK',
    name: seed.name,
    product: seed.product,
    cashAccountType: 'CACC',
    usage: seed.usage,
    ownerName: ownerName(seed),
    organisationNumber: seed.usage === 'ORGA' ? seed.owner : null,
    users: seed.users,
    opening: { date: first, amountMinor: seed.openingMinor },
    bookings,
    pending: [],
  }
}

/** The test world as it is on the Oslo date `today`, before anybody has done anything. */
export function seedData(today: string): SandboxData {
  let sequence = 0
  const next = () => ++sequence
  const banks = Object.fromEntries(
    Object.values(bankDefinitions).map((bank): [string, BankState] => {
      const accounts = seeds
        .filter((seed) => seed.bank === bank.id)
        .map((seed) => layOut(seed, bank, today, next))
      return [bank.id, { accounts, consents: {}, payments: {}, replays: {}, faults: [] }]
    }),
  )
  return { version: 1, worldDate: today, ports: {}, sequence, banks, orders: {}, mails: [] }
}
