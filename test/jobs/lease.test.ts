import { expect, it } from 'vitest'
import { after as later } from '../../src/domain/clock.ts'
import { schedule } from '../../src/due-work.ts'
import { until } from './ground.ts'
import { note, onEachBackend, unique } from './harness.ts'

onEachBackend('leases', (harness) => {
  it('keeps a long run under its lease though the clock jumps a day, and never runs it twice', async () => {
    const { ground, start, ask, gone } = harness()
    let runs = 0
    const id = unique()
    const job = {
      leaseMs: 300,
      work: async () => {
        runs += 1
        await new Promise((resolve) => setTimeout(resolve, 1200))
        return 'done' as const
      },
    }
    const prefix = unique('shared')
    await start(job, { prefix })
    await start(job, { prefix })
    await ask(id)
    await until('a run', async () => runs === 1)
    ground.advance(86_400_000)
    await gone(id)
    expect(runs).toBe(1)
  })

  it('aborts a run that takes too long, and tries again', async () => {
    const { ground, start, ask, rowOf } = harness()
    const aborted: number[] = []
    const id = unique()
    await start({
      timeoutMs: 200,
      work: async (_ports, run) => {
        if (run.attempt > 1) return 'done'
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
        aborted.push(run.attempt)
        return 'done'
      },
    })
    await ask(id)
    await until('the retry', async () => {
      ground.advance(200)
      return (await rowOf(id)) === null
    })
    expect(aborted).toEqual([1])
  })

  it('claims everything again when the queue was lost whole', async () => {
    const { ground, start, ask, gone } = harness()
    const ids = Array.from({ length: 5 }, () => unique())
    for (const id of ids) await ask(id)
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
    for (const id of ids) await gone(id)
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  it('hands back what runs when it has to stop, without counting a failure', async () => {
    const { start, stop, ask, rowOf, gone } = harness()
    const id = unique()
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
    await ask(id)
    await until('a run', async () => signal)
    await stop(first)
    expect(signal?.aborted).toBe(true)
    const row = await rowOf(id)
    expect(row).toMatchObject({ leaseToken: null, leaseUntil: null, failures: 0 })
    const attempts: number[] = []
    await start({ work: async (_ports, run) => note(attempts, run.attempt) })
    await gone(id)
    expect(attempts).toEqual([1])
  })

  it('waits for what runs when it has to stop', async () => {
    const { start, stop, ask, rowOf } = harness()
    const id = unique()
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
    await ask(id)
    await until('a run', async () => started)
    await stop(worker)
    expect(ended).toBe(true)
    expect(await rowOf(id)).toBeNull()
  })

  it('shares the work of three processes and does each piece once', async () => {
    const { ground, clientId, start } = harness()
    const seen: string[] = []
    const prefix = unique('shared')
    for (let i = 0; i < 3; i++) {
      await start({ work: async (_ports, run) => note(seen, run.subjectId) }, { prefix })
    }
    const ids = Array.from({ length: 150 }, () => unique())
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

  it('keeps what waits behind a long run, though its claim is short', async () => {
    const { start, ask, gone, rowOf } = harness()
    const seen: string[] = []
    const ids = [unique(), unique(), unique()]
    await start(
      {
        concurrency: 1,
        work: async (_ports, run) => {
          await new Promise((resolve) => setTimeout(resolve, 500))
          return note(seen, run.subjectId)
        },
      },
      { queueLeaseMs: 300 },
    )
    for (const id of ids) await ask(id)
    const last = await until('two runs', async () => seen.length === 2 && rowOf(ids[2] ?? ''))
    expect(last.attempts).toBe(1)
    for (const id of ids) await gone(id)
    expect(seen).toEqual(ids)
  })
})
