import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { until } from '../../scripts/demo/api.ts'
import { readBack } from '../../scripts/demo/read-back.ts'
import { runSteps } from '../../scripts/demo/run.ts'
import { allSteps } from '../../scripts/demo/steps.ts'
import { made } from '../../scripts/demo/walk.ts'
import { expectNothingTwice } from './nothing-twice.ts'
import { expireLeases, randomNumbers, startWorld, type World } from './support.ts'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const kills = 20
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 1_000_000))

type Kill = { readonly step: number; readonly delayMs: number; readonly victims: readonly number[] }

function planKills(): Kill[] {
  const random = randomNumbers(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: kills }, () => ({
    step: below(allSteps.length),
    delayMs: below(300),
    // The API, the worker, or both at once.
    victims: [[0], [1], [0, 1]][below(3)] ?? [0],
  }))
}

async function killAndStart(at: World, kill: Kill): Promise<void> {
  await sleep(kill.delayMs)
  const victims = kill.victims.flatMap((i) => at.stack.gateway[i] ?? [])
  await Promise.all(victims.map((child) => child.kill('SIGKILL')))
  if (kill.victims.includes(1)) await expireLeases(at)
  await Promise.all(victims.map((child) => child.start()))
}

test(`killed at ${kills} random moments, the path is completed and nothing happens twice (KILL_SEED=${seed})`, {
  timeout: 400_000,
}, async () => {
  const started = await startWorld(['api', 'worker'])
  world = started
  const plan = planKills()
  let killed = 0
  await runSteps(started.walk, allSteps, {
    patienceMs: 60_000,
    async beside(step) {
      for (const kill of plan.filter((one) => one.step === step)) {
        await killAndStart(started, kill)
        killed += 1
      }
    },
  })
  expect(killed).toBe(kills)
  expect(await readBack(started.walk)).toMatchObject({ agreement: 'active', payment: 'settled', matched: 6 })
  await expectNothingTwice(started.walk)
})

test('killed in the middle of a read and of a payment: both are taken up, the money leaves once', {
  timeout: 120_000,
}, async () => {
  const started = await startWorld(['api', 'worker'])
  world = started
  const { walk, stack } = started
  const [api, worker] = stack.gateway
  const at = allSteps.findIndex(({ title }) => title === 'Approved on our page and at the bank')
  const reading = allSteps.findIndex(({ title }) => title === 'Transactions fetched, page by page')

  await runSteps(walk, allSteps.slice(0, reading - 1))
  await walk.control.fault('fjordbanken', 'slow', 6, { path: '/v1/accounts/' })
  await runSteps(walk, allSteps.slice(reading - 1, reading))
  await until('a page to be kept', 20_000, async () => {
    const jobs = await walk.api.list<{ state: string; pages: number }>('/v1/syncJobs')
    return jobs.some(({ state, pages }) => state === 'running' && pages > 0) ? true : undefined
  })
  await worker?.kill('SIGKILL')
  await walk.control.fault('fjordbanken', 'slow', 0)
  await expireLeases(started)
  await worker?.start()
  await runSteps(walk, allSteps.slice(reading, at))

  // The bank has the payment and is slow to say so; the process that waits for its answer dies.
  await walk.control.fault('fjordbanken', 'slow', 1, { path: '/v1/payments' })
  const killInTheMiddle = async () => {
    const path = `/v1/payments/${made(walk, 'paymentId')}`
    await until('the payment to be on its way', 20_000, async () => {
      const { state } = await walk.api.get<{ state: string }>(path)
      return state === 'submitting' ? true : undefined
    })
    await sleep(200)
    await api?.kill('SIGKILL')
    await api?.start()
  }
  await runSteps(walk, allSteps.slice(at, at + 1), { patienceMs: 60_000, beside: killInTheMiddle })
  await runSteps(walk, allSteps.slice(at + 1))
  await expectNothingTwice(walk)
})

test('two API and two worker processes on one database share the path', { timeout: 120_000 }, async () => {
  world = await startWorld(['api', 'worker', 'api', 'worker'])
  await runSteps(world.walk, allSteps)
  await expectNothingTwice(world.walk)
  expect(world.errors()).toEqual([])
})
