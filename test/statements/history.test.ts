import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { addDays } from '../../src/domain/clock.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, ledgerOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const today = '2026-03-10'
const rowArbitrary: fc.Arbitrary<BankRow> = fc.record({
  day: fc.integer({ min: 0, max: 9 }).map((back) => addDays(today, -back)),
  minor: fc.constantFrom(-4900n, -250n, 100n),
  text: fc.constantFrom('Gebyr', 'Varekjøp'),
})
const stepArbitrary = fc.record({
  added: fc.array(rowArbitrary, { maxLength: 3 }),
  dropped: fc.option(fc.nat(50), { nil: undefined }),
  hidden: fc.option(fc.nat(50), { nil: undefined }),
  failsAt: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
})

test('after any history of bookings, hidden rows and broken reads the store equals the ledger, and every past day is proven', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowArbitrary, { maxLength: 12 }),
      fc.array(stepArbitrary, { maxLength: 4 }),
      fc.constantFrom('none', 'stable', 'anew'),
      async (start, steps, ids) => {
        const at = await benches.bench()
        await at.addConsent()
        at.bank.idStability = ids === 'stable' ? 'permanent' : 'unstable'
        let serial = 0
        let reads = 0
        const stamped = (row: BankRow) => ({ ...row, key: serial++ })
        let ledger = start.map(stamped)
        const sync = async (step?: { hidden?: number | undefined; failsAt?: number | undefined }) => {
          reads++
          at.bank.rows = ledger.map(({ key, ...row }) => {
            const id = { none: undefined, stable: `k${key}`, anew: `${reads}-${key}` }[ids]
            return id === undefined ? row : { ...row, id }
          })
          const hidden =
            step?.hidden === undefined ? undefined : at.bank.rows[step.hidden % (ledger.length || 1)]
          at.bank.hides = (row) => row === hidden
          let calls = 0
          at.bank.meddle = () => {
            if (++calls === step?.failsAt) throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
          }
          await syncAccount(at.ports, at.clientId, at.accountId).catch(() => {})
          at.clock.advance(60_000)
        }
        for (const step of steps) {
          await sync(step)
          ledger = [
            ...ledger.filter((_row, i) => step.dropped === undefined || i !== step.dropped % ledger.length),
            ...step.added.map(stamped),
          ]
        }
        // A read that was cut off may go on among rows that have moved: the one after it sees them all.
        await sync()
        await sync()
        expect(await at.stored()).toEqual(ledgerOf(at.bank))
        const found = await at.within((tx) => completeness(tx, at.accountId))
        expect(found.gaps).toEqual([])
        expect(found.days.map((day) => day.proof)).toEqual(
          found.days.map((day) => (day.date < today ? 'proven' : 'open')),
        )
        await at.close()
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

test('a row that two pages show, because rows moved between them, is one; equal rows without an id stay two', async () => {
  const at = await benches.bench()
  await at.addConsent()
  const fee: BankRow = { day: '2026-03-02', minor: -4900n, text: 'Gebyr' }
  const shown: BankRow = { day: '2026-03-02', minor: 100n, text: 'Salg', id: 'A' }
  at.bank.pageSize = 2
  at.bank.rows = [fee, shown, { ...shown }, fee]
  await syncAccount(at.ports, at.clientId, at.accountId)
  expect(await at.stored()).toEqual([
    '2026-03-02 -4900  Gebyr',
    '2026-03-02 -4900  Gebyr',
    '2026-03-02 100  Salg',
  ])
  await at.close()
})
