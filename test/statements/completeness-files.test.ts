import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { completeness } from '../../src/statements/completeness-read.ts'
import { importFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { type CamtStatement, document, stmt } from '../support/camt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => at.close())

const actor = { kind: 'api_key', id: 'test' } as const
const hand = (...statements: CamtStatement[]) =>
  at.within((tx) =>
    importFile(at.ports, tx, {
      companyId: at.companyId,
      name: 'utskrift.xml',
      bytes: document('053', statements.map(stmt).join('\n'), statements.map(({ id }) => id).join('+')),
      actor,
    }),
  )
const read = (asked = {}) => at.within((tx) => completeness(tx, at.accountId, asked))
const shown = async () =>
  (await read()).gaps.map(
    ({ from, to, differenceMinor, cause }) => `${from} ${to} ${differenceMinor} ${cause}`,
  )
const proofs = async (...dates: string[]) => {
  const days = await at.days()
  return dates.map((date) => days.get(`2026-03-${date}`)?.proof)
}

/** Statements that follow each other: `S02` of the 2nd with these rows. */
function statements(...days: [day: string, rows: readonly BankRow[], over?: Partial<CamtStatement>][]) {
  let opening = 100_000n
  return days.map(([day, rows, over]): CamtStatement => {
    const one = { id: `S${day}`, day: `2026-03-${day}`, opening, rows, ...over }
    opening = rows.reduce((sum, row) => sum + row.minor, opening) + (over?.missing ?? 0n)
    return one
  })
}
const row = (day: string, minor: bigint, text = 'Faktura'): BankRow => ({
  day: `2026-03-${day}`,
  minor,
  text,
})

/** All orders of three. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

describe('a statement with rows outside its own days', () => {
  test.each(orders)(
    'of the weekend before it is no gap, whatever comes first (%s %s %s)',
    async (...order) => {
      const three = statements(
        ['05', [row('05', -500n)]],
        ['06', [row('06', -700n)]],
        ['09', [row('07', -900n, 'Kort'), row('09', -100n)]],
      )
      for (const i of order) await hand(...three.slice(i, i + 1))
      expect(await shown()).toEqual([])
      expect(await proofs('05', '06', '07', '08', '09')).toEqual(Array(5).fill('proven'))
      expect((await at.days()).get('2026-03-09')?.spanFrom).toBe('2026-03-07')
    },
  )

  test.each(orders)('booked backwards is proven with the days behind it (%s %s %s)', async (...order) => {
    const three = statements(
      ['03', [row('03', -500n)]],
      ['04', [row('04', -700n)]],
      ['05', [row('03', -900n, 'Etterpostering'), row('05', -100n)]],
    )
    for (const i of order) await hand(...three.slice(i, i + 1))
    expect(await shown()).toEqual([])
    expect(await proofs('03', '04', '05')).toEqual(['proven', 'proven', 'proven'])
  })

  test('of a day to come is no gap', async () => {
    await hand(
      ...statements(
        ['05', [row('05', -500n), row('09', -900n)]],
        ['06', [row('06', -700n)]],
        ['09', [row('09', -100n)]],
      ),
    )
    expect(await shown()).toEqual([])
    expect(await proofs('06', '09')).toEqual(['proven', 'proven'])
  })

  test('does not hide what is missing', async () => {
    await hand(
      ...statements(
        ['05', [row('05', -500n)]],
        ['06', [row('06', -700n)], { missing: -40n }],
        ['09', [row('07', -900n, 'Kort'), row('09', -100n)]],
      ),
    )
    expect(await shown()).toEqual(['2026-03-06 2026-03-06 -40 missing_debit'])
  })

  test('tells of the proven days that it changes', async () => {
    const three = statements(
      ['03', [row('03', -500n)]],
      ['04', [row('04', -700n)]],
      ['05', [row('03', -900n, 'Etterpostering'), row('05', -100n)]],
    )
    await hand(...three.slice(0, 2))
    expect(await proofs('03')).toEqual(['proven'])
    await hand(...three.slice(2))
    expect((await at.events('account.day_reopened')).map((one) => one.data)).toMatchObject([
      { from: '2026-03-03', days: ['2026-03-03'] },
    ])
  })
})

describe('a statement that is issued anew with a row more', () => {
  const before = { id: 'A', day: '2026-03-02', to: '2026-03-05', opening: 100_000n, rows: [row('03', -500n)] }
  const anew = { ...before, id: 'B', rows: [...before.rows, row('04', -900n, 'Etterpostering')] }

  test('makes the balances of the first one those of another ledger', async () => {
    await hand(...statements(['01', []]), before)
    at.clock.advance(60_000)
    await hand(anew)
    expect(await shown()).toEqual([])
    expect(await proofs('02', '03', '04', '05')).toEqual(Array(4).fill('proven'))
    expect(await at.events('account.day_reopened')).toHaveLength(1)
  })

  test('but rows that come into a gap do not hide another', async () => {
    const [first, second, third] = statements(
      ['03', [row('03', -500n), row('03', -40n, 'Gebyr')]],
      ['04', [row('04', -700n), row('04', -60n, 'Gebyr')]],
      ['05', [row('05', -100n)]],
    )
    if (!first || !second || !third) throw new Error('no statements')
    const less = (one: CamtStatement, missing: bigint): CamtStatement => ({
      ...one,
      id: `${one.id} less`,
      rows: one.rows.slice(0, 1),
      missing,
    })
    await hand(...statements(['02', []]), less(first, -40n), less(second, -60n), third)
    expect(await shown()).toHaveLength(2)
    at.clock.advance(60_000)
    await hand(first)
    expect(await shown()).toEqual(['2026-03-04 2026-03-04 -60 missing_debit'])
  })
})

describe('the numbers of statements', () => {
  const numbered = (day: string, sequence: string, rows: readonly BankRow[], missing = 0n) =>
    [day, rows, { sequence, missing }] as [string, readonly BankRow[], Partial<CamtStatement>]

  test('name the statement that is missing where a gap is', async () => {
    const [first, , third] = statements(
      numbered('04', '61', [row('04', -500n)]),
      numbered('05', '62', [row('05', -700n)]),
      numbered('06', '63', [row('06', -100n)]),
    )
    if (first && third) await hand(first, third)
    expect(await shown()).toEqual(['2026-03-05 2026-03-05 -700 statement_missing'])
    expect((await read()).missingStatements).toMatchObject([
      { after: '61', before: '63', count: 1, from: '2026-03-05', to: '2026-03-05' },
    ])
  })

  test('are shown also where the balances leave no gap', async () => {
    await hand(
      ...statements(numbered('04', '61', [row('04', -500n)]), numbered('06', '63', [row('06', -700n)])),
    )
    expect(await shown()).toEqual([])
    expect((await read()).missingStatements).toMatchObject([{ after: '61', before: '63' }])
    expect((await read({ from: '2026-03-06' })).missingStatements).toEqual([])
  })
})

describe('the cause of a gap is looked for', () => {
  test('among rows that stand twice', async () => {
    // The bank's own words for the same fee in a second statement of the day, under another text.
    const [first, second, third] = statements(
      ['04', [row('04', -500n)]],
      ['05', [row('05', -700n, 'Gebyr')]],
      ['06', [row('06', -100n)]],
    )
    if (!first || !second || !third) throw new Error('no statements')
    await hand(
      first,
      { ...second, rows: [...second.rows, row('05', -700n, 'Gebyr bank')], missing: 700n },
      third,
    )
    const [gap] = (await read()).gaps
    expect(gap).toMatchObject({ from: '2026-03-05', differenceMinor: 700n, cause: 'possible_duplicate' })
    expect(gap?.suspects).toHaveLength(2)
  })

  test('among pending rows', async () => {
    await at.addConsent()
    at.bank.rows = [row('05', -500n), { ...row('06', -7700n, 'Varekjøp'), pending: true }]
    await syncAccount(at.ports, at.clientId, at.accountId)
    const pending = await at.within((tx) => tx.prisma.entry.findFirstOrThrow({ where: { state: 'pending' } }))
    at.bank.rows = [row('05', -500n), row('09', -7700n, 'Varekjøp')]
    at.bank.hides = ({ minor }) => minor === -7700n
    at.clock.advance(48 * 3_600_000)
    await syncAccount(at.ports, at.clientId, at.accountId)
    expect((await read()).gaps).toMatchObject([
      { from: '2026-03-09', differenceMinor: -7700n, cause: 'pending_not_booked', suspects: [pending.id] },
    ])
  })
})
