// One ledger as camt.053 (days in parts), as MT940, as notices and as a bank's answers, in any order and repeated: each
// movement once, with what any of them has told.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { completeness } from '../../src/statements/completeness-read.ts'
import { importFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt, notice, ntry, sum } from '../support/camt-text.ts'
import { mt940 } from '../support/mt-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const actor = { kind: 'api_key', id: 'test' } as const
const opening = 100_000n
const days = ['2026-03-02', '2026-03-03', '2026-03-04']
const payees = ['Rema 1000', 'Strøm AS', 'Gebyr']
const kids = ['2345676', '1234566', undefined]

function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

/** Rows of a day with few amounts and words, so that many are alike. */
function ledgerOf(random: (below: number) => number): BankRow[] {
  return days.flatMap((day) =>
    Array.from({ length: 2 + random(4) }, () => {
      const incoming = random(2) === 0
      const kid = incoming ? kids[random(3)] : undefined
      const minor = incoming ? 30_000n : -4900n
      return { day, minor, text: payees[random(3)] as string, ...(kid ? { kid } : {}) }
    }),
  )
}

type Step = { name: string; run: (at: Bench) => Promise<unknown> }

const hand = (name: string, bytes: Uint8Array): Step => ({
  name,
  run: (at) => at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor })),
})

/** The day as it was stated, in one format or another, by the one of two parts or whole. */
function tellings(rows: readonly BankRow[], random: (below: number) => number, round: number): Step[] {
  const message = `R${round}`
  return days.flatMap((day, i) => {
    const own = rows.filter((row) => row.day === day)
    const from = sum(
      rows.filter((row) => row.day < day),
      opening,
    )
    const cut = random(own.length + 1)
    const [one, two] = [own.slice(0, cut), own.slice(cut)]
    const whole = { id: `C${i}`, day, opening: from, rows: own, sequence: `${10 * i + 1}`, message }
    const inBank = own.map((row) => ({ ...row, text: `NETTGIRO ${row.text}` }))
    return [
      hand(`camt ${day}`, camt(whole)),
      hand(`camt ${day} 1`, camt({ ...whole, id: `${whole.id}a`, rows: one })),
      hand(
        `camt ${day} 2`,
        camt({ ...whole, id: `${whole.id}b`, rows: two, opening: sum(one, from), sequence: `${10 * i + 2}` }),
      ),
      hand(`mt ${day}`, mt940({ ...whole, id: `M${round}${i}`, rows: inBank, sequence: `${i + 1}` })),
    ]
  })
}

const read: Step = {
  name: 'read',
  run: async (at) => {
    at.clock.advance(60_000)
    at.bank.today = () => at.clock.now().toISOString().slice(0, 10)
    expect((await syncAccount(at.ports, at.clientId, at.accountId)).state).toMatch(/^succeeded/)
  },
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(random(left.length), 1))
}

const facts = (rows: readonly { day: string; minor: bigint }[]) =>
  rows.map((row) => `${row.day} ${row.minor}`).sort()

test.each(Array.from({ length: Number(process.env.HISTORIES ?? 8) }, (_none, i) => i + 1))(
  'history %i',
  async (seed) => {
    const random = randomOf(seed * 7919)
    const rows = ledgerOf(random)
    const at = await benches.bench()
    try {
      await at.addConsent()
      at.bank.rows = rows.map((row, i) => ({ ...row, text: `Til: ${row.text}`, id: `B${i}` }))
      const told = notice('N1', ntry({ day: days[0] as string, minor: 60_000n, kid: '5678909', id: 'BATCH' }))
      const reads = seed % 3 === 0 ? [] : [read, read]
      const steps = shuffled(
        [...tellings(rows, random, 1), ...tellings(rows, random, 2), ...reads, hand('notice', told)],
        random,
      )
      for (const step of steps) await step.run(at)
      const stored = await at.within((tx) =>
        tx.prisma.entry.findMany({ where: { state: { not: 'removed' } } }),
      )
      const told2 = stored.map(({ bookingDate, amountMinor }) => ({
        day: bookingDate ?? '',
        minor: amountMinor,
      }))
      const history = steps.map(({ name }) => name).join(', ')
      expect(facts(told2), history).toEqual(facts(rows))
      const kidsOf = (list: readonly (string | null | undefined)[]) => list.filter(Boolean).sort()
      expect(kidsOf(stored.map(({ kid }) => kid)), history).toEqual(kidsOf(rows.map(({ kid }) => kid)))
      const { gaps } = await at.within((tx) => completeness(tx, at.accountId))
      expect(gaps, history).toEqual([])
      const ids = stored.map(({ id }) => id).sort()
      for (const step of shuffled(steps, random).slice(0, 6)) await step.run(at)
      const after = await at.within((tx) =>
        tx.prisma.entry.findMany({ where: { state: { not: 'removed' } } }),
      )
      expect(after.map(({ id }) => id).sort(), history).toEqual(ids)
    } finally {
      await at.close()
    }
  },
  120_000,
)
