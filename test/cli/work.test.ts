import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Terminal } from '../../src/cli/command.ts'
import { listWork, reviveWork } from '../../src/cli/work.ts'
import { schedule } from '../../src/due-work.ts'
import { farAway } from '../../src/jobs/lease.ts'
import { type TestGround, testGround } from '../jobs/ground.ts'

let ground: TestGround
beforeAll(async () => {
  ground = await testGround()
})
afterAll(() => ground?.close())

async function run(work: (io: Terminal) => Promise<number>) {
  let [out, err] = ['', '']
  const code = await work({
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    stdin: (async function* () {})(),
  })
  return { code, err, lines: out.trim().split('\n').filter(Boolean) }
}
const list = () => run((io) => listWork(ground.db, ground.clock, io))
const revive = (id: string) => run((io) => reviveWork(ground.db, ground.clock, id, io))

it('work that rests is listed with its reason, of every client, and is due again when revived', async () => {
  expect(await list()).toMatchObject({ code: 0, lines: [] })
  const [a, b] = [await ground.newClient(), await ground.newClient()]
  for (const clientId of [a, b]) {
    await ground.db.forClient(clientId, async (tx) => {
      const work = { kind: 'statements-sync', companyId: null, dueAt: tx.now } as const
      await schedule(tx, { ...work, subjectId: 'acc_parked' })
      await tx.prisma.dueWork.updateMany({
        where: { clientId },
        data: { dueAt: farAway, lastError: 'give_up: ConnectorFailure: not_supported' },
      })
      await schedule(tx, { ...work, subjectId: 'acc_fine' })
    })
  }
  const { code, lines } = await list()
  expect(code).toBe(1)
  const found = lines.map((line) => JSON.parse(line))
  expect(found.map(({ clientId }) => clientId).sort()).toEqual([a, b].sort())
  expect(found[0]).toMatchObject({
    state: 'parked',
    kind: 'statements-sync',
    subjectId: 'acc_parked',
    dueAt: null,
    lastError: 'give_up: ConnectorFailure: not_supported',
  })
  expect(await revive(found[0].id)).toMatchObject({ code: 0 })
  expect((await list()).lines).toHaveLength(1)
  expect(await revive('due_unknown')).toMatchObject({ code: 1, err: 'There is no work due_unknown.\n' })
})
