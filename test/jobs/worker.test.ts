import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { after as later } from '../../src/domain/clock.ts'
import { type DueKind, schedule } from '../../src/due-work.ts'
import { defineJob, type JobOptions } from '../../src/jobs/define-job.ts'
import { farAway } from '../../src/jobs/lease.ts'
import { type JobWorker, startWorker } from '../../src/jobs/runtime.ts'
import { backends } from './backends.ts'
import { type TestGround, testGround, until } from './ground.ts'

let ground: TestGround
const workers: JobWorker[] = []
let counter = 0

beforeAll(async () => {
  ground = await testGround()
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
})
afterAll(() => ground.close())

const ask = (clientId: string, kind: DueKind, subjectId: string, inMs = 0) =>
  ground.db.forClient(clientId, (tx) =>
    schedule(tx, { kind, subjectId, companyId: null, dueAt: later(tx.now, inMs) }),
  )
const rowOf = (clientId: string, subjectId: string) =>
  ground.db.forClient(clientId, (tx) => tx.prisma.dueWork.findFirst({ where: { subjectId } }))
const gone = (clientId: string, subjectId: string) =>
  until('the work is done', async () => (await rowOf(clientId, subjectId)) === null)
/** A run that only leaves a trace. */
function note<T>(seen: T[], trace: T): 'done' {
  seen.push(trace)
  return 'done'
}
const subject = () => `sub_${++counter}`

