import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StatementEntry } from '../../src/domain/statement.ts'
import type { ReconcileOptions } from '../../src/statements/identity.ts'
import { fromJson, type ObservedRow, toJson, toObserved } from '../../src/statements/normal.ts'
import { statementStore } from '../support/statement-store.ts'

type Row = { day: number; minor: bigint; kid?: string; text?: string; id?: string; pending?: boolean }

const date = (day: number) => `2026-01-${String(day).padStart(2, '0')}`

function entry(row: Row): StatementEntry {
  return {
    status: row.pending ? 'pending' : 'booked',
    amount: { minor: row.minor, currency: 'NOK' },
    ...(row.pending ? {} : { bookingDate: date(row.day) }),
    reversal: false,
    bankIds: row.id ? { transactionId: row.id } : {},
    ...(row.text ? { text: row.text } : {}),
    details: [{ references: row.kid ? { kid: row.kid } : {} }],
  }
}

const observe = (row: Row): ObservedRow => toObserved(entry(row)) as ObservedRow

/** Rows of a window in days of January, in the store's terms. */
function store() {
  const kept = statementStore()
  return {
    ...kept,
    ingest(rows: readonly Row[], options: Partial<ReconcileOptions> = {}) {
      const days = { from: options.complete?.from ?? date(1), to: options.complete?.to ?? date(28) }
      return kept.ingest(rows.map(entry), {
        ...{ route: 'bank:main', permanentIds: false, complete: null, pending: 'replace' },
        ...days,
        ...options,
      })
    },
  }
}

const told = (one: { content: ObservedRow['content'] }) =>
  [one.content.bookingDate, one.content.amountMinor, one.content.kid, one.content.text].join('|')

const rowArbitrary = fc.record({
  day: fc.integer({ min: 1, max: 12 }),
  // Few different amounts, so that rows of one day are often alike.
  minor: fc.constantFrom(-4900n, -250n, 100n, 125_000n),
  kid: fc.option(fc.constantFrom('2345676', '1234566'), { nil: undefined }),
  text: fc.option(fc.constantFrom('Gebyr', 'Varekjøp'), { nil: undefined }),
}) as fc.Arbitrary<Row>

const ledgerArbitrary = fc.array(rowArbitrary, { maxLength: 40 })
const windowArbitrary = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))

const within = (ledger: readonly Row[], { from, to }: { from: number; to: number }) =>
  ledger.filter((row) => row.day >= from && row.day <= to)
const completely = ({ from, to }: { from: number; to: number }) => ({
  complete: { from: date(from), to: date(to) },
})

