import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Customer, expectTruth, type Lab, openLab } from './lab.ts'

let lab: Lab
let at: Customer
beforeAll(async () => {
  lab = await openLab()
  at = await lab.customer()
  await at.connected()
}, 60_000)
afterEach(() => lab.clear())
afterAll(() => lab?.close())

const hour = 3_600_000
/** What the bank said, else the account's own rhythm. */
const said = { from: 2 * hour - 60_000, to: 2 * hour + 60_000 }
const midnight = { from: 0, to: 25 * hour }
const own = { from: 2 * hour - 60_000, to: 11 * hour }

test.each([
  ['limit_seconds', said],
  ['limit_zero', { from: 50_000, to: 25 * hour }],
  ['limit_http_date', said],
  ['limit_reset_header', said],
  ['limit_next_access', said],
  ['limit_try_again', said],
  ['limit_401', said],
  ['limit_message', midnight],
  ['limit_bare', own],
  ['limit_html', own],
  ['limit_403', own],
])('%s: the read waits as long as was said, the consent stays, nothing is lost', async (name, wait) => {
  await lab.pass('PT25H')
  await at.book('-12.00', { text: `Bokført før ${name}` })
  await lab.fault('fjordbanken', name)
  const result = await at.sync()
  expect(result.state).toBe('waiting_quota')
  const waits = Number(result.nextSyncAt) - lab.clock.now().getTime()
  expect(waits).toBeGreaterThanOrEqual(wait.from)
  expect(waits).toBeLessThanOrEqual(wait.to)
  expect((await at.account()).nextSyncAt).toEqual(result.nextSyncAt)
  expect(await at.states()).toEqual({ consents: ['active'], connection: 'active' })
  expect((await at.job()).error).toMatchObject({ kind: 'rate_limited' })
  await lab.clear()
  await lab.pass(`PT${Math.ceil(waits / 1000)}S`)
  expect((await at.sync()).state).toBe('succeeded')
  await expectTruth(at)
})

test('a date is read by the clock of the bank that names it, also where that is wrong', async () => {
  await lab.pass('PT25H')
  await lab.fault('fjordbanken', 'clock_skew')
  await lab.fault('fjordbanken', 'limit_http_date')
  const { nextSyncAt } = await at.sync()
  const waits = Number(nextSyncAt) - lab.clock.now().getTime()
  expect(waits).toBeGreaterThanOrEqual(said.from)
  expect(waits).toBeLessThanOrEqual(said.to)
})
