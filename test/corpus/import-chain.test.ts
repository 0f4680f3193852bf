// The consecutive daily statements of one institution, in any order and repeated: one chain wherever the files chain,
// and a gap wherever they do not.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { parseMoney } from '../../src/domain/money.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { importFile } from '../../src/statements/files.ts'
import { openBenches } from '../support/account-at-bank.ts'
import { corpusMissing, corpusPath, expectedIn } from './corpus.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const actor = { kind: 'api_key', id: 'test' } as const
type Daily = { file: string; account: string; day: string; opening: bigint; closing: bigint; entries: number }

/** What the files state, as another program has read them: one line for each account and day. */
const dailies: readonly Daily[] = expectedIn('camt.053')
  .filter(([file]) => /Subite.*__\d{4}-\d\d-\d\d\.xml$/.test(file))
  .flatMap(([file, { statements = [] }]) =>
    statements.map((one) => {
      const minor = (amount: string | null) => parseMoney(amount ?? '', one.currency ?? '').minor
      return {
        ...{ file, account: one.account, entries: one.entries },
        day: one.balances.find(({ type }) => type === 'CLBD')?.date ?? '',
        opening: minor(one.openingBalance),
        closing: minor(one.closingBalance),
      }
    }),
  )
const files = [...new Set(dailies.map(({ file }) => file))].sort()

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

const byDay = (a: Daily, b: Daily) => (a.day < b.day ? -1 : 1)

/** Days between two statements of an account where the balance is another one: nobody handed them in. */
function breaksOf(handedIn: readonly Daily[]) {
  const sorted = [...handedIn].sort(byDay)
  return sorted.flatMap((one, i) => {
    const before = sorted[i - 1]
    if (!before || before.closing === one.opening) return []
    const difference = one.opening - before.closing
    return [`${addDays(before.day, 1)}..${addDays(one.day, -1)} ${difference}`]
  })
}

/** Do other statements state the evening before it, or its own? */
function isConfirmed(one: Daily, all: readonly Daily[]): boolean {
  const before = all.find(({ day }) => day === addDays(one.day, -1))
  const after = all.find(({ day }) => day === addDays(one.day, 1))
  return before?.closing === one.opening || after?.opening === one.closing
}

test.skipIf(corpusMissing).each([
  { seed: 1, left: 0 },
  { seed: 2, left: 6 },
])(
  'seed $seed, $left files left out',
  async ({ seed, left }) => {
    expect(files.length).toBeGreaterThan(70)
    const next = random(seed)
    const handedIn = shuffled(files.slice(1, -1), next).slice(left).concat(files.slice(0, 1), files.slice(-1))
    const order = [...shuffled(handedIn, next), ...shuffled(handedIn, next).slice(0, 10)]
    const at = await benches.bench()
    try {
      at.clock.advance(Date.parse('2024-07-01T08:00:00Z') - at.clock.now().getTime())
      for (const [i, file] of order.entries()) {
        // Handed in once more, with other bytes: the same statements in another file.
        const again = order.indexOf(file) < i ? Buffer.from('\n') : Buffer.alloc(0)
        const bytes = Buffer.concat([readFileSync(corpusPath(file)), again])
        const read = await at.within((tx) =>
          importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }),
        )
        expect(read.file.state, file).toBe(again.length > 0 ? 'imported_no_change' : read.file.state)
        expect(read.file.error).toBe(null)
      }
      const numbers = [...new Set(dailies.map(({ account }) => account))]
      for (const number of numbers) {
        const own = dailies.filter(({ account, file }) => account === number && handedIn.includes(file))
        const found = await at.within(async (tx) => {
          const account = await tx.prisma.account.findFirstOrThrow({ where: { number } })
          const entries = await tx.prisma.entry.count({ where: { accountId: account.id, state: 'booked' } })
          return { entries, ...(await completeness(tx, account.id)) }
        })
        expect(found.entries).toBe(own.reduce((sum, { entries }) => sum + entries, 0))
        const breaks = breaksOf(own)
        expect(
          found.gaps.map(({ from, to, differenceMinor }) => `${from}..${to} ${differenceMinor}`).sort(),
        ).toEqual(breaks)
        const last = own
          .map(({ day }) => day)
          .sort()
          .at(-1)
        if (left === 0) expect(found.provenThrough).toBe(last)
        const days = new Map(found.days.map(({ date, proof }) => [date, proof]))
        for (const one of own) {
          const proof = days.get(one.day)
          if (isConfirmed(one, own)) expect(`${one.day} ${proof}`).toBe(`${one.day} proven`)
          expect(proof).not.toBe('gap')
        }
      }
    } finally {
      await at.close()
    }
  },
  120_000,
)
