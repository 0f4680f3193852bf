// What is judged over years, in several currencies, and by balances of the moment: rows and balances as they would
// have been stored, judged as after a read.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { updateCompleteness } from '../../src/statements/completeness.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { noteBackfill, openGapsToFill } from '../../src/statements/gaps.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'

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

const today = '2026-03-10'
const ago = (days: number) => addDays(today, -days)
const noon = (day: string) => new Date(`${day}T12:00:00Z`)

type Row = { day: string; minor: bigint; currency?: string }
type Stated = { day: string; minor: bigint; read: string; currency?: string; type?: string; sum?: bigint }

const book = (rows: readonly Row[]) =>
  at.within(async (tx) => {
    const { clientId, companyId, accountId } = at
    const common = { clientId, companyId, accountId, sourceId: 'job_1', route: 'bank:main', state: 'booked' }
    const seen = { addedSeq: 1n, changeSeq: 1n, bookedAt: tx.now, firstSeenAt: tx.now, updatedAt: tx.now }
    const words = { reversal: false, identityHash: 'x', hash: 'x', revision: 0 }
    await tx.prisma.entry.createMany({
      data: rows.map(({ day, minor, currency = 'NOK' }) => ({
        ...{ ...common, ...seen, ...words, id: newId('transaction', tx.now) },
        ...{ bookingDate: day, amountMinor: minor, currency },
      })),
    })
  })
const state = (list: readonly Stated[]) =>
  at.within(async (tx) => {
    const { clientId, companyId, accountId } = at
    await tx.prisma.balance.createMany({
      data: list.map(({ day, minor, read, currency = 'NOK', type = 'closingBooked', sum }, i) => ({
        ...{ id: newId('balance', tx.now), clientId, companyId, accountId, sourceId: `job_${read}_${i}` },
        ...{ type, code: type, date: day, amountMinor: minor, currency, readAt: noon(read) },
        ...(sum === undefined ? {} : { steady: true, bookedSumMinor: sum, fromDate: ago(999) }),
      })),
    })
  })
const judge = (from: string, reopened: readonly string[] = []) =>
  at.within((tx) =>
    updateCompleteness(
      tx,
      { id: at.accountId, companyId: at.companyId, currency: 'NOK' },
      { from, reopened },
    ),
  )
const read = () => at.within((tx) => completeness(tx, at.accountId))
const proofs = async () => new Map([...(await at.days())].map(([day, { proof }]) => [day, proof]))

/** A row of 1.00 a day for so many days, and the closing balance of each as it was read the day after. */
const daily = (days: number): Row[] =>
  Array.from({ length: days }, (_none, i) => ({ day: ago(days - i), minor: 100n }))
const closings = (rows: readonly Row[], more = 0n): Stated[] =>
  rows.map(({ day }, i) => ({ day, minor: BigInt(i + 1) * 100n + more, read: addDays(day, 1) }))

test('a row booked backwards by more than a year is one event, and what was proven is again, also at the next read', async () => {
  const rows = daily(600)
  await book(rows)
  await state(closings(rows))
  await judge(ago(600))
  expect((await read()).counts).toMatchObject({ proven: 599, gap: 0 })
  // The bank says anew how its last forty days ended, and nothing of those before.
  const late = ago(500)
  at.clock.advance(3_600_000)
  await book([{ day: late, minor: -5000n }])
  await state(
    closings(rows, -5000n)
      .slice(-40)
      .map((one) => ({ ...one, read: today })),
  )
  await judge(late, [late])
  const after = await proofs()
  expect((await read()).gaps).toEqual([])
  expect([...after.values()].filter((proof) => proof === 'proven')).toHaveLength(599)
  expect((await at.events('account.day_reopened')).map((one) => one.data)).toMatchObject([
    { from: late, count: 1 },
  ])
  // The balance that a read of the last ten days would be held against is one of before that row.
  await judge(ago(10))
  expect(await proofs()).toEqual(after)
  expect((await read()).gaps).toEqual([])
  expect(await at.events('account.day_proven')).toHaveLength(2)
})

test('balances from before a row that lies further back than what is judged are known as such', async () => {
  const rows = daily(600)
  await book(rows)
  await state(closings(rows))
  await judge(ago(600))
  const late = ago(550)
  at.clock.advance(3_600_000)
  await book([{ day: late, minor: -5000n }])
  // Stated anew: one evening in between, and yesterday's.
  const anew = closings(rows, -5000n).filter(({ day }) => day === ago(450) || day === ago(1))
  await state(anew.map((one) => ({ ...one, read: today })))
  await judge(late, [late])
  const after = await proofs()
  await judge(ago(10))
  expect(await proofs()).toEqual(after)
  expect((await read()).gaps).toEqual([])
})

