import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendEvent } from '../../src/events/append.ts'
import { feedEvents, readFeed } from '../../src/events/feed.ts'
import { startRelay } from '../../src/jobs/loops.ts'
import { type TestGround, testGround, until } from '../jobs/ground.ts'

let ground: TestGround
beforeAll(async () => {
  ground = await testGround(32)
})
afterAll(() => ground.close())

const append = (clientId: string, resourceId: string, type: 'payment.created' | 'company.created') =>
  ground.db.forClient(clientId, (tx) =>
    appendEvent(tx, { type, resourceType: 'payment', resourceId, companyId: null }),
  )
const read = (clientId: string, after = 0n, limit = 1000, types?: string[]) =>
  ground.db.forClient(clientId, (tx) => readFeed(tx, { after, limit, ...(types ? { types } : {}) }))

async function endpoint(clientId: string, id: string, types: string[], state = 'enabled'): Promise<void> {
  await ground.db.forClient(clientId, async (tx) => {
    await tx.prisma.webhookEndpoint.create({
      data: { id, clientId, url: 'https://eksempel.test', secret: 's', types, state, createdAt: tx.now },
    })
  })
}

describe('the feed', () => {
  it('misses nothing that 20 slow writers commit late, for a reader that polls', async () => {
    const clientId = await ground.newClient()
    const relays = [startRelay(ground, { intervalMs: 5 }), startRelay(ground, { intervalMs: 5 })]
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      const written: string[] = []
      for (let turn = 0; turn < 8; turn++) {
        const ids = await ground.db.forClient(clientId, async (tx) => {
          const resourceId = `pay_${writer}`
          const event = {
            type: 'payment.created',
            resourceType: 'payment',
            resourceId,
            companyId: null,
          } as const
          const first = await appendEvent(tx, event)
          await sleep(Math.random() * 60)
          const second = await appendEvent(tx, event)
          await sleep(Math.random() * 60)
          return [first, second]
        })
        written.push(...ids)
      }
      return written
    })
    const seen: { id: string; position: bigint; resourceId: string; sequence: number }[] = []
    let after = 0n
    let writing = true
    const reader = (async () => {
      while (writing || seen.length < 320) {
        const page = await read(clientId, after, 7)
        seen.push(...page.events)
        after = page.last
        await sleep(3)
      }
    })()
    const written = (await Promise.all(writers)).flat()
    writing = false
    await reader
    await Promise.all(relays.map((relay) => relay.stop()))
    expect(seen.map((event) => event.position)).toEqual(seen.map((_, index) => BigInt(index + 1)))
    expect(seen.map((event) => event.id).toSorted()).toEqual(written.toSorted())
    for (const [, events] of Map.groupBy(seen, (event) => event.resourceId)) {
      expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1))
    }
  })

  it('keeps the order within a resource when all its events were written in one millisecond', async () => {
    const clientId = await ground.newClient()
    await ground.db.forClient(clientId, async (tx) => {
      for (let i = 0; i < 300; i++) {
        await appendEvent(tx, {
          type: 'payment.created',
          resourceType: 'payment',
          resourceId: `pay_${i % 2}`,
          companyId: null,
        })
      }
    })
    while ((await feedEvents(ground.db)).more);
    const { events } = await read(clientId)
    expect(events).toHaveLength(300)
    for (const resourceId of ['pay_0', 'pay_1']) {
      const own = events.filter((event) => event.resourceId === resourceId)
      expect(own.map((event) => event.sequence)).toEqual(own.map((_, index) => index + 1))
    }
  })

  it('shows a client its own events only', async () => {
    const [a, b] = [await ground.newClient(), await ground.newClient()]
    await append(a, 'pay_a', 'payment.created')
    await append(b, 'pay_b', 'payment.created')
    await feedEvents(ground.db)
    expect((await read(a)).events.map((event) => event.resourceId)).toEqual(['pay_a'])
    expect((await read(b)).events.map((event) => event.resourceId)).toEqual(['pay_b'])
  })

  it('filters by type and still moves on past what it left out', async () => {
    const clientId = await ground.newClient()
    await append(clientId, 'cmp_1', 'company.created')
    for (let i = 0; i < 3; i++) await append(clientId, 'pay_1', 'payment.created')
    await feedEvents(ground.db)
    const page = await read(clientId, 0n, 10, ['company.created'])
    expect(page.events.map((event) => event.type)).toEqual(['company.created'])
    expect(page.last).toBe(4n)
    const first = await read(clientId, 0n, 1, ['payment.created'])
    expect(first.last).toBe(2n)
    expect(await read(clientId, page.last)).toEqual({ events: [], last: 4n })
  })

  it('makes a delivery due for every enabled endpoint that wants the type, once', async () => {
    const clientId = await ground.newClient()
    await endpoint(clientId, `whk_all_${clientId}`, [])
    await endpoint(clientId, `whk_payments_${clientId}`, ['payment.created'])
    await endpoint(clientId, `whk_off_${clientId}`, [])
    await ground.db.forClient(clientId, (tx) =>
      tx.prisma.webhookEndpoint.update({ where: { id: `whk_off_${clientId}` }, data: { state: 'disabled' } }),
    )
    await append(clientId, 'pay_1', 'payment.created')
    await append(clientId, 'cmp_1', 'company.created')
    await Promise.all([feedEvents(ground.db), feedEvents(ground.db)])
    const { deliveries, due } = await until('both events are fed', () =>
      ground.db.forClient(clientId, async (tx) => ({
        deliveries: await tx.prisma.webhookDelivery.findMany(),
        due: await tx.prisma.dueWork.findMany(),
      })),
    )
    expect(deliveries.map((delivery) => delivery.endpointId).toSorted()).toEqual([
      `whk_all_${clientId}`,
      `whk_all_${clientId}`,
      `whk_payments_${clientId}`,
    ])
    expect(due.map((row) => row.subjectId).toSorted()).toEqual(deliveries.map((row) => row.id).toSorted())
  })
})
