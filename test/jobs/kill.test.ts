import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/ids.ts'
import { schedule } from '../../src/due-work.ts'
import { readFeed } from '../../src/events/feed.ts'
import { backends } from './backends.ts'
import { type TestGround, testGround, until } from './ground.ts'

const script = fileURLToPath(new URL('worker-child.ts', import.meta.url))

let ground: TestGround
beforeAll(async () => {
  ground = await testGround()
})
afterAll(() => ground.close())

async function startChild(queueUrl: string | undefined): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      TEST_APP_URL: ground.database.appUrl,
      ...(queueUrl ? { TEST_QUEUE_URL: queueUrl } : {}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout) await once(child.stdout, 'data')
  return child
}

/** Messages of one person, each with work that is due. */
async function pieces(count: number): Promise<{ clientId: string; ids: string[] }> {
  const clientId = await ground.newClient()
  const ids = Array.from({ length: count }, () => newId('message', ground.clock.now()))
  await ground.db.forClient(clientId, async (tx) => {
    const [companyId, userId] = [newId('company', tx.now), newId('user', tx.now)]
    const own = { clientId, companyId, createdAt: tx.now }
    await tx.prisma.company.create({
      data: {
        id: companyId,
        clientId,
        organisationNumber: '312345676',
        name: 'Eksempel AS',
        createdAt: tx.now,
      },
    })
    await tx.prisma.user.create({
      data: { ...own, id: userId, name: 'Prøve Person', email: 'a@eksempel.test', roles: [] },
    })
    for (const id of ids) {
      const mail = { channel: 'email', address: 'a@eksempel.test', subject: '-', body: '-', state: 'pending' }
      await tx.prisma.message.create({ data: { ...own, ...mail, id, userId } })
      await schedule(tx, { kind: 'consent-check', subjectId: id, companyId, dueAt: tx.now })
    }
  })
  return { clientId, ids }
}

describe.each(backends.filter((backend) => backend.skipped === null))('workers on $name', (backend) => {
  it('that are killed at random moments leave nothing undone and do nothing twice', async () => {
    const queue = await backend.start()
    const { clientId, ids } = await pieces(120)
    const left = () => ground.db.forClient(clientId, (tx) => tx.prisma.dueWork.count())
    for (let kill = 0; kill < 6 && (await left()) > 0; kill++) {
      const child = await startChild(queue.queueUrl)
      await sleep(50 + Math.random() * 600)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    const last = await startChild(queue.queueUrl)
    await until('all work is done', async () => (await left()) === 0, 20_000)
    const feed = await until('all events are fed', async () => {
      const page = await ground.db.forClient(clientId, (tx) => readFeed(tx, { after: 0n, limit: 1000 }))
      return page.events.length >= ids.length && page.events
    })
    const ended = once(last, 'exit')
    last.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    await queue.stop()
    expect(feed.map((event) => event.resourceId).toSorted()).toEqual(ids.toSorted())
    expect(feed.every((event) => event.sequence === 1)).toBe(true)
  })
})
