import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectTruth, type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
}, 60_000)
afterEach(() => lab.clear())
afterAll(() => lab?.close())

const fjord = 'fjordbanken'
const psu = { ipAddress: '192.0.2.10', userAgent: 'Test/1.0' }

describe('consents', () => {
  test('consent_dead: the only one, so a person is asked; what was read stays, and a new consent goes on', async () => {
    const at = await lab.customer()
    await at.connected()
    const before = await at.stored()
    await lab.fault(fjord, 'consent_dead', 1)
    await lab.pass('P1D')
    expect(await at.sync()).toMatchObject({ state: 'action_required', nextSyncAt: null })
    expect(await at.states()).toEqual({ consents: ['expired'], connection: 'action_required' })
    expect(await at.stored()).toEqual(before)
    await at.book('-31.00', { text: 'Mens ingen så' })
    const ids = (await at.entries()).map(({ id }) => id)
    await at.discover(await at.consent())
    await at.sync()
    await expectTruth(at)
    expect((await at.entries()).slice(0, ids.length).map(({ id }) => id)).toEqual(ids)
  })

  test('consent_dead: another one reaches the account, and the read goes on with it', async () => {
    const at = await lab.customer('tindebanken')
    await at.connected()
    await at.discover(await at.consent())
    await lab.fault('tindebanken', 'consent_dead', 1)
    await lab.pass('P1D')
    await at.book('-31.00', { text: 'Ingen merket det' })
    expect((await at.sync()).state).toBe('succeeded')
    expect((await at.states()).consents.sort()).toEqual(['active', 'expired'])
    await expectTruth(at)
  })
})

describe('whether a person is there', () => {
  test('psu_headers_required: nobody is made up; the read waits for a person, and is done once there is one', async () => {
    const at = await lab.customer()
    await at.connected()
    await lab.fault(fjord, 'psu_headers_required')
    await lab.pass('P1D')
    await at.book('-31.00', { text: 'Bare når noen er der' })
    expect(await at.sync()).toMatchObject({ state: 'action_required', nextSyncAt: null })
    expect(await at.job()).toMatchObject({ psuPresent: false, error: { kind: 'sca_required' } })
    expect((await at.states()).consents).toEqual(['active'])
    expect((await at.sync({ psu })).state).toBe('succeeded')
    await expectTruth(at)
  })

  test('private_ip_refused: an address of a private network is not sent with a read', async () => {
    const at = await lab.customer()
    await at.connected()
    await lab.fault(fjord, 'private_ip_refused')
    for (const ipAddress of ['10.25.25.52', '::ffff:192.168.1.4', psu.ipAddress]) {
      await lab.pass('P1D')
      await at.book('-31.00', { text: `Fra ${ipAddress}` })
      expect((await at.sync({ psu: { ...psu, ipAddress } })).state).toBe('succeeded')
      expect((await at.job()).psuPresent).toBe(ipAddress === psu.ipAddress)
      await expectTruth(at)
    }
  })
})

describe('account lists', () => {
  test('accounts_unmarked: nothing is read of an account that nobody says whose it is', async () => {
    const at = await lab.customer()
    await lab.fault(fjord, 'accounts_unmarked')
    await at.discover(await at.consent())
    const accounts = await at.accounts()
    expect(accounts.length).toBeGreaterThan(0)
    expect(new Set(accounts.map(({ state }) => state))).toEqual(new Set(['discovered']))
    expect((await at.sync()).state).toBe('not_readable')
    expect(await at.entries()).toEqual([])
  })

  test('a private account leaves a keyed hash and nothing else', async () => {
    const at = await lab.customer()
    await at.connected()
    expect((await at.accounts()).map(({ product }) => product).sort()).toEqual([
      'Bedriftskonto',
      'Skattetrekk',
    ])
  })

  test('account_twice: it is one account, read by the handle that works', async () => {
    const at = await lab.customer()
    await lab.fault(fjord, 'account_twice')
    await at.connected()
    expect(await at.accounts()).toHaveLength(2)
    await expectTruth(at)
  })

  test('mirror_account: a card account without a number counts no money twice', async () => {
    const at = await lab.customer()
    await lab.fault(fjord, 'mirror_account')
    await at.connected()
    expect(await at.accounts()).toHaveLength(2)
    await expectTruth(at)
  })
})
