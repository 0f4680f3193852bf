import { expect, it } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { after as later } from '../../src/domain/clock.ts'
import { farAway } from '../../src/jobs/lease.ts'
import { until } from './ground.ts'
import { note, onEachBackend, unique } from './harness.ts'

onEachBackend('due work', (harness) => {
  it('does due work once, and nothing before its time by the injected clock', async () => {
    const { ground, start, ask, gone } = harness()
    const seen: string[] = []
    await start({ work: async (_ports, run) => note(seen, `${run.subjectId} ${run.attempt}`) })
    const [now, tonight] = [unique(), unique()]
    await ask(tonight, 3_600_000)
    await ask(now)
    await gone(now)
    expect(seen).toEqual([`${now} 1`])
    ground.advance(3_600_000)
    await gone(tonight)
    expect(seen).toEqual([`${now} 1`, `${tonight} 1`])
  })

  it('does the work of many clients, each in its own scope', async () => {
    const { ground, start, ask, gone } = harness()
    const seen = new Map<string, string>()
    await start({
      work: async (_ports, run) => {
        seen.set(run.subjectId, run.clientId)
        return 'done'
      },
    })
    const owners = await Promise.all([ground.newClient(), ground.newClient(), ground.newClient()])
    const pairs = owners.map((owner) => [unique(), owner] as const)
    for (const [id, owner] of pairs) await ask(id, 0, owner)
    for (const [id, owner] of pairs) await gone(id, owner)
    for (const [id, owner] of pairs) expect(seen.get(id)).toBe(owner)
  })

  it('runs again what was asked for while it ran, also when that is due later', async () => {
    const { ground, start, ask, rowOf, gone } = harness()
    let runs = 0
    const id = unique()
    await start({
      work: async () => {
        runs += 1
        if (runs === 1) await ask(id)
        if (runs === 2) await ask(id, 600_000)
        return 'done'
      },
    })
    await ask(id)
    await until('two runs', async () => runs === 2)
    const row = await until('the second run has ended', async () => {
      const found = await rowOf(id)
      return found?.leaseToken === null && found
    })
    expect(row.dueAt.getTime()).toBeGreaterThan(ground.clock.now().getTime() + 500_000)
    ground.advance(600_000)
    await gone(id)
    expect(runs).toBe(3)
  })

  it('comes back at the time a run names, and counts no failure', async () => {
    const { ground, start, ask, rowOf, gone } = harness()
    const attempts: number[] = []
    const id = unique()
    await start({
      work: async (ports, run) => {
        attempts.push(run.attempt)
        return attempts.length < 3 ? { next: later(ports.clock.now(), 60_000) } : 'done'
      },
    })
    await ask(id)
    for (const runs of [1, 2]) {
      await until('a rest', async () => attempts.length === runs && !(await rowOf(id))?.leaseToken)
      ground.advance(61_000)
    }
    await gone(id)
    expect(attempts).toEqual([1, 1, 1])
  })

  it('tries again after a failure, later each time, and says why', async () => {
    const { ground, start, ask, rowOf } = harness()
    const attempts: number[] = []
    const id = unique()
    await start({
      work: async (_ports, run) => {
        attempts.push(run.attempt)
        if (run.attempt < 3) throw new ConnectorFailure({ kind: 'unavailable', detail: 'the bank is away' })
        return 'done'
      },
    })
    await ask(id)
    const failed = await until('a failure', async () => {
      const row = await rowOf(id)
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
      return (await rowOf(id)) === null
    })
    expect(attempts).toEqual([1, 2, 3])
  })

  it('parks what a person has to mend, tells the room, and starts afresh when asked', async () => {
    const { start, ask, rowOf, gone } = harness()
    const told: string[] = []
    const attempts: number[] = []
    const id = unique()
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
    await ask(id)
    const parked = await until('parked', async () => {
      const row = await rowOf(id)
      return row?.lastError ? row : undefined
    })
    expect(parked.lastError).toBe('action_required: ConnectorFailure: consent_expired: renew it')
    expect(parked.dueAt).toEqual(farAway)
    expect(told).toEqual([`${id} action_required`])
    await ask(id)
    await gone(id)
    expect(attempts).toEqual([1, 1])
  })
})