describe('what is stored equals the ledger', () => {
  test('after overlapping windows in any order and with repeats', () => {
    fc.assert(
      fc.property(ledgerArbitrary, fc.array(windowArbitrary, { maxLength: 8 }), (ledger, windows) => {
        const kept = store()
        const all = [...windows, { from: 1, to: 12 }, ...windows]
        for (const window of all) kept.ingest(within(ledger, window), completely(window))
        expect(kept.live().map(told).sort()).toEqual(ledger.map((row) => told(observe(row))).sort())
      }),
      { numRuns: 400 },
    )
  })

  test('after the bank added, took back and reworded rows between the reads, whatever ids it gives', () => {
    const ids = fc.constantFrom('none', 'stable', 'anew', 'numbered')
    const changes = fc.array(
      fc.tuple(fc.nat(60), fc.constantFrom('drop', 'reword', 'double'), windowArbitrary),
      {
        maxLength: 6,
      },
    )
    fc.assert(
      fc.property(ledgerArbitrary, changes, ids, (start, steps, idsGiven) => {
        const kept = store()
        let ledger = start.map((row, i) => ({ ...row, key: i }))
        let reads = 0
        const read = (window: { from: number; to: number }) => {
          reads++
          const rows = within(ledger, window) as (Row & { key: number })[]
          const options = { ...completely(window), permanentIds: idsGiven === 'stable' }
          kept.ingest(
            rows.map((row, i) => {
              const id = { none: '', stable: `k${row.key}`, anew: `${reads}-${row.key}`, numbered: `n${i}` }[
                idsGiven
              ]
              return id ? { ...row, id } : row
            }),
            options,
          )
        }
        read({ from: 1, to: 12 })
        let next = ledger.length
        for (const [at, change, window] of steps) {
          const i = ledger.length === 0 ? -1 : at % ledger.length
          const row = ledger[i]
          if (row && change === 'drop') ledger = ledger.filter((other) => other !== row)
          if (row && change === 'double') ledger = [...ledger, { ...row, key: next++ }]
          if (row && change === 'reword')
            ledger = ledger.map((other) => (other === row ? { ...row, text: 'Ny' } : other))
          read(window)
        }
        read({ from: 1, to: 12 })
        const amounts = (rows: readonly ObservedRow[]) =>
          rows.map((row) => `${row.content.bookingDate} ${row.content.amountMinor}`).sort()
        expect(amounts(kept.live() as unknown as ObservedRow[])).toEqual(amounts(ledger.map(observe)))
        expect(
          kept
            .live()
            .map((one) => one.content.kid ?? '')
            .sort(),
        ).toEqual(ledger.map((row) => row.kid ?? '').sort())
      }),
      { numRuns: 400 },
    )
  })

  test('and the same window twice changes nothing', () => {
    fc.assert(
      fc.property(ledgerArbitrary, fc.boolean(), (ledger, permanentIds) => {
        const kept = store()
        const rows = ledger.map((row, i) => (permanentIds ? { ...row, id: `t${i}` } : row))
        kept.ingest(rows, { ...completely({ from: 1, to: 12 }), permanentIds })
        const again = kept.ingest(rows, { ...completely({ from: 1, to: 12 }), permanentIds })
        expect(again).toMatchObject({ same: rows.length, touched: [], revised: [], added: [], removed: [] })
      }),
    )
  })

  test('after parts of it by file, in any order, nothing taken for gone', () => {
    fc.assert(
      fc.property(
        ledgerArbitrary,
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (ledger, days) => {
          const kept = store()
          for (const day of [...days, ...days]) {
            kept.ingest(within(ledger, { from: day, to: day }), { route: 'file:camt', pending: 'ignore' })
          }
          const due = ledger.filter((row) => days.includes(row.day))
          expect(kept.live().map(told).sort()).toEqual(due.map((row) => told(observe(row))).sort())
        },
      ),
    )
  })
})

