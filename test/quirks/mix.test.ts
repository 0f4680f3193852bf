import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFailure } from '../../src/connectors/failure.ts'
import { addDays } from '../../src/domain/clock.ts'
import { type BankId, type Customer, expectTruth, type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab({ deadlineMs: 1000, maxBytes: 4 * 1024 * 1024 })
}, 60_000)
afterAll(() => lab?.close())

/** More of them take minutes: `QUIRK_RUNS=200 npx vitest run test/quirks/mix.test.ts`. */
const runs = Number(process.env.QUIRK_RUNS ?? 4)

const rowFaults = [
  'ids_reissued',
  'ids_blank',
  'entry_reference_null',
  'ids_shared',
  'ids_renumbered',
  'text_enriched',
  'date_prefix',
  'hold_as_booked',
  'hold_amount',
  'pending_undated',
  'page_empty',
  'drop_row',
  'clock_skew',
]
const answerFaults = [
  'http_500',
  'ok_with_error',
  'html_page',
  'html_403',
  'reset',
  'reset_mid_body',
  'gzip_unasked',
  'balances_fail',
  'limit_seconds',
  'limit_403',
]

const psu = { ipAddress: '192.0.2.10' }
type Step = (at: Customer, bank: BankId) => Promise<unknown>

/** Few amounts and words, so that rows are often alike. */
const row = fc.record({
  amount: fc.constantFrom('-49.00', '-100.00', '250.00'),
  text: fc.constantFrom('Kaffe', 'Gebyr', 'Faktura 7'),
  daysBack: fc.integer({ min: 0, max: 4 }),
})
const named = (step: Step, name: string) => Object.assign(step, { toString: () => name })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: row.map(({ amount, text, daysBack }) =>
      named(
        (at) => at.book(amount, { text, bookingDate: addDays(lab.today(), -daysBack) }),
        `book ${amount} ${text} ${daysBack} days back`,
      ),
    ),
  },
  { weight: 1, arbitrary: fc.constant(named((at) => at.hold('-437.20', 'Bensin'), 'hold')) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('row_removed', 'backdated_entry')
      .map((name) => named((at, bank) => lab.fault(bank, name, 1, { account: at.bban }), name)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...rowFaults), fc.integer({ min: 1, max: 4 }))
      .map(([name, times]) => named((_at, bank) => lab.fault(bank, name, times), `${name} x ${times}`)),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...answerFaults)
      .map((name) => named((_at, bank) => lab.fault(bank, name, 1), name)),
  },
  {
    weight: 1,
    // Where no balance tells, rows without ids that a page repeats cannot be told from equal ones.
    arbitrary: fc.constant(
      named(async (_at, bank) => bank === 'fjordbanken' && lab.fault(bank, 'rows_shift', 1), 'rows_shift'),
    ),
  },
  { weight: 1, arbitrary: fc.constant(named(() => lab.pass('P1D'), 'a day passes')) },
  {
    weight: 5,
    arbitrary: fc.boolean().map((present) => named((at) => readOnce(at, present), `sync ${present}`)),
  },
)

/** One read, hours after the last; that it may fail is the point. */
async function readOnce(at: Customer, present: boolean): Promise<string> {
  await lab.pass('PT3H')
  try {
    const { state } = await at.sync(present ? { psu } : {})
    if (state.startsWith('succeeded')) await at.proofs()
    return state
  } catch (error) {
    if (!isFailure(error)) throw error
    return error.kind
  }
}

test('whatever the bank does in whatever order: after clean reads stored is what the ledger says', async () => {
  const history = fc.array(step, { minLength: 6, maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<BankId>('fjordbanken', 'tindebanken'), history, async (bank, steps) => {
      await lab.clear()
      const at = await lab.customer(bank)
      await at.connected()
      const ids = (await at.entries()).map(({ id }) => id)
      for (const one of steps) await one(at, bank)
      await lab.clear()
      for (let i = 0; i < 4; i++) expect(await readOnce(at, true)).toMatch(/^succeeded/)
      await expectTruth(at)
      expect((await at.entries()).slice(0, ids.length).map(({ id }) => id)).toEqual(ids)
      expect((await at.sync({ psu })).state).toBe('succeeded_no_change')
    }),
    { numRuns: runs, endOnFailure: true },
  )
}, 600_000)
