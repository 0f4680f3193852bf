import { describe, expect, it } from 'vitest'
import { ConnectorFailure, failureKinds } from '../../src/connectors/failure.ts'
import { decide, reasonOf } from '../../src/jobs/retry.ts'

const now = new Date('2026-01-05T08:00:00Z')
const half = () => 0.5
const failure = (kind: (typeof failureKinds)[number], retryAt?: Date) =>
  new ConnectorFailure({ kind, detail: 'a detail', ...(retryAt ? { retryAt } : {}) })

describe('what becomes of a failed run', () => {
  it('is decided for every kind of failure', () => {
    const table = Object.fromEntries(
      failureKinds.map((kind) => {
        const decision = decide(failure(kind), 1, now, { random: half })
        const wait =
          decision.kind === 'retry' ? ` in ${(decision.at.getTime() - now.getTime()) / 1000} s` : ''
        return [kind, `${decision.kind}${wait}`]
      }),
    )
    expect(table).toEqual({
      consent_expired: 'action_required',
      sca_required: 'action_required',
      sca_unsupported: 'give_up',
      rate_limited: 'retry in 900 s',
      rejected: 'give_up',
      access_denied: 'action_required',
      not_found: 'give_up',
      not_supported: 'give_up',
      trust_failed: 'retry in 60 s',
      unavailable: 'retry in 2 s',
      not_sent: 'retry in 2 s',
      outcome_unknown: 'give_up',
      malformed: 'retry in 60 s',
    })
  })

  it('waits longer each time, up to a bound', () => {
    const waits = [1, 2, 3, 4, 20].map((attempt) => {
      const decision = decide(failure('unavailable'), attempt, now, { random: half })
      return decision.kind === 'retry' ? (decision.at.getTime() - now.getTime()) / 1000 : null
    })
    expect(waits).toEqual([2, 4, 8, 16, 1800])
  })

  it('comes back when the bank says, and not together with all others', () => {
    const retryAt = new Date('2026-01-06T00:00:00Z')
    expect(decide(failure('rate_limited', retryAt), 1, now, { random: () => 0 })).toMatchObject({
      at: retryAt,
    })
    const spread = decide(failure('rate_limited', retryAt), 1, now, { random: () => 0.9 })
    expect(spread.kind === 'retry' && spread.at.getTime() - retryAt.getTime()).toBe(900)
  })

  it('comes no earlier than is allowed, and no earlier than it would have', () => {
    const soon = new Date(now.getTime() + 60_000)
    expect(decide(failure('unavailable', soon), 1, now, { random: () => 0 })).toMatchObject({ at: soon })
    expect(decide(failure('unavailable', soon), 20, now, { random: half })).toMatchObject({
      at: new Date(now.getTime() + 1_800_000),
    })
  })

  it('does not trust a time that has passed', () => {
    const decision = decide(failure('rate_limited', new Date(0)), 1, now, { random: half })
    expect(decision).toMatchObject({ kind: 'retry', at: new Date(now.getTime() + 900_000) })
  })

  it('gives up on errors of our own after about three hours, and says how often it tried', () => {
    let waited = 0
    let attempt = 1
    for (;;) {
      const decision = decide(new TypeError('a\n  bug'), attempt, now, { random: half })
      if (decision.kind !== 'retry') {
        expect(decision).toEqual({
          kind: 'give_up',
          reason: `gave up after ${attempt} attempts: TypeError`,
        })
        break
      }
      waited += decision.at.getTime() - now.getTime()
      attempt += 1
    }
    expect(waited / 3_600_000).toBeGreaterThan(2)
    expect(waited / 3_600_000).toBeLessThan(4)
  })
})

describe('work that recurs', () => {
  const recurring = { recurring: true, random: half }
  const slow = { kind: 'slow', at: new Date(now.getTime() + 6 * 3_600_000) }

  it('goes on slowly after an outage of any length', () => {
    for (const kind of ['unavailable', 'not_sent', 'trust_failed', 'malformed', 'rate_limited'] as const) {
      expect(decide(failure(kind), 1, now, recurring).kind).toBe('retry')
      expect(decide(failure(kind), 100, now, recurring)).toMatchObject(slow)
      expect(decide(failure(kind), 100_000, now, recurring)).toMatchObject(slow)
    }
    expect(decide(new TypeError('a bug'), 500, now, recurring)).toMatchObject(slow)
  })

  it('asks again where a bank says no as it does in an outage, and rests where a person has to act', () => {
    expect(decide(failure('not_found'), 1, now, recurring)).toMatchObject(slow)
    expect(decide(failure('rejected'), 1, now, recurring)).toMatchObject(slow)
    expect(decide(failure('not_supported'), 1, now, recurring)).toMatchObject(slow)
    expect(decide(failure('access_denied'), 1, now, recurring)).toMatchObject(slow)
    expect(decide(failure('consent_expired'), 1, now, recurring)).toMatchObject({ kind: 'action_required' })
    expect(decide(failure('sca_unsupported'), 1, now, recurring)).toMatchObject({ kind: 'give_up' })
  })
})

describe('the reason that is kept', () => {
  it('is the whole text of our own errors', () => {
    expect(reasonOf(failure('unavailable'))).toBe('ConnectorFailure: unavailable: a detail')
  })

  it('is class and code of others: their texts quote addresses and values', () => {
    const mail = Object.assign(new Error('450 <kari@example.com> mailbox busy'), {
      code: 'EENVELOPE',
      responseCode: 450,
    })
    expect(reasonOf(mail)).toBe('Error EENVELOPE 450')
    expect(reasonOf(new SyntaxError('Unexpected token in "Kari Eksempel"'))).toBe('SyntaxError')
    expect(reasonOf('kari@example.com')).toBe('string')
  })
})
