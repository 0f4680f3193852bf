import type { NewRow } from './bank/ledger.ts'
import type { Counterparty } from './bank/types.ts'
import { addDays } from './clock.ts'
import { makeBban, makeKid } from './identifiers.ts'

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomNumbers(seed: string): () => number {
  let state = [...seed].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, 7)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

const outside = (name: string, serial: number): Counterparty => ({ name, bban: makeBban('9988', serial) })

const customers = [
  outside('Nordlys Prøvekafé AS', 500_100),
  outside('Borettslaget Testtoppen', 500_200),
  outside('Øvre Attrapp Transport AS', 500_300),
  outside('Skissekontoret Arkitekter AS', 500_400),
  outside('Ærlig Eksempelhandel AS', 500_500),
  outside('Tomsdal Testskole', 500_600),
  outside('Blåbær Prøvebakeri AS', 500_700),
]
const suppliers = [
  outside('Kraftprøven Strøm AS', 600_100),
  outside('Testnett Telefoni AS', 600_200),
  outside('Attrapp Deler og Verktøy AS', 600_300),
  outside('Prøvetrykk Reklame AS', 600_400),
]
const landlord = outside('Testgården Eiendom AS', 600_500)
const taxOffice = outside('Prøvekontoret for skatt', 600_600)
const shops = ['KIOSK PRØVEN', 'TESTBENSIN 042', 'JERNVARE ATTRAPP', 'MATVARER EKSEMPEL']

type Draw = {
  below: (limit: number) => number
  pick: <T>(list: readonly T[]) => T
  /** An amount between two numbers of kroner, to the øre. */
  amount: (from: number, to: number) => bigint
}

function draws(seed: string): Draw {
  const random = randomNumbers(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  return {
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    amount: (from, to) => BigInt(from * 100 + below((to - from) * 100)),
  }
}

type Row = Omit<NewRow, 'bookingDate' | 'valueDate'>

const kidOf = (draw: Draw) => makeKid(`${10_000 + draw.below(80_000)}${100_000 + draw.below(800_000)}`)

function incoming(draw: Draw): Row {
  const counterparty = draw.pick(customers)
  const amountMinor = draw.amount(450, 19_000)
  if (draw.below(5) > 0) return { amountMinor, kid: kidOf(draw), counterparty, code: 'PMNT-RCDT-VCOM' }
  const text = `Faktura ${1000 + draw.below(9000)} fra ${counterparty.name}`
  return { amountMinor, text, counterparty, code: 'PMNT-RCDT-DMCT' }
}

function outgoing(draw: Draw): Row {
  const counterparty = draw.pick(suppliers)
  return { amountMinor: -draw.amount(320, 14_000), kid: kidOf(draw), counterparty, code: 'PMNT-ICDT-DMCT' }
}

function cardPurchase(draw: Draw): Row {
  const shop = draw.pick(shops)
  return { amountMinor: -draw.amount(29, 900), text: `Varekjøp ${shop}`, code: 'PMNT-CCRD-POSD' }
}

/** What comes every month, by day of the month. */
const monthly: Record<string, (draw: Draw) => Row[]> = {
  '01': () => [
    { amountMinor: -18_500_00n, text: 'Husleie verksted', counterparty: landlord, code: 'PMNT-ICDT-DMCT' },
  ],
  '05': () => [
    { amountMinor: -2_50n, text: 'Gebyr betaling', code: 'PMNT-MDOP-CHRG' },
    // Two rows alike on one day, as banks book them: they are two.
    { amountMinor: -49_00n, text: 'Gebyr kontoutskrift', code: 'PMNT-MDOP-CHRG' },
    { amountMinor: -49_00n, text: 'Gebyr kontoutskrift', code: 'PMNT-MDOP-CHRG' },
  ],
  '12': (draw) => [{ amountMinor: -draw.amount(88_000, 96_000), text: 'Lønn', code: 'PMNT-ICDT-SALA' }],
  '28': (draw) => [{ amountMinor: draw.amount(12, 90), text: 'Kreditrenter', code: 'PMNT-MCOP-INTR' }],
}

const isWeekday = (date: string) => ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

const patterns = {
  business: (draw: Draw, date: string): Row[] => [
    ...(monthly[date.slice(8)]?.(draw) ?? []),
    ...(isWeekday(date)
      ? [
          ...times(1 + draw.below(4), () => incoming(draw)),
          ...times(draw.below(3), () => outgoing(draw)),
          ...times(draw.below(2), () => cardPurchase(draw)),
        ]
      : []),
  ],
  quiet: (draw: Draw, date: string): Row[] =>
    isWeekday(date) && draw.below(5) === 0 ? [draw.below(2) === 0 ? incoming(draw) : outgoing(draw)] : [],
  tax: (draw: Draw, date: string): Row[] =>
    date.endsWith('-12')
      ? [{ amountMinor: draw.amount(27_000, 31_000), text: 'Skattetrekk lønn', code: 'PMNT-RCDT-DMCT' }]
      : date.endsWith('-15')
        ? [{ amountMinor: -27_000_00n, kid: kidOf(draw), counterparty: taxOffice, code: 'PMNT-ICDT-DMCT' }]
        : [],
  private: (draw: Draw, date: string): Row[] => [
    ...(date.endsWith('-12') ? [{ amountMinor: 31_200_00n, text: 'Lønn', code: 'PMNT-RCDT-SALA' }] : []),
    ...times(draw.below(2), () => cardPurchase(draw)),
  ],
} as const

/** Booked rows of an account from `first` up to the day before `today`, in order of booking. */
export function history(
  pattern: keyof typeof patterns,
  seed: string,
  first: string,
  today: string,
): NewRow[] {
  const draw = draws(`${seed}-${pattern}`)
  const rows: NewRow[] = []
  for (let date = first; date < today; date = addDays(date, 1)) {
    rows.push(...patterns[pattern](draw, date).map((row) => ({ ...row, bookingDate: date, valueDate: date })))
  }
  return rows
}