describe.each(backends.filter((backend) => backend.skipped === null))('jobs on $name', (backend) => {
  let queue: Awaited<ReturnType<typeof backend.start>>
  let clientId: string
  beforeAll(async () => {
    queue = await backend.start()
    clientId = await ground.newClient()
  })
  afterAll(() => queue.stop())

  async function start(
    job: Omit<JobOptions<TestGround>, 'kind' | 'concurrency'> & { kind?: DueKind; concurrency?: number },
    options: { graceMs?: number; queueLeaseMs?: number; prefix?: string } = {},
  ): Promise<JobWorker> {
    const worker = await startWorker(ground, {
      queueUrl: queue.queueUrl,
      databaseUrl: ground.database.appUrl,
      jobs: [defineJob({ kind: 'consent-check', concurrency: 4, ...job })],
      intervalMs: 50,
      queuePrefix: options.prefix ?? `test${++counter}`,
      ...options,
    })
    workers.push(worker)
    return worker
  }

  it('does due work once, and nothing before its time by the injected clock', async () => {
    const seen: string[] = []
    await start({ work: async (_ports, run) => note(seen, `${run.subjectId} ${run.attempt}`) })
    const [now, tonight] = [subject(), subject()]
    await ask(clientId, 'consent-check', tonight, 3_600_000)
    await ask(clientId, 'consent-check', now)
    await gone(clientId, now)
    expect(seen).toEqual([`${now} 1`])
    ground.advance(3_600_000)
    await gone(clientId, tonight)
    expect(seen).toEqual([`${now} 1`, `${tonight} 1`])
  })

  it('does the work of many clients, each in its own scope', async () => {
    const seen = new Map<string, string>()
    await start({
      work: async (_ports, run) => {
        seen.set(run.subjectId, run.clientId)
        return 'done'
      },
    })
    const owners = await Promise.all([ground.newClient(), ground.newClient(), ground.newClient()])
    const pairs = owners.map((owner) => [subject(), owner] as const)
    for (const [id, owner] of pairs) await ask(owner, 'consent-check', id)
    for (const [id, owner] of pairs) await gone(owner, id)
    for (const [id, owner] of pairs) expect(seen.get(id)).toBe(owner)
  })

  it('runs again what was asked for while it ran, also when that is due later', async () => {
    let runs = 0
    const id = subject()
    await start({
      work: async () => {
        runs += 1
        if (runs === 1) await ask(clientId, 'consent-check', id)
        if (runs === 2) await ask(clientId, 'consent-check', id, 600_000)
        return 'done'
      },
    })
    await ask(clientId, 'consent-check', id)
    await until('two runs', async () => runs === 2)
    const row = await until('the second run has ended', async () => {
      const found = await rowOf(clientId, id)
      return found?.leaseToken === null && found
    })
    expect(row.dueAt.getTime()).toBeGreaterThan(ground.clock.now().getTime() + 500_000)
    ground.advance(600_000)
    await gone(clientId, id)
    expect(runs).toBe(3)
  })

  it('comes back at the time a run names, and counts no failure', async () => {
    const attempts: number[] = []
    const id = subject()
    await start({
      work: async (ports, run) => {
        attempts.push(run.attempt)
        return attempts.length < 3 ? { next: later(ports.clock.now(), 60_000) } : 'done'
      },
    })
    await ask(clientId, 'consent-check', id)
    for (const runs of [1, 2]) {
      await until('a rest', async () => attempts.length === runs && !(await rowOf(clientId, id))?.leaseToken)
      ground.advance(61_000)
    }
    await gone(clientId, id)
    expect(attempts).toEqual([1, 1, 1])
  })

  it('tries again after a failure, later each time, and says why', async () => {
    const attempts: number[] = []
    const id = subject()
    await start({
      work: async (_ports, run) => {
        attempts.push(run.attempt)
        if (run.attempt < 3) throw new ConnectorFailure({ kind: 'unavailable', detail: 'the bank is away' })
        return 'done'
      },
    })
    await ask(clientId, 'consent-check', id)
    const failed = await until('a failure', async () => {
      const row = await rowOf(clientId, id)
      return row?.lastError ? row : undefined
    })
    expect(failed.lastError).toContain('the bank is away')
    expect(failed.dueAt.getTime()).toBeGreaterThan(ground.clock.now().getTime())
    await until('the second try', async () => {
      ground.advance(500)
      return attempts.length === 2
    })
    await until('the third try', async () => {
      ground.advance(500)
      return (await rowOf(clientId, id)) === null
    })
    expect(attempts).toEqual([1, 2, 3])
  })

  it('parks what a person has to mend, tells the room, and starts afresh when asked', async () => {
    const told: string[] = []
    const attempts: number[] = []
    const id = subject()
    await start({
      work: async (_ports, run) => {
        attempts.push(run.attempt)
        if (told.length === 0) throw new ConnectorFailure({ kind: 'consent_expired', detail: 'renew it' })
        return 'done'
      },
      gaveUp: async (_tx, _ports, facts) => {
        told.push(`${facts.subjectId} ${facts.decision.kind}`)
      },
    })
    await ask(clientId, 'consent-check', id)
    const parked = await until('parked', async () => {
      const row = await rowOf(clientId, id)
      return row?.lastError ? row : undefined
    })
    expect(parked.lastError).toBe('action_required: ConnectorFailure: consent_expired: renew it')
    expect(parked.dueAt).toEqual(farAway)
    expect(told).toEqual([`${id} action_required`])
    await ask(clientId, 'consent-check', id)
    await gone(clientId, id)
    expect(attempts).toEqual([1, 1])
  })

  it('keeps a long run under its lease though the clock jumps a day, and never runs it twice', async () => {
    let runs = 0
    const id = subject()
    const job = {
      leaseMs: 300,
      work: async () => {
        runs += 1
        await new Promise((resolve) => setTimeout(resolve, 1200))
        return 'done' as const
      },
    }
    const prefix = `shared${++counter}`
    await start(job, { prefix })
    await start(job, { prefix })
    await ask(clientId, 'consent-check', id)
    await until('a run', async () => runs === 1)
    ground.advance(86_400_000)
    await gone(clientId, id)
    expect(runs).toBe(1)
  })

  it('aborts a run that takes too long, and tries again', async () => {
    const aborted: number[] = []
    const id = subject()
    await start({
      timeoutMs: 200,
      work: async (_ports, run) => {
        if (run.attempt > 1) return 'done'
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
        aborted.push(run.attempt)
        return 'done'
      },
    })
    await ask(clientId, 'consent-check', id)
    await until('the retry', async () => {
      ground.advance(200)
      return (await rowOf(clientId, id)) === null
    })
    expect(aborted).toEqual([1])
  })

  it('claims everything again when the queue was lost whole', async () => {
    const ids = Array.from({ length: 5 }, subject)
    for (const id of ids) await ask(clientId, 'consent-check', id)
    // Claimed, and the queue it was put on is gone: a worker on another queue finds leases that run out.
    await ground.db.lookup('select * from claim_due($1, $2, $3, $4, $5, 50)', [
      ['consent-check'],
      ground.clock.now(),
      new Date(),
      later(new Date(), 400),
      'a lost claim',
    ])
    const seen: string[] = []
    await start({ work: async (_ports, run) => note(seen, run.subjectId) })
    for (const id of ids) await gone(clientId, id)
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('hands back what runs when it has to stop, without counting a failure', async () => {
    const id = subject()
    let signal: AbortSignal | undefined
    const first = await start(
      {
        work: (_ports, run) => {
          signal = run.signal
          return new Promise<'done'>(() => {})
        },
      },
      { graceMs: 100 },
    )
    await ask(clientId, 'consent-check', id)
    await until('a run', async () => signal)
    workers.splice(workers.indexOf(first), 1)
    await first.stop()
    expect(signal?.aborted).toBe(true)
    const row = await rowOf(clientId, id)
    expect(row).toMatchObject({ leaseToken: null, leaseUntil: null, failures: 0 })
    const attempts: number[] = []
    await start({ work: async (_ports, run) => note(attempts, run.attempt) })
    await gone(clientId, id)
    expect(attempts).toEqual([1])
  })

  it('waits for what runs when it has to stop', async () => {
    const id = subject()
    let ended = false
    let started = false
    const worker = await start({
      work: async () => {
        started = true
        await new Promise((resolve) => setTimeout(resolve, 400))
        ended = true
        return 'done'
      },
    })
    await ask(clientId, 'consent-check', id)
    await until('a run', async () => started)
    workers.splice(workers.indexOf(worker), 1)
    await worker.stop()
    expect(ended).toBe(true)
    expect(await rowOf(clientId, id)).toBeNull()
  })

  it('shares the work of three processes and does each piece once', async () => {
    const seen: string[] = []
    const prefix = `shared${++counter}`
    for (let i = 0; i < 3; i++) {
      await start({ work: async (_ports, run) => note(seen, run.subjectId) }, { prefix })
    }
    const ids = Array.from({ length: 150 }, subject)
    await ground.db.forClient(clientId, async (tx) => {
      for (const subjectId of ids) {
        await schedule(tx, { kind: 'consent-check', subjectId, companyId: null, dueAt: tx.now })
      }
    })
    await until('all done', async () =>
      ground.db.forClient(clientId, async (tx) => (await tx.prisma.dueWork.count()) === 0),
    )
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })
})

for (const { name, skipped } of backends) {
  it.skipIf(skipped !== null)(
    `jobs on ${name} are tested here${skipped ? `: skipped, ${skipped}` : ''}`,
    () => {},
  )
}
