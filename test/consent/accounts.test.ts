import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BankAccount } from '../../src/connectors/connector.ts'
import { discoverAccounts, judgeOwnership } from '../../src/consent/accounts.ts'
import { endConsent } from '../../src/consent/consents/check.ts'
import { openAccountSession } from '../../src/consent/open-session.ts'
import { newId } from '../../src/domain/ids.ts'
import { ola } from '../support/fake-identity.ts'
import { dueAt, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { type Asked, activeConsent } from './consents.ts'

const company = 'Eksempelverkstedet AS'
const business: BankAccount = {
  resourceId: 'R-1',
  iban: 'NO9386011117947',
  currency: 'NOK',
  ownerName: company,
  usage: 'business',
}
const privateAccount: BankAccount = {
  resourceId: 'R-2',
  bban: '15032080119',
  currency: 'NOK',
  name: 'Private savings of somebody',
  ownerName: 'Kari Eksempel',
  usage: 'private',
}

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(() => {
  rooms.bank.accounts = []
})
afterAll(() => rooms?.close())

const discover = (asked: Asked) => discoverAccounts(rooms.ports, rooms.clientId, asked.consentId)
const accountsOf = (asked: Asked) =>
  rooms.run((tx) =>
    tx.prisma.account.findMany({ where: { companyId: asked.company.id }, orderBy: { number: 'asc' } }),
  )

test.each([
  [{ ...business }, 'business', 'name_match'],
  [{ ...business, ownerName: 'EKSEMPELVERKSTEDET AS' }, 'business', 'name_match'],
  [{ ...business, ownerName: undefined }, 'business', 'declared'],
  [{ ...business, ownerName: 'Noen Andre AS' }, 'doubtful', 'declared'],
  [{ ...business, usage: 'unknown' as const }, 'business', 'name_match'],
  [{ ...business, usage: 'unknown' as const, ownerName: undefined }, 'doubtful', 'declared'],
  [privateAccount, 'private', 'refused'],
  [{ ...business, usage: 'private' as const }, 'private', 'refused'],
])('whose account it is: %o', ({ ownerName, ...account }, kind, ownership) => {
  const stated = { ...account, ...(ownerName === undefined ? {} : { ownerName }) }
  expect(judgeOwnership(stated, company)).toMatchObject({ kind, ownership })
})

test('a business account is enabled and read at once; the connection is active', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [business]
  await discover(asked)
  const [account] = await accountsOf(asked)
  expect(account).toMatchObject({ state: 'enabled', number: 'NO9386011117947', bban: '86011117947' })
  expect(await dueAt(rooms, 'statements-sync', account?.id ?? '')).toEqual(rooms.clock.now())
  const connection = await rooms.run((tx) =>
    tx.prisma.connection.findFirstOrThrow({ where: { companyId: asked.company.id } }),
  )
  expect(await wayOf(rooms, connection.id)).toEqual(['pending_consent', 'connecting', 'active'])
})

test('a private account leaves a keyed hash of its number and nothing else, in no table and no event', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [privateAccount, business]
  await discover(asked)
  expect((await accountsOf(asked)).map(({ number }) => number)).toEqual(['NO9386011117947'])
  const tables = await rooms.owner<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  expect(tables.length).toBeGreaterThan(40)
  const traces = ['15032080119', 'Private savings', 'R-2']
  let everything = ''
  for (const { name } of tables) {
    const rows = await rooms.owner<{ row: string }>(`select t::text as row from "${name}" t`)
    const text = rows.map(({ row }) => row).join('\n')
    everything += text
    expect(
      traces.filter((trace) => text.includes(trace)),
      name,
    ).toEqual([])
  }
  expect(everything).toContain('86011117947')
  const [kept] = await rooms.owner<{ number_hash: string }>('select number_hash from ignored_account')
  expect(kept?.number_hash).toBe(rooms.ports.vault.keyedHash('private_account', 'NO5015032080119'))
})

test.each([
  ['first', [privateAccount, { ...privateAccount, usage: 'business' as const, ownerName: company }]],
  ['last', [{ ...privateAccount, usage: 'business' as const, ownerName: company }, privateAccount]],
])(
  'an account that a bank lists twice, as private (%s) and as the company’s, is taken for private',
  async (_which, listed) => {
    const asked = await activeConsent(rooms)
    rooms.bank.accounts = listed
    await discover(asked)
    expect(await accountsOf(asked)).toEqual([])
  },
)

