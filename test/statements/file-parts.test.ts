// Statements that follow each other within a day: none of their rows lost, none twice, in any order and repeated.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { type Link, siblingsOf } from '../../src/statements/statement-chain.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt, sum } from '../support/camt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const actor = { kind: 'api_key', id: 'test' } as const
const hand = (at: Bench, bytes: Uint8Array) =>
  at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))

async function stored(parts: readonly Parameters<typeof camt>[0][]): Promise<string[]> {
  const at = await benches.bench()
  try {
    for (const [i, part] of parts.entries()) await hand(at, camt({ ...part, message: `M${i}` }))
    return await at.stored()
  } finally {
    await at.close()
  }
}

const day = '2026-03-02'
const fee = { day, minor: -4900n, text: 'Gebyr' }
const row = (minor: bigint, text: string, on = day) => ({ day: on, minor, text })
const words = (rows: readonly BankRow[]) =>
  rows.map((one) => `${one.day} ${one.minor} ${one.kid ?? ''} ${one.text ?? ''}`).sort()

/** Parts in the order of the ledger, each beginning where the one before ended. */
function chained(...rows: BankRow[][]) {
  let opening = 100_000n
  return rows.map((own, i) => {
    const part = { id: `P${i + 1}`, sequence: String(i + 1), day, opening, rows: own }
    opening = sum(own, opening)
    return part
  })
}

test('a row that two parts of a day state is two rows', async () => {
  const parts = chained([row(7000n, 'A'), fee], [fee, row(300n, 'B')], [fee])
  const all = words(parts.flatMap(({ rows }) => rows))
  const [one, two, three] = parts as [(typeof parts)[0], (typeof parts)[0], (typeof parts)[0]]
  expect(await stored([one, two, three])).toEqual(all)
  expect(await stored([three, two, one])).toEqual(all)
  // The middle one comes last: until then nothing shows that the others are not the same.
  expect(await stored([one, three, two])).toEqual(all)
  expect(await stored([two, one, two, three, one, { ...three, id: 'again' }])).toEqual(all)
}, 60_000)

test('the same statement under another id, or one over several parts, counts once', async () => {
  const parts = chained([row(7000n, 'A'), fee], [fee, row(300n, 'B')])
  const all = words(parts.flatMap(({ rows }) => rows))
  const [one, two] = parts as [(typeof parts)[0], (typeof parts)[0]]
  const whole = { id: 'W', day, opening: one.opening, rows: [...one.rows, ...two.rows] }
  expect(await stored([one, { ...one, id: 'other' }])).toEqual(words(one.rows))
  expect(await stored([whole, one, two])).toEqual(all)
  expect(await stored([one, whole, two])).toEqual(all)
}, 60_000)

test('parts that sum up to nothing are told apart by their numbers', async () => {
  const parts = chained([fee, row(4900n, 'Tilbake')], [fee, row(4900n, 'Tilbake')])
  const all = words(parts.flatMap(({ rows }) => rows))
  const [one, two] = parts as [(typeof parts)[0], (typeof parts)[0]]
  expect(await stored([one, two, one])).toEqual(all)
  expect(await stored([two, one])).toEqual(all)
  expect(await stored([one, { ...two, sequence: '1' }])).toEqual(words(one.rows))
}, 60_000)

test('a row that is booked on a day of the statement before is another one', async () => {
  const monday = { id: 'M', day, opening: 100_000n, rows: [fee] }
  const tuesday = { id: 'T', day: '2026-03-03', opening: 95_100n, rows: [fee, row(100n, 'B', '2026-03-03')] }
  const all = words([...monday.rows, ...tuesday.rows])
  expect(await stored([monday, tuesday])).toEqual(all)
  expect(await stored([tuesday, monday, tuesday])).toEqual(all)
}, 60_000)

const link = (from: number, to: number, facts: Partial<Link> = {}): Link => ({
  ...{ sourceId: `${from}-${to}`, sequence: null, from: day, to: day, digest: `${from} ${to}` },
  ...{ openingMinor: BigInt(from), closingMinor: BigInt(to) },
  ...facts,
})

test('siblings are those before and after by balance, however they are listed', () => {
  const links = [link(0, 5), link(5, 9), link(9, 3), link(3, 7)]
  fc.assert(
    fc.property(fc.shuffledSubarray(links, { minLength: 4 }), fc.nat(3), (shuffled, at) => {
      const own = shuffled[at] as Link
      const others = shuffled.filter((one) => one !== own)
      expect(siblingsOf(own, others)).toHaveLength(3)
      expect(siblingsOf(own, [...others, { ...own, sourceId: 'again' }])).toHaveLength(3)
    }),
  )
  expect(
    siblingsOf(link(0, 5), [link(1, 5), link(0, 9), link(5, 5, { from: '2026-05-02', to: '2026-05-02' })]),
  ).toEqual([])
})
