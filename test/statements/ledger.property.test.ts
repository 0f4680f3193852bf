import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { statementStore } from '../support/statement-store.ts'
import { bookedFacts, type Ids, idOf, type Movement, tell, type Voice } from '../support/told-ledger.ts'

// Any bank, any order of reads and files, any fault: what is stored is the bank's ledger, and ids stay.

const start = '2026-03-01'
const payees = ['Rema 1000', 'Kari Prøve', 'Strøm AS'] as const
const newRow = fc.record({
  back: fc.integer({ min: 0, max: 6 }),
  minor: fc.constantFrom(-4900n, -4900n, 100n, 125_000n),
  payee: fc.constantFrom(...payees),
  kid: fc.option(fc.constantFrom('2345676', '1234566'), { nil: undefined }),
})
const period = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }))
/** By consent, a bank numbers its rows so or so; one that never changes its ids may still leave them out. */
const consent = fc.constantFrom<Ids>('none', 'anew', 'numbered')
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('book' as const), row: newRow }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const), row: newRow }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('enrich' as const), at: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('day' as const), days: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      route: fc.constantFrom('bank:main' as const, 'bank:second' as const),
      ids: consent,
      days: fc.integer({ min: 1, max: 12 }),
      /** A row that moved between two pages while they were read is not seen. */
      misses: fc.option(fc.nat(50), { nil: undefined }),
      crash: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('file' as const),
      format: fc.constantFrom('file:camt' as const, 'file:mt' as const),
      period,
      /** Only every so many rows: one of several statements of the days. */
      part: fc.option(fc.integer({ min: 2, max: 3 }), { nil: undefined }),
      crash: fc.boolean(),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function world(finalRoute: Voice, permanent: boolean) {
  const store = statementStore()
  let ledger: readonly Movement[] = []
  let today = addDays(start, 8)
  let serial = 0
  let reads = 0
  const pick = (at: number, of: (one: Movement) => boolean) => {
    const fitting = ledger.filter(of)
    return fitting[at % (fitting.length || 1)]
  }
  const swap = (one: Movement, other: Movement) => {
    ledger = ledger.map((known) => (known === one ? other : known))
  }
  const stated = (from: string, to: string) =>
    ledger.filter((one) => one.pending || (one.day >= from && one.day <= to))
  const read = (route: Voice, consentIds: Ids, from: string, misses?: number, crash = false) => {
    reads++
    const ids = permanent && consentIds !== 'none' ? 'permanent' : consentIds
    const all = stated(from, today)
    const rows = all.filter((_one, i) => misses === undefined || i !== misses % all.length)
    return store.ingest(
      rows.map((one, place) => tell(route, one, idOf(ids, one, reads, place))),
      {
        route: route as 'bank:main',
        permanentIds: permanent,
        complete: { from, to: today },
        pending: 'replace',
        from,
        to: today,
      },
      crash,
    )
  }
  const file = (format: Voice, from: string, to: string, part?: number, crash = false) => {
    const rows = stated(from, to).filter((one, i) => !one.pending && (part === undefined || i % part === 0))
    const options = { route: format as 'file:mt', permanentIds: false, complete: null, from, to } as const
    store.ingest(
      rows.map((one) => tell(format, one, `S${one.key}`)),
      { ...options, pending: 'ignore' },
      crash,
    )
  }
  const take = (one: Step) => {
    switch (one.do) {
      case 'book':
      case 'hold': {
        const { back, kid, minor, payee } = one.row
        const words = { minor, payee, ...(kid === undefined ? {} : { kid }) }
        const pending = one.do === 'hold' ? { pending: true } : {}
        ledger = [...ledger, { key: serial++, day: addDays(today, -back), ...words, ...pending }]
        return
      }
      case 'settle': {
        const held = pick(one.at, (other) => other.pending === true)
        if (held) swap(held, { ...held, pending: false, day: today })
        return
      }
      case 'double': {
        const twin = pick(one.at, () => true)
        if (twin) ledger = [...ledger, { ...twin, key: serial++ }]
        return
      }
      case 'remove': {
        const gone = pick(one.at, () => true)
        ledger = ledger.filter((other) => other !== gone)
        return
      }
      case 'enrich': {
        const dry = pick(one.at, (other) => !other.enriched)
        if (dry) swap(dry, { ...dry, enriched: true })
        return
      }
      case 'day':
        today = addDays(today, one.days)
        return
      case 'read':
        read(one.route, one.ids, addDays(today, -one.days), one.misses, one.crash)
        return
      case 'file': {
        const [a, b] = one.period
        const [from, to] = [Math.min(a, b), Math.max(a, b)].map((days) => addDays(start, days)) as [
          string,
          string,
        ]
        file(one.format, from, to, one.part, one.crash)
      }
    }
  }
  return {
    store,
    take,
    read: (ids: Ids, route = finalRoute) => read(route, permanent ? 'permanent' : ids, addDays(start, -10)),
    ledger: () => ledger,
  }
}

type Store = ReturnType<typeof statementStore>
const facts = (store: Store, withKid: boolean) =>
  store
    .live()
    .map(({ content: { bookingDate: day, amountMinor: minor, kid } }) =>
      bookedFacts({ day, minor, kid }, withKid),
    )
    .sort()
const due = (ledger: readonly Movement[], withKid: boolean) =>
  ledger.map((one) => bookedFacts({ ...one, day: one.pending ? null : one.day }, withKid)).sort()
const bookedIds = (store: Store) => store.live().flatMap(({ id, state }) => (state === 'pending' ? [] : id))
const missesRows = (one: Step) =>
  (one.do === 'read' && one.misses !== undefined) || (one.do === 'file' && one.part !== undefined)

test('after any history, a clean read leaves exactly what the bank has, and the next one changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 18 }),
      fc.constantFrom<Voice>('bank:main', 'bank:second'),
      fc.boolean(),
      consent,
      consent,
      (steps, route, permanent, ids, idsAgain) => {
        const bank = world(route, permanent)
        for (const one of steps) bank.take(one)
        const withKid = !steps.some(missesRows)
        bank.read(ids)
        expect(facts(bank.store, withKid)).toEqual(due(bank.ledger(), withKid))
        const before = bank.store.live().map(({ id }) => id)
        // Another consent numbers its rows otherwise: no movement gets another id.
        const again = bank.read(idsAgain)
        expect([again.added, again.removed]).toEqual([[], []])
        expect(bank.store.live().map(({ id }) => id)).toEqual(before)
        // Nor does a switch to the other route give any.
        const booked = bookedIds(bank.store)
        bank.read(ids, route === 'bank:main' ? 'bank:second' : 'bank:main')
        bank.read(idsAgain)
        if (withKid) expect(bookedIds(bank.store)).toEqual(booked)
        expect(facts(bank.store, withKid)).toEqual(due(bank.ledger(), withKid))
      },
    ),
    { numRuns: 5000 },
  )
})