test('an account that the bank calls private later is not read by that consent any more', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [business]
  await discover(asked)
  const [account] = await accountsOf(asked)
  const open = () => rooms.run((tx) => openAccountSession(rooms.ports, tx, account?.id ?? ''))
  expect(await open()).not.toBeNull()
  rooms.bank.accounts = [{ ...business, usage: 'private' }]
  await discover(asked)
  expect(await open()).toBeNull()
})

test('of a doubtful account that turns out to be private nothing but the hash is left', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [{ ...privateAccount, usage: 'unknown' }]
  await discover(asked)
  expect(await accountsOf(asked)).toMatchObject([{ state: 'discovered', bban: '15032080119' }])
  rooms.bank.accounts = [privateAccount]
  await discover(asked)
  const [account] = await accountsOf(asked)
  const none = { iban: null, bban: null, name: null, ownerName: null, product: null }
  expect(account).toMatchObject({ state: 'ignored', ownership: 'refused', ...none })
  expect(account?.number).toBe(rooms.ports.vault.keyedHash('private_account', 'NO5015032080119'))
})

test('an account that was called private stays so when the bank says nothing of it, and private again', async () => {
  const asked = await activeConsent(rooms)
  for (const usage of ['unknown', 'private', 'unknown', 'private'] as const) {
    rooms.bank.accounts = [{ ...privateAccount, usage }]
    await discover(asked)
  }
  const number = rooms.ports.vault.keyedHash('private_account', 'NO5015032080119')
  expect(await accountsOf(asked)).toMatchObject([{ state: 'ignored', number, iban: null, name: null }])
})

test('a doubtful account is kept, unread', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [{ ...business, ownerName: 'Noen Andre AS' }]
  await discover(asked)
  const [account] = await accountsOf(asked)
  expect(account).toMatchObject({ state: 'discovered', ownershipEvidence: 'the bank names another owner' })
  expect(await dueAt(rooms, 'statements-sync', account?.id ?? '')).toBeNull()
})

describe('an account that was known from a file first', () => {
  const unowned: BankAccount = {
    resourceId: 'R-1',
    iban: business.iban ?? '',
    currency: 'NOK',
    usage: 'unknown',
  }
  const knownFromFile = (asked: Asked, ownership = 'declared') =>
    rooms.run(async (tx) => {
      const account = {
        id: newId('account', tx.now),
        clientId: tx.clientId,
        companyId: asked.company.id,
        number: 'NO9386011117947',
        currency: 'NOK',
        state: 'discovered',
        ownership,
        ownershipEvidence: 'handed in by file',
        createdAt: tx.now,
      }
      await tx.prisma.account.create({ data: account })
      await tx.prisma.account.update({ where: { id: account.id }, data: { state: 'enabled' } })
      return account.id
    })
  const session = (id: string) => rooms.run((tx) => openAccountSession(rooms.ports, tx, id))

  test('is read once a bank names the company', async () => {
    const asked = await activeConsent(rooms)
    const id = await knownFromFile(asked)
    rooms.bank.accounts = [business]
    await discover(asked)
    const [account] = await accountsOf(asked)
    expect(account).toMatchObject({
      id,
      connectionId: expect.stringMatching(/^cnx_/),
      institutionId: 'fjordbanken',
    })
    expect(await dueAt(rooms, 'statements-sync', id)).toEqual(rooms.clock.now())
    expect(await session(id)).not.toBeNull()
  })

  test.each<[string, BankAccount, string]>([
    [
      'the bank names another owner',
      { ...business, ownerName: 'Noen Andre AS' },
      'the bank names another owner',
    ],
    ['the bank names nobody', unowned, 'the bank says neither usage nor owner'],
  ])('is not read where %s, and keeps its files', async (_what, stated, evidence) => {
    const asked = await activeConsent(rooms)
    const id = await knownFromFile(asked, 'name_match')
    rooms.bank.accounts = [stated]
    await discover(asked)
    await discover(asked)
    const [account] = await accountsOf(asked)
    const kept = {
      id,
      state: 'enabled',
      ownership: 'declared',
      ownershipEvidence: evidence,
      connectionId: null,
    }
    expect(account).toMatchObject(kept)
    expect(await dueAt(rooms, 'statements-sync', id)).toBeNull()
    expect(await session(id)).toBeNull()
    const notes = await rooms.run((tx) =>
      tx.prisma.auditEntry.count({ where: { action: 'account.owner_doubtful', resourceId: id } }),
    )
    expect(notes).toBe(1)
  })

  test('is read, whatever the bank says of its owner, once a person has confirmed it', async () => {
    const asked = await activeConsent(rooms)
    const id = await knownFromFile(asked, 'confirmed')
    rooms.bank.accounts = [{ ...business, ownerName: 'Noen Andre AS' }]
    await discover(asked)
    expect((await accountsOf(asked))[0]).toMatchObject({ id, ownership: 'confirmed' })
    expect(await dueAt(rooms, 'statements-sync', id)).toEqual(rooms.clock.now())
    expect(await session(id)).not.toBeNull()
  })
})

