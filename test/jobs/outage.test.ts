import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DueKind } from '../../src/due-work.ts'
import { schedule } from '../../src/due-work.ts'
import { startDueLoop } from '../../src/jobs/due-loop.ts'
import { startLoop } from '../../src/jobs/loop.ts'
import type { QueueHandle } from '../../src/jobs/queue.ts'
import { type TestGround, testGround, until } from './ground.ts'

let ground: TestGround
beforeAll(async () => {
  ground = await testGround()
})
afterAll(() => ground.close())

const ask = (clientId: string, subjectId: string) =>
  ground.db.forClient(clientId, (tx) =>
    schedule(tx, { kind: 'consent-check', subjectId, companyId: null, dueAt: tx.now }),
  )
const kinds = new Map<DueKind, { concurrency: number }>([['consent-check', { concurrency: 4 }]])

function queueOf(put: QueueHandle['put'], waiting: () => number): QueueHandle {
  const nothing = async () => {}
  return { put, waiting: async () => waiting(), consume: nothing, drain: nothing, close: nothing }
}

describe('the due loop', () => {
  it('gives its claims back at once when the queue takes nothing', async () => {
    const clientId = await ground.newClient()
    let down = true
    const put: string[] = []
    const queue = queueOf(
      async (_kind, jobs) => {
        if (down) throw new Error('the queue is down')
        put.push(...jobs.map((job) => job.id))
      },
      () => 0,
    )
    const options = { kinds, queue, queueLeaseMs: 60_000, intervalMs: 20, onClaim: () => {} }
    await ask(clientId, 'sub_1')
    const loop = startDueLoop(ground, options)
    await sleep(150)
    down = false
    await until('put', async () => put.length === 1)
    await loop.stop()
    // The number of the attempt keeps the queue from taking a repeat for the same job.
    expect(put[0]).toMatch(/^due_\w+-\d+$/)
    expect(put[0]).not.toMatch(/-1$/)
  })

  it('leaves in the database what the queue has no room for', async () => {
    const clientId = await ground.newClient()
    for (let i = 0; i < 30; i++) await ask(clientId, `sub_${i}`)
    let waiting = 0
    const queue = queueOf(
      async (_kind, jobs) => {
        waiting += jobs.length
      },
      () => waiting,
    )
    const loop = startDueLoop(ground, {
      kinds,
      queue,
      queueLeaseMs: 60_000,
      intervalMs: 10,
      onClaim: () => {},
    })
    await sleep(200)
    expect(waiting).toBe(20)
    waiting = 3
    await until('the rest', async () => waiting === 13)
    await loop.stop()
  })
})

describe('a loop', () => {
  it('outlives errors, and rests longer with each', async () => {
    const at: number[] = []
    const loop = startLoop({ name: 'test', intervalMs: 40, log: ground.log }, async () => {
      at.push(performance.now())
      if (at.length < 3) throw new Error('no')
      return 'rest'
    })
    await until('three rounds', async () => at.length >= 3)
    const [first = 0, second = 0, third = 0] = at
    expect(second - first).toBeGreaterThan(70)
    expect(third - second).toBeGreaterThan(140)
    await loop.stop()
    const ended = at.length
    await sleep(100)
    expect(at.length).toBe(ended)
  })
  it('wakes when nudged', async () => {
    let rounds = 0
    const loop = startLoop({ name: 'test', intervalMs: 60_000, log: ground.log }, async () => {
      rounds += 1
      return 'rest'
    })
    await until('the first round', async () => rounds === 1)
    loop.nudge()
    await until('the second round', async () => rounds === 2)
    await loop.stop()
  })
})
