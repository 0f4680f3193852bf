import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../scripts/demo/api.ts'
import { readBack } from '../../scripts/demo/read-back.ts'
import { runSteps } from '../../scripts/demo/run.ts'
import { type Ledger, ledgerAccount } from '../../scripts/demo/sandbox.ts'
import { completenessOf, equalRows, transactionsOf } from '../../scripts/demo/statements.ts'
import { allSteps } from '../../scripts/demo/steps.ts'
import { amountOf, made, minorOf, type WalkAccount } from '../../scripts/demo/walk.ts'
import { expectNothingTwice } from './nothing-twice.ts'
import { randomNumbers, startWorld, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld(['api', 'worker'])
}, 60_000)
afterAll(() => world.close())

const seed = Math.floor(Math.random() * 1_000_000)
const random = randomNumbers(seed)
const below = (limit: number) => Math.floor(random() * limit)

test.each(allSteps.map((step) => [step.title, step] as const))(
  '%s',
  { timeout: 60_000 },
  async (_title, step) => {
    await runSteps(world.walk, [step])
  },
)

test('what the path has led to can be read back', async () => {
  expect(await readBack(world.walk)).toMatchObject({
    agreement: 'active',
    consent: 'active',
    accounts: 3,
    matched: 6,
    payment: 'settled',
  })
  await expectNothingTwice(world.walk)
})

const account = (): WalkAccount => {
  const [first] = made(world.walk, 'accounts')
  if (!first) throw new Error('no account')
  return first
}
const today = (ledger: Ledger) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Oslo' }).format(new Date(ledger.now))

/** A number that ends in its MOD10 check digit. */
function randomKid(): string {
  const digits = String(10_000_000 + below(89_999_999))
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const weighed = Number(digit) * (i % 2 === 0 ? 2 : 1)
    return total + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** Puts a row at the bank, today. */
async function inject(): Promise<{ id: string; amount: string; kid: string }> {
  const { control } = world.walk
  const amount = amountOf(BigInt(1 + below(5_000_000)) * (below(3) === 0 ? -1n : 1n))
  const kid = randomKid()
  const bookingDate = today(await control.ledger())
  const { id } = await control.inject({ account: account().bban, amount, currency: 'NOK', bookingDate, kid })
  return { id, amount, kid }
}

/** Reads the account now, with a person present. */
const refresh = () =>
  world.walk.api.post(`/v1/accounts/${account().id}/refresh`, {
    psu: { ipAddress: '192.0.2.7', userAgent: 'Test/1.0' },
  })

const untilEqual = () =>
  until('the account to be as the bank has it', 15_000, async () => equalRows(world.walk, account()))

test(`random amounts and KIDs at the bank are here after the next sync, exact to the øre (seed ${seed})`, {
  timeout: 60_000,
}, async () => {
  const { walk } = world
  const before = await equalRows(walk, account())
  const rows = []
  for (let i = 0; i < 12; i++) rows.push(await inject())
  await refresh()
  expect(await untilEqual()).toBe((before ?? 0) + 12)
  const found = await transactionsOf(walk, account())
  for (const { amount, kid } of rows) {
    expect(found.filter((one) => one.kid === kid && one.amount.amount === amount).length, kid).toBe(1)
  }
})

test("the day's closing balance, once the bank states it, proves the day", { timeout: 60_000 }, async () => {
  const { walk } = world
  const day = today(await walk.control.ledger())
  const proofOf = async () => (await completenessOf(walk, account())).days.find(({ date }) => date === day)
  expect((await proofOf())?.proof).toBe('open')
  await walk.control.advance('P1D')
  await refresh()
  const proven = await until(`${day} to be proven`, 15_000, async () => {
    const found = await proofOf()
    return found?.proof === 'proven' ? found : undefined
  })
  const truth = ledgerAccount(await walk.control.ledger(), account().bban)
  expect(proven.closing?.amount).toBe(truth.dailyClosing.find(({ date }) => date === day)?.amount)
})

test('a row that the bank leaves out is a gap with its day and amount, and closes when the row comes', {
  timeout: 60_000,
}, async () => {
  const { walk } = world
  const day = today(await walk.control.ledger())
  const rows = [await inject(), await inject(), await inject()]
  const dropped = rows[1]
  await walk.control.fault('fjordbanken', 'drop_row', 1000, {
    account: account().bban,
    bookingId: dropped?.id,
  })
  await walk.control.advance('P1D')
  await refresh()
  const gap = await until('the gap', 15_000, async () => (await completenessOf(walk, account())).gaps[0])
  expect(gap).toMatchObject({ from: day, to: day, difference: { amount: dropped?.amount, currency: 'NOK' } })
  expect(gap.cause).toBe(minorOf(dropped?.amount ?? '') > 0n ? 'missing_credit' : 'missing_debit')

  await walk.control.fault('fjordbanken', 'drop_row', 0)
  await refresh()
  await untilEqual()
  const after = await completenessOf(walk, account())
  expect(after.gaps).toEqual([])
  expect(after.days.find(({ date }) => date === day)?.proof).toBe('proven')
  await until('both events', 10_000, async () => {
    const path = '/v1/events?types=account.gap_opened,account.gap_closed'
    const types = (await walk.api.list<{ type: string }>(path)).map(({ type }) => type)
    return types.join() === 'account.gap_opened,account.gap_closed' ? true : undefined
  })
})

test('nothing was logged as an error on the way', () => {
  expect(world.errors()).toEqual([])
})
