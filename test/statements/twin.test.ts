// An account that is reached two ways: read by the second in shadow, and switched to it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { compareTwin, endTwin, getTwin, startTwin, switchRoute } from '../../src/statements/twin.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'

const actor = { kind: 'job', id: 'test' } as const
let benches: Awaited<ReturnType<typeof openBenches>>
let bench: Bench

beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())

const rows: BankRow[] = [
  { day: '2026-03-02', minor: -25_000n, text: 'REMA 1000 OSLO', id: 'a1' },
  { day: '2026-03-02', minor: -25_000n, text: 'REMA 1000 OSLO', id: 'a2' },
  { day: '2026-03-03', minor: 120_000n, kid: '1234567890', text: 'Innbetaling', id: 'a3' },
  { day: '2026-03-04', minor: -900n, text: 'Gebyr', id: 'a4' },
]
/** The same movements in the other route's words, under ids that mean others there. */
const otherWords: BankRow[] = [
  { day: '2026-03-02', minor: -25_000n, text: 'Varekjøp Rema', id: 'a3' },
  { day: '2026-03-02', minor: -25_000n, text: 'Varekjøp Rema', id: 'a4' },
  { day: '2026-03-03', minor: 120_000n, kid: '1234567890', text: 'OCR', id: 'a1' },
  { day: '2026-03-04', minor: -900n, text: 'Gebyr', id: 'a2' },
]

beforeEach(async () => {
  bench = await benches.bench()
  bench.bank.rows = [...rows]
  bench.twin.rows = [...otherWords]
  await bench.addConsent()
  await syncAccount(bench.ports, bench.clientId, bench.accountId)
  return () => bench.close()
})

const read = () => syncAccount(bench.ports, bench.clientId, bench.accountId)
const ask = (input: { route?: string; from?: string; to?: string } = {}) =>
  bench.within((tx) =>
    startTwin(bench.ports, tx, actor, { accountId: bench.accountId, route: 'second', ...input }),
  )
const compare = async () => {
  const { id } = await ask()
  await compareTwin(bench.ports, bench.clientId, id)
  return bench.within((tx) => getTwin(tx, id))
}
const entries = () => bench.within((tx) => tx.prisma.entry.findMany({ orderBy: { id: 'asc' } }))

describe('a read by the second route in shadow', () => {
  it('stores nothing and tells what differs, without what stands in it', async () => {
    await bench.addConsent('second')
    const before = await entries()
    bench.twin.rows = [...otherWords.slice(1), { day: '2026-03-05', minor: 7n, text: 'only there' }]
    const report = await compare()
    expect(report).toMatchObject({ same: 1, changed: 2, onlyActive: 1, onlyTwin: 1, error: null })
    expect(report.endedAt).not.toBeNull()
    const wording = expect.objectContaining({ kind: 'told_differently', fields: ['text'] })
    expect(report.differences).toEqual([
      wording,
      { kind: 'only_active', transactionId: expect.any(String), bookingDate: '2026-03-02' },
      wording,
      { kind: 'only_twin', bookingDate: '2026-03-05', amount: { amount: '0.07', currency: 'NOK' } },
    ])
    expect(JSON.stringify(report.differences)).not.toContain('Rema')
    expect(await entries()).toEqual(before)
    expect(await bench.events('account.routes_compared')).toHaveLength(1)
  })

  it('takes capitals, the day before the words and a name with its address for the same', async () => {
    await bench.addConsent('second')
    bench.twin.rows = otherWords.map((row) =>
      row.text === 'Gebyr'
        ? { ...row, text: '04.03.2026 GEBYR' }
        : { ...row, text: rows[0]?.text?.toLowerCase() ?? '' },
    )
    expect(await compare()).toMatchObject({ same: 3, changed: 1, onlyActive: 0, onlyTwin: 0 })
  })

  it('is refused where there is no such route, no consent for it, or nothing to compare with', async () => {
    await expect(ask({ route: 'third' })).rejects.toMatchObject({ code: 'route_unknown' })
    await expect(ask()).rejects.toMatchObject({ code: 'route_unknown' })
    await expect(ask({ route: 'main' })).rejects.toMatchObject({ code: 'state_conflict' })
    await bench.addConsent('second')
    await expect(ask({ to: '2026-03-10' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(ask({ from: '2025-01-01' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('that fails tells why, and ends', async () => {
    await bench.addConsent('second')
    const { id } = await ask()
    bench.twin.meddle = () => {
      throw new ConnectorFailure({ kind: 'unavailable', detail: 'away' })
    }
    await expect(compareTwin(bench.ports, bench.clientId, id)).rejects.toMatchObject({ kind: 'unavailable' })
    await bench.within((tx) => endTwin(tx, id, { kind: 'unavailable', detail: 'away' }))
    expect(await bench.within((tx) => getTwin(tx, id))).toMatchObject({ error: { kind: 'unavailable' } })
    await compareTwin(bench.ports, bench.clientId, id)
  })
})

describe('a switch to the second route', () => {
  it('gives every movement once, under the ids that they had, and leaves no gap', async () => {
    const before = await entries()
    await bench.addConsent('second')
    await bench.within((tx) =>
      switchRoute(bench.ports, tx, actor, { accountId: bench.accountId, route: 'second' }),
    )
    bench.clock.advance(24 * 3_600_000)
    const late: BankRow = { day: '2026-03-10', minor: 500n, text: 'new there' }
    bench.twin.rows = [...otherWords, late]
    bench.bank.rows.push(late)
    const mainCalls = bench.bank.calls.length
    expect(await read()).toMatchObject({ added: 1, removed: 0 })
    expect(bench.bank.calls).toHaveLength(mainCalls)
    const after = await entries()
    expect(
      after.slice(0, 4).map(({ id, bookingDate, amountMinor }) => [id, bookingDate, amountMinor]),
    ).toEqual(before.map(({ id, bookingDate, amountMinor }) => [id, bookingDate, amountMinor]))
    expect(after).toHaveLength(5)
    expect(await read()).toMatchObject({ added: 0, revised: 0, removed: 0 })
    const days = await bench.days()
    expect([...days.values()].filter(({ proof }) => proof === 'gap')).toEqual([])
    expect(days.get('2026-03-10')?.proof).toBe('proven')
    expect(await bench.events('account.route_changed')).toHaveLength(1)
  })

  it('and back gives every movement once as well', async () => {
    await bench.addConsent('second')
    for (const route of ['second', 'main', 'second', 'main']) {
      await bench.within((tx) => switchRoute(bench.ports, tx, actor, { accountId: bench.accountId, route }))
      expect(await read()).toMatchObject({ added: 0, removed: 0 })
    }
    expect(await entries()).toHaveLength(4)
  })
})
