// A bank that is reached two ways, over both real interfaces: read in shadow, switched, and switched back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareTwin, getTwin, startTwin, switchRoute } from '../../src/statements/twin.ts'
import { type Customer, type Lab, openLab } from './lab.ts'

const actor = { kind: 'job', id: 'test' } as const
let lab: Lab
beforeAll(async () => {
  lab = await openLab()
}, 60_000)
afterAll(() => lab?.close())

const bookings = async (at: Customer) =>
  (await at.entries()).map(({ id, bookingDate, amountMinor, state }) => ({
    id,
    bookingDate,
    amountMinor,
    state,
  }))

async function compare(at: Customer) {
  const { id: accountId } = await at.account()
  const { id } = await at.within((tx) => startTwin(at.ports, tx, actor, { accountId, route: 'platform' }))
  await compareTwin(at.ports, at.clientId, id)
  return at.within((tx) => getTwin(tx, id))
}

test('the second route tells the same movements in other words, and a switch there and back changes none', async () => {
  const at = await lab.customer('tindebanken')
  await at.connected()
  await at.book('-49.00', { text: 'Gebyr' })
  await at.book('-49.00', { text: 'Gebyr' })
  await lab.pass('PT24H')
  await at.sync()
  await at.discover(await at.consent('platform'))
  const before = await bookings(at)
  const report = await compare(at)
  // Capitals, and the day before the words, are no difference.
  expect(report).toMatchObject({ changed: 0, onlyActive: 0, onlyTwin: 0, error: null })
  expect(report.same).toBeGreaterThan(0)
  expect(await bookings(at)).toEqual(before)
  const { id: accountId } = await at.account()
  for (const [n, route] of ['platform', 'main', 'platform'].entries()) {
    await at.within((tx) => switchRoute(at.ports, tx, actor, { accountId, route }))
    await at.book('-49.00', { text: 'Gebyr' })
    await lab.pass('PT24H')
    expect(await at.sync()).toMatchObject({ added: 1, removed: 0 })
    const after = await bookings(at)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after).toHaveLength(before.length + n + 1)
    expect((await at.account()).route).toBe(route)
  }
  expect([...(await at.proofs()).values()]).not.toContain('gap')
  expect((await at.ledger()).length).toBe((await at.stored()).length)
})
