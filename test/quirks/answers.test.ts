import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { decide } from '../../src/jobs/retry.ts'
import { listBalances } from '../../src/statements/read.ts'
import { type Customer, expectTruth, failureOf, type Lab, openLab } from './lab.ts'

const megabyte = 1024 * 1024
let lab: Lab
let at: Customer
beforeAll(async () => {
  lab = await openLab({ deadlineMs: 1000, maxBytes: 4 * megabyte })
  at = await lab.customer()
  await at.connected()
}, 60_000)
afterEach(() => lab.clear())
afterAll(() => lab?.close())

const fjord = 'fjordbanken'

/** Half a minute to two hours: soon enough to be of use, not so soon that a bank in trouble is hammered. */
function retryIsSensible(error: unknown): void {
  const now = lab.clock.now()
  const waits = [1, 5, 50].map((attempt) => decide(error, attempt, now, { recurring: true }))
  for (const decision of waits) {
    if (!('at' in decision)) throw new Error(`not tried again: ${decision.kind}`)
    expect(Number(decision.at) - now.getTime()).toBeLessThanOrEqual(8 * 3_600_000)
  }
}

test.each([
  ['http_500', 'unavailable'],
  ['slow', 'unavailable'],
  ['ok_with_error', 'unavailable'],
  ['html_page', 'malformed'],
  ['pages_endless', 'malformed'],
  ['html_403', 'unavailable'],
  ['reset', 'unavailable'],
  ['reset_mid_body', 'unavailable'],
  ['drip', 'unavailable'],
  ['gzip_bomb', 'malformed'],
  ['certificate_expired', 'trust_failed'],
])('%s is %s: nothing changes, the consent stays, and the next read has it all', async (name, kind) => {
  await lab.pass('PT25H')
  await at.book('-12.00', { text: `Bokført før ${name}` })
  const before = await at.stored()
  await lab.fault(fjord, name)
  const began = performance.now()
  const failed = await failureOf(at.sync())
  expect(failed.kind).toBe(kind)
  expect(performance.now() - began).toBeLessThan(8000)
  retryIsSensible(failed)
  expect(await at.stored()).toEqual(before)
  expect(await at.states()).toEqual({ consents: ['active'], connection: 'active' })
  const job = await at.job()
  expect(job).toMatchObject({ state: 'retry_wait', error: { kind } })
  const told = `${JSON.stringify(job.error)} ${failed.message} ${lab.said.join('')}`
  for (const secret of [at.bban, 'Vedlikehold', 'Request blocked', 'Bokført'])
    expect(told).not.toContain(secret)
  await lab.clear()
  expect((await at.sync()).state).toBe('succeeded')
  await expectTruth(at)
})

test('gzip_bomb: a quarter of a gigabyte is not unpacked', async () => {
  await lab.pass('PT25H')
  await lab.fault(fjord, 'gzip_bomb')
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 2)
  await failureOf(at.sync())
  clearInterval(watch)
  expect(Math.max(most, process.memoryUsage().rss) - before).toBeLessThan(100 * megabyte)
})

test('gzip_unasked: an answer that is packed all the same is read', async () => {
  await lab.pass('PT25H')
  await at.book('-12.00', { text: 'Pakket' })
  await lab.fault(fjord, 'gzip_unasked')
  expect((await at.sync()).state).toBe('succeeded')
  await expectTruth(at)
})

test('balances_fail: the rows are stored, and the balance that was known stays: it is never zero', async () => {
  await lab.pass('PT25H')
  const balances = async () => {
    const { id } = await at.account()
    return at.within((tx) => listBalances(tx, id))
  }
  await at.sync()
  const known = await balances()
  await at.book('-12.00', { text: 'Uten saldo' })
  await lab.fault(fjord, 'balances_fail')
  await lab.pass('PT6H')
  expect((await at.sync()).state).toBe('succeeded')
  expect((await at.job()).balancesRead).toBe(false)
  await expectTruth(at)
  const after = await balances()
  expect(after.balance?.amountMinor).toBe(known.balance?.amountMinor)
  expect(after.balance?.amountMinor).not.toBe(0n)
  expect([known.olderThanTransactions, after.olderThanTransactions]).toEqual([false, true])
})