test('asked twice, and by two people, an account is one; each consent reaches it by its own handle', async () => {
  const first = await activeConsent(rooms)
  rooms.bank.accounts = [business]
  await Promise.all([discover(first), discover(first)])
  const other = await activeConsent(rooms, first.company, ola)
  rooms.bank.accounts = [{ ...business, resourceId: 'R-9', bban: '86011117947' }]
  await discover(other)
  const [account, ...more] = await accountsOf(first)
  expect(more).toEqual([])
  const open = (userId: string) =>
    rooms.run((tx) => openAccountSession(rooms.ports, tx, account?.id ?? '', { userId }))
  expect(await open(first.user.id)).toMatchObject({ consentId: first.consentId, resourceId: 'R-1' })
  expect(await open(other.user.id)).toMatchObject({ consentId: other.consentId, resourceId: 'R-9' })
  expect(await wayOf(rooms, account?.id ?? '')).toEqual(['enabled'])
})

test('a session is opened by the consent that lasts longest, and by none that has ended', async () => {
  const first = await activeConsent(rooms)
  const other = await activeConsent(rooms, first.company, ola)
  rooms.bank.accounts = [business]
  await discover(first)
  await discover(other)
  const set = (asked: Asked, data: object) =>
    rooms.run((tx) => tx.prisma.consent.update({ where: { id: asked.consentId }, data }))
  await set(first, { validUntil: '2026-06-30' })
  await set(other, { validUntil: '2026-03-31' })
  const [account] = await accountsOf(first)
  const open = () => rooms.run((tx) => openAccountSession(rooms.ports, tx, account?.id ?? ''))
  expect((await open())?.consentId).toBe(first.consentId)
  await set(first, { state: 'expired' })
  expect((await open())?.consentId).toBe(other.consentId)
  await set(other, { state: 'revoked_by_user' })
  expect(await open()).toBeNull()
})

test('when the last consent has ended no next read is promised; a new consent is read by at once', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.accounts = [business]
  await discover(asked)
  const next = async () => (await accountsOf(asked))[0]?.nextSyncAt
  const later = new Date(rooms.clock.now().getTime() + 3_600_000)
  await rooms.run((tx) =>
    tx.prisma.account.updateMany({ where: { companyId: asked.company.id }, data: { nextSyncAt: later } }),
  )
  const other = await activeConsent(rooms, asked.company, ola)
  await discover(other)
  expect(await next()).toEqual(later)
  await rooms.run((tx) => endConsent(tx, asked.consentId, 'expired'))
  expect(await next()).toEqual(later)
  await rooms.run((tx) => endConsent(tx, other.consentId, 'expired'))
  expect(await next()).toBeNull()
  await discover(await activeConsent(rooms, asked.company))
  expect(await next()).toEqual(rooms.clock.now())
})

test('a consent that is not active discovers nothing', async () => {
  const asked = await activeConsent(rooms)
  await rooms.run((tx) =>
    tx.prisma.consent.update({ where: { id: asked.consentId }, data: { state: 'expired' } }),
  )
  rooms.bank.accounts = [business]
  await discover(asked)
  expect(await accountsOf(asked)).toEqual([])
})
