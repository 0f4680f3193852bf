import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { readBack } from '../../scripts/demo/read-back.ts'
import { runSteps } from '../../scripts/demo/run.ts'
import { allSteps } from '../../scripts/demo/steps.ts'
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

test('two API and two worker processes on one database share the path', { timeout: 120_000 }, async () => {
  world = await startWorld(['api', 'worker', 'api', 'worker'])
  await runSteps(world.walk, allSteps)
  await expectNothingTwice(world.walk)
  expect(world.errors()).toEqual([])
})