test('each currency is judged by itself, also one that nothing was booked in for long', async () => {
  const kroner = daily(30)
  const euro: Row[] = [
    { day: ago(30), minor: 500n, currency: 'EUR' },
    { day: ago(28), minor: 700n, currency: 'EUR' },
  ]
  await book([...kroner, ...euro])
  await state(closings(kroner))
  const inEuro = (back: number, minor: bigint, read = ago(back - 1)): Stated => ({
    ...{ day: ago(back), minor, read, currency: 'EUR' },
  })
  await state([inEuro(30, 500n), inEuro(28, 1250n)])
  await judge(ago(30))
  expect((await read()).gaps).toMatchObject([
    { currency: 'EUR', from: ago(29), to: ago(28), differenceMinor: 50n },
  ])
  await state([inEuro(2, 1250n)])
  await judge(ago(10))
  const { gaps, days } = await read()
  expect(gaps).toHaveLength(1)
  expect(days.find((day) => day.currency === 'EUR' && day.date === ago(2))?.proof).toBe('proven')
  expect(days.filter((day) => day.currency === 'NOK' && day.proof === 'proven')).toHaveLength(29)
  const [gap] = gaps
  await book([{ day: ago(28), minor: 50n, currency: 'EUR' }])
  await judge(ago(28))
  expect((await read()).gaps).toEqual([])
  expect((await at.events('account.gap_closed')).map((one) => one.data)).toMatchObject([
    { gapId: gap?.id, currency: 'EUR', difference: { amount: '0.50', currency: 'EUR' } },
  ])
})

test('a closing balance dated today is no evidence of how today ended', async () => {
  const rows = daily(5)
  await book(rows)
  await state([...closings(rows), { day: today, minor: 500n, read: today }])
  await judge(ago(5))
  at.clock.advance(24 * 3_600_000)
  await book([{ day: today, minor: 100n }])
  await judge(today)
  expect((await read()).gaps).toEqual([])
  expect((await at.days()).get(today)).toMatchObject({ proof: 'open', cause: 'no_later_balance' })
  await state([{ day: today, minor: 600n, read: addDays(today, 1) }])
  await judge(today)
  expect((await at.days()).get(today)?.proof).toBe('proven')
})

test('and the same balance said again the day after is', async () => {
  await at.addConsent()
  const rows: BankRow[] = [{ day: ago(2), minor: 100n, text: 'Salg' }]
  at.bank.rows = rows
  at.bank.states = (balances) =>
    balances.map((one) => (one.type === 'interimBooked' ? { ...one, ...closing } : one))
  const closing = { type: 'closingBooked', code: 'closingBooked' } as const
  await syncAccount(at.ports, at.clientId, at.accountId)
  at.clock.advance(24 * 3_600_000)
  await syncAccount(at.ports, at.clientId, at.accountId)
  expect((await at.days()).get(today)?.proof).toBe('proven')
})

test('two gaps that meet on the day of a reading are two, and each has its end', async () => {
  const rows = daily(4)
  await book(rows)
  const moment = (back: number, minor: bigint, sum: bigint): Stated => ({
    ...{ day: ago(back), minor, read: ago(back), type: 'interimBooked', sum },
  })
  await state([moment(4, 100n, 100n), moment(2, 370n, 300n), moment(1, 450n, 400n)])
  await judge(ago(4))
  const { gaps } = await read()
  expect(gaps).toMatchObject([
    { from: ago(4), to: ago(2), differenceMinor: 70n },
    { from: ago(2), to: ago(1), differenceMinor: -20n },
  ])
  await at.within((tx) => tx.sql.query('update balance set booked_sum_minor = 350 where amount_minor = 370'))
  await judge(ago(4))
  const left = (await read()).gaps
  expect(left).toMatchObject([{ differenceMinor: 20n }, { id: expect.stringMatching(/^gap_/) }])
  expect(await at.events('account.gap_opened')).toHaveLength(4)
})

test('open gaps within reach are there to be filled, three times', async () => {
  const rows = daily(40)
  await book(rows)
  const missing = (back: number, more: bigint) => closings(rows, more).filter(({ day }) => day >= ago(back))
  await state([
    ...closings(rows).filter(({ day }) => day < ago(30)),
    ...missing(30, 700n).filter(({ day }) => day < ago(20)),
  ])
  await state(missing(20, 900n).filter(({ day }) => day > ago(15)))
  await judge(ago(40))
  const within = (oldest: string) => at.within((tx) => openGapsToFill(tx, at.accountId, oldest))
  const all = await within(ago(90))
  expect(all).toMatchObject([
    { from: ago(30), to: ago(30), differenceMinor: 700n, backfills: 0 },
    { from: ago(20), to: ago(14), differenceMinor: 200n },
  ])
  expect(await within(ago(18))).toMatchObject([{ from: ago(18), to: ago(14) }])
  expect(await within(ago(10))).toEqual([])
  const [first] = all
  for (let i = 0; i < 3; i++) await at.within((tx) => noteBackfill(tx, [first?.id ?? '']))
  expect(await within(ago(90))).toMatchObject([{ to: ago(14) }])
  expect((await read()).gaps.map(({ backfills }) => backfills)).toEqual([3, 0])
})
