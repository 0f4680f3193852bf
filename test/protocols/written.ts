// Entries of every kind for the writers: odd characters, long texts, reversals, other currencies, batches, zero amounts.
import fc from 'fast-check'
import { addDays } from '../../src/domain/clock.ts'
import { kidCheckCharacters } from '../../src/domain/norwegian.ts'
import type { EntryDetail, StatementEntry } from '../../src/domain/statement.ts'
import type { WrittenStatement } from '../../src/protocols/written-statement.ts'

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 })
/** Members that are undefined are not there, as a reader leaves them out. */
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model).map((one) => present(one as T))

const odd = fc.constantFrom(
  'æøå Ærlig',
  '<&>"\'',
  ']]>',
  'a\u0007b',
  '日本',
  '😀',
  '/REMI/x',
  '/EREF/',
  '/OCMT/EUR10,00/',
  'EXCH/1,2',
  'OCMT',
  ':61:',
  '-}',
  '--',
  '?20',
  '{1:x',
  ' ',
  '\u00a0',
  '\ufffe',
  '\ud800',
  'KID 12',
  '//',
  'NOTPROVIDED',
)
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: fc.constant('Betaling av faktura ') },
)
const words = fc.array(piece, { maxLength: 30 }).map((all) => all.join(''))
const text = fc.array(words, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n'))
const reference = fc.oneof(fc.stringMatching(/^[A-Z0-9][A-Z0-9/ .-]{0,40}$/), words)
const minor = fc.oneof(
  fc.bigInt({ min: -1_000_000n, max: 1_000_000n }),
  fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
  fc.constant(0n),
)
const currency = fc.constantFrom('NOK', 'EUR', 'JPY', 'KWD')
const money = fc.record({ minor, currency })
const positive = money.map((one) => ({ ...one, minor: one.minor < 0n ? -one.minor : one.minor }))
const kid = fc.stringMatching(/^\d{2,20}$/).map((body) => body + kidCheckCharacters(body).mod10)

const party = record({
  name: maybe(words),
  account: maybe(
    fc.oneof(fc.constantFrom('86011117947', 'NO9386011117947', 'DE89370400440532013000'), words),
  ),
  bic: maybe(fc.constantFrom('EXMPNOKKXXX', 'EXMPNOKK', 'NOT A BIC')),
})
const amounts = record({
  instructed: maybe(positive),
  transaction: maybe(positive),
  counterValue: maybe(positive),
  exchange: maybe(
    record({
      source: currency,
      target: maybe(currency),
      unit: maybe(currency),
      rate: fc.constantFrom('11.2345', '1', '0.0891234567', '123456789.123'),
    }),
  ),
})
const charge = record({
  amount: money,
  included: maybe(fc.boolean()),
  code: maybe(fc.constantFrom('COMM', 'gebyr til banken')),
})

const detail = record<EntryDetail>({
  amount: maybe(money),
  references: record({
    endToEndId: maybe(reference),
    messageId: maybe(reference),
    paymentInformationId: maybe(reference),
    instructionId: maybe(reference),
    mandateId: maybe(reference),
    transactionId: maybe(reference),
    servicerReference: maybe(reference),
    kid: maybe(kid),
    creditorReferences: maybe(fc.array(fc.oneof(kid, reference), { minLength: 1, maxLength: 3 })),
  }),
  debtor: maybe(party),
  creditor: maybe(party),
  text: maybe(text),
  amounts: maybe(amounts),
  charges: maybe(fc.array(charge, { minLength: 1, maxLength: 2 })),
  returnReason: maybe(fc.oneof(fc.constantFrom('AC04', 'Konto avsluttet'), words)),
} as { [K in keyof EntryDetail]: fc.Arbitrary<EntryDetail[K]> })

const batch = record({
  transactions: maybe(fc.nat(40)),
  total: maybe(money),
  messageId: maybe(reference),
  paymentInformationId: maybe(reference),
})

/** Booked entries in one currency within 2026-03-02 and the two days after it. */
export const writtenEntry = (of = 'NOK'): fc.Arbitrary<StatementEntry> =>
  record<StatementEntry>({
    status: fc.constant('booked' as const),
    amount: minor.map((one) => ({ minor: one, currency: of })),
    bookingDate: fc.nat(2).map((days) => addDays('2026-03-02', days)),
    valueDate: maybe(fc.integer({ min: -300, max: 300 }).map((days) => addDays('2026-03-02', days))),
    reversal: fc.boolean(),
    bankIds: record({
      transactionId: maybe(reference),
      entryReference: maybe(reference),
      servicerReference: maybe(reference),
    }),
    bankTransactionCode: maybe(fc.constantFrom('PMNT-RCDT-VCOM', 'PMNT-CCRD-POSD', 'odd')),
    proprietaryCode: maybe(fc.constantFrom('NTRF', 'NCHG', '230', 'en kode av bankens egne')),
    text: maybe(text),
    amounts: maybe(amounts),
    charges: maybe(fc.array(charge, { minLength: 1, maxLength: 2 })),
    batches: maybe(fc.array(batch, { minLength: 1, maxLength: 2 })),
    details: fc.array(detail, { maxLength: 3 }),
  } as { [K in keyof StatementEntry]: fc.Arbitrary<StatementEntry[K]> })

/** A statement of these entries that adds up. */
export function writtenStatement(
  entries: readonly StatementEntry[],
  openingMinor: bigint,
  of = 'NOK',
): WrittenStatement {
  const total = (mine: readonly StatementEntry[]) => ({
    entries: mine.length,
    sum: { minor: mine.reduce((sum, entry) => sum + entry.amount.minor, 0n), currency: of },
  })
  const credits = total(entries.filter((entry) => entry.amount.minor >= 0n))
  const debits = total(entries.filter((entry) => entry.amount.minor < 0n))
  return {
    account: { number: 'NO9386011117947', name: 'Driftskonto', owner: 'Prøve & Sønn AS' },
    from: '2026-03-02',
    to: '2026-03-04',
    opening: { amount: { minor: openingMinor, currency: of }, derived: true },
    closing: {
      amount: { minor: openingMinor + credits.sum.minor + debits.sum.minor, currency: of },
      derived: false,
    },
    credits,
    debits,
  }
}