describe('who is who', () => {
  const whole = completely({ from: 1, to: 12 })

  test('equal rows of one day stay as many as they are', () => {
    const kept = store()
    const fee: Row = { day: 5, minor: -4900n, text: 'Gebyr' }
    kept.ingest([fee, fee], whole)
    expect(kept.ingest([fee, fee, fee], whole).added).toHaveLength(1)
    expect(kept.ingest([fee], whole).removed).toHaveLength(2)
    expect(kept.live()).toHaveLength(1)
  })

  test('a permanent id carries an entry over a changed date and amount', () => {
    const kept = store()
    kept.ingest([{ day: 2, minor: 500n, id: 'A' }], { ...whole, permanentIds: true })
    const { revised, added } = kept.ingest([{ day: 4, minor: 700n, id: 'A' }], {
      ...whole,
      permanentIds: true,
    })
    expect(added).toEqual([])
    expect(revised).toMatchObject([
      { entry: { id: 'e00000' }, reason: 'permanent_id', confidence: 'certain' },
    ])
  })

  test('an id that is not permanent decides nothing against the content', () => {
    const kept = store()
    kept.ingest([{ day: 2, minor: 500n, id: '1', text: 'Første' }], whole)
    const again = kept.ingest(
      [
        { day: 2, minor: 500n, id: '1', text: 'Annen' },
        { day: 2, minor: 500n, id: '2', text: 'Første' },
      ],
      whole,
    )
    expect(again.revised).toEqual([])
    expect(again.added.map((row) => row.content.text)).toEqual(['Annen'])
  })

  test('two payments with different references are two, whatever else is equal', () => {
    const kept = store()
    kept.ingest([{ day: 2, minor: 500n, kid: '2345676' }], whole)
    const { added, removed, revised } = kept.ingest([{ day: 2, minor: 500n, kid: '1234566' }], whole)
    expect([added.length, removed.length, revised.length]).toEqual([1, 1, 0])
  })

  test('words added after booking revise the entry', () => {
    const kept = store()
    kept.ingest([{ day: 2, minor: 500n }], whole)
    const { revised } = kept.ingest([{ day: 2, minor: 500n, text: 'Faktura 12' }], whole)
    expect(revised).toMatchObject([
      { reason: 'same_day_amount', confidence: 'medium', content: { text: 'Faktura 12' } },
    ])
  })

  test('a row that was taken back and is stated again is the same one', () => {
    const kept = store()
    const row: Row = { day: 2, minor: 500n, text: 'Faktura' }
    kept.ingest([row], whole)
    kept.ingest([], whole)
    expect(kept.live()).toEqual([])
    expect(kept.ingest([{ ...row, id: 'new' }], whole).revised).toMatchObject([
      { reason: 'restated', state: 'booked' },
    ])
    expect(kept.live().map((one) => one.id)).toEqual(['e00000'])
  })

  test('a booking date that the bank moves moves the entry', () => {
    const kept = store()
    kept.ingest([{ day: 2, minor: 500n, kid: '2345676' }], whole)
    const { revised, added } = kept.ingest([{ day: 3, minor: 500n, kid: '2345676' }], whole)
    expect(added).toEqual([])
    expect(revised).toMatchObject([{ reason: 'moved', content: { bookingDate: '2026-01-03' } }])
  })

  test('a file and a sync of the same rows give one entry each, and neither undoes the other', () => {
    const kept = store()
    const bySync: Row = { day: 2, minor: 500n, text: 'Nettgiro fra Kari' }
    const byFile: Row = { day: 2, minor: 500n, text: 'KARI PRØVE NETTGIRO', kid: '2345676' }
    kept.ingest([bySync], whole)
    expect(kept.ingest([byFile], { route: 'file:camt', pending: 'ignore' }).revised).toHaveLength(1)
    expect(kept.live().map((one) => [one.content.kid, one.content.text])).toEqual([
      ['2345676', 'Nettgiro fra Kari'],
    ])
    expect(kept.ingest([bySync], whole)).toMatchObject({ same: 1, revised: [], added: [], removed: [] })
    expect(kept.ingest([byFile], { route: 'file:camt', pending: 'ignore' })).toMatchObject({
      same: 1,
      revised: [],
      added: [],
    })
  })
})

describe('pending rows', () => {
  const whole = completely({ from: 1, to: 12 })
  const hold: Row = { day: 0, minor: -9900n, text: 'Varekjøp', pending: true }

  test('are replaced as a whole', () => {
    const kept = store()
    kept.ingest([hold, { ...hold, minor: -100n }], whole)
    kept.ingest([{ ...hold, minor: -200n }], whole)
    expect(kept.live().map((one) => one.content.amountMinor)).toEqual([-200n])
  })

  test('keep their id when they are booked', () => {
    const kept = store()
    kept.ingest([hold], whole)
    const { revised, added } = kept.ingest([{ ...hold, day: 3, pending: false }], whole)
    expect(added).toEqual([])
    expect(revised).toMatchObject([{ entry: { id: 'e00000' }, reason: 'booked', state: 'booked' }])
  })

  test.each([
    ['two bookings could be it', [hold], [3, 4]],
    ['it could be either of two', [hold, hold], [3]],
  ])('get a new id where %s', (_why, holds, days) => {
    const kept = store()
    kept.ingest(holds, whole)
    const { revised, added } = kept.ingest(
      days.map((day) => ({ ...hold, day, pending: false })),
      whole,
    )
    expect(revised).toEqual([])
    expect(added).toHaveLength(days.length)
    expect(kept.live().every((one) => one.state === 'booked')).toBe(true)
  })
})

test('the normal form survives being stored', () => {
  const one = {
    ...entry({ day: 2, minor: -1n, kid: '2345676', text: 'Æøå', id: 'x' }),
    balanceAfter: { minor: 12_345n, currency: 'NOK' },
    charges: [{ amount: { minor: -5n, currency: 'JPY' }, included: true }],
  }
  expect(fromJson(JSON.parse(toJson(one)))).toEqual(one)
})
