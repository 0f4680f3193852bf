import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { addDays } from '../../src/domain/clock.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { importFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, type FakeBank, openBenches } from '../support/account-at-bank.ts'
import { camt } from '../support/camt-text.ts'

// Two routes, files, failovers, moving pages and broken reads through the whole path, on the database.

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const row = fc.record({
  back: fc.integer({ min: 0, max: 6 }),
  minor: fc.constantFrom(-4900n, -250n, 100n),
  payee: fc.constantFrom('Rema', 'Kari'),
  kid: fc.option(fc.constantFrom('2345676', '1234566'), { nil: undefined }),
})
const route = fc.constantFrom('main' as const, 'second' as const)
const read = fc.record({
  do: fc.constant('read' as const),
  route,
  /** A page after which this row is booked, so that the others move. */
  moves: fc.option(fc.record({ page: fc.integer({ min: 1, max: 3 }), row }), { nil: undefined }),
  hidden: fc.option(fc.nat(20), { nil: undefined }),
  failsAt: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
})
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('book' as const), rows: fc.array(row, { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reword' as const), at: fc.nat(20) }) },
  { weight: 4, arbitrary: read },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('file' as const),
      back: fc.integer({ min: 1, max: 8 }),
      days: fc.nat(6),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never
type Movement = Omit<Row, 'back'> & { key: number; day: string; text: string }

const telling = {
  main: ({ text }: Movement) => text,
  second: ({ text }: Movement) => `Til: ${text.toUpperCase()}`,
}

async function world(ids: 'none' | 'stable' | 'anew') {
  const at: Bench = await benches.bench()
  await at.addConsent('main')
  await at.addConsent('second')
  let ledger: Movement[] = []
  let serial = 0
  let reads = 0
  const today = () => at.bank.today()
  // A statement that was handed in is the bank's last word up to its end: no read has seen what came in behind it.
  let filed = ''
  const isOpen = ({ day }: { day: string }) => day > filed
  const book = ({ back, ...facts }: Row) => {
    const asked = addDays(today(), -back)
    const day = isOpen({ day: asked }) ? asked : today()
    ledger = [...ledger, { ...facts, key: serial++, day, text: facts.payee }]
  }
  const show = (bank: FakeBank, way: 'main' | 'second') => {
    bank.idStability = ids === 'stable' ? 'permanent' : 'unstable'
    bank.rows = [...ledger].reverse().map(({ key, day, minor, kid, ...one }) => {
      const id = { none: '', stable: `k${key}`, anew: `${reads}-${key}` }[ids]
      const text = telling[way]({ key, day, minor, kid, ...one })
      return { day, minor, text, ...(kid ? { kid } : {}), ...(id ? { id } : {}) }
    })
  }
  const sync = async (one: Omit<typeof read extends fc.Arbitrary<infer R> ? R : never, 'do'>) => {
    reads++
    const bank = one.route === 'main' ? at.bank : at.twin
    await at.within((tx) => tx.prisma.$executeRaw`update account set route = ${one.route}`)
    show(bank, one.route)
    const hidden = one.hidden === undefined ? undefined : bank.rows[one.hidden % (ledger.length || 1)]
    bank.hides = (shown: BankRow) => shown === hidden
    let calls = 0
    bank.meddle = (call) => {
      if (++calls === one.failsAt) throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
      if (call === 'transactions' && one.moves && calls === one.moves.page + 1) {
        book(one.moves.row)
        show(bank, one.route)
      }
    }
    const done = await syncAccount(at.ports, at.clientId, at.accountId).catch(() => null)
    at.clock.advance(60_000)
    if (!done?.jobId || !done.state.startsWith('succeeded')) return false
    // Without its balances a read says nothing of what it may have missed.
    const id = done.jobId
    return at.within(
      async (tx) => (await tx.prisma.syncJob.findUniqueOrThrow({ where: { id } })).balancesRead === true,
    )
  }
  const hand = (back: number, days: number) => {
    const from = addDays(today(), -back)
    const to = [addDays(from, days), addDays(today(), -1)].sort()[0] ?? from
    const opening = ledger.reduce(
      (sum, one) => (one.day < from ? sum + one.minor : sum),
      at.bank.openingMinor,
    )
    const rows = ledger
      .filter(({ day }) => day >= from && day <= to)
      .map(({ day, minor, kid, payee }) => ({
        day,
        minor,
        text: `NETTGIRO ${payee}`,
        ...(kid ? { kid } : {}),
      }))
    const bytes = camt({ id: `${from} ${to} ${serial}`, day: from, to, opening, rows })
    const actor = { kind: 'api_key', id: 'test' } as const
    if (to > filed) filed = to
    return at.within((tx) =>
      importFile(at.ports, tx, { companyId: at.companyId, name: 'f.xml', bytes, actor }),
    )
  }
  return {
    at,
    today,
    book,
    sync,
    hand,
    isOpen,
    ledger: () => ledger,
    set: (next: Movement[]) => {
      ledger = next
    },
  }
}

/** Whatever a successful read leaves as proven is what the bank has. */
async function expectSound({ at, ledger }: Awaited<ReturnType<typeof world>>): Promise<void> {
  const { days } = await at.within((tx) => completeness(tx, at.accountId))
  const stored = await at.within((tx) => tx.prisma.entry.findMany({ where: { state: 'booked' } }))
  const sum = (rows: readonly { day: string | null; minor: bigint }[], from: string, to: string) =>
    rows.reduce((total, { day, minor }) => (day && day >= from && day <= to ? total + minor : total), 0n)
  const known = stored.map(({ bookingDate: day, amountMinor: minor }) => ({ day, minor }))
  const last = new Map(days.map((day) => [day.spanFrom ?? day.date, day.date]))
  for (const { date, spanFrom, proof } of days) {
    const from = spanFrom ?? date
    if (proof !== 'proven' || last.get(from) !== date) continue
    expect([from, date, sum(known, from, date)]).toEqual([from, date, sum(ledger(), from, date)])
  }
}

async function take(of: Awaited<ReturnType<typeof world>>, one: Step): Promise<void> {
  if (one.do === 'book') one.rows.forEach(of.book)
  if (one.do === 'drop')
    of.set(of.ledger().filter((known, i) => !of.isOpen(known) || i !== one.at % of.ledger().length))
  if (one.do === 'reword') {
    const at = one.at % (of.ledger().length || 1)
    of.set(of.ledger().map((known, i) => (i === at ? { ...known, text: `${known.payee} Oslo kort` } : known)))
  }
  if (one.do === 'file') await of.hand(one.back, one.days)
  if (one.do === 'read' && (await of.sync(one))) await expectSound(of)
}

test('two routes, files, failovers, moving pages and broken reads: nothing is falsely proven, and in the end all is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 8 }),
      fc.array(step, { minLength: 2, maxLength: 7 }),
      fc.constantFrom('none', 'stable', 'anew'),
      route,
      async (start, steps, ids, way) => {
        const of = await world(ids)
        start.forEach(of.book)
        for (const one of steps) await take(of, one)
        const clean = { route: way, moves: undefined, hidden: undefined, failsAt: undefined }
        // A read that was cut off may go on among rows that have moved: the one after it sees them all.
        await of.sync(clean)
        expect(await of.sync(clean)).toBe(true)
        const facts = (rows: readonly { day: string | null; minor: bigint }[]) =>
          rows.map(({ day, minor }) => `${day} ${minor}`).sort()
        const live = await of.at.within((tx) =>
          tx.prisma.entry.findMany({ where: { state: { not: 'removed' } }, orderBy: { id: 'asc' } }),
        )
        expect(facts(live.map((one) => ({ day: one.bookingDate, minor: one.amountMinor })))).toEqual(
          facts(of.ledger()),
        )
        const found = await of.at.within((tx) => completeness(tx, of.at.accountId))
        expect(found.gaps).toEqual([])
        const past = found.days.filter((day) => day.date < of.today() && day.proof !== 'unprovable')
        expect(past.filter((day) => day.proof !== 'proven')).toEqual([])
        await of.at.close()
      },
    ),
    { numRuns: 12 },
  )
}, 120_000)
