import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { discoverAccounts } from '../../src/consent/accounts.ts'
import { checkConsent } from '../../src/consent/consents/check.ts'
import { getConsent } from '../../src/consent/consents/create.ts'
import { PRESENT_MS } from '../../src/consent/presence.ts'
import { dueAt, type Rooms, testRooms, visitorOf } from '../support/rooms.ts'
import { type Asked, askedConsent, begin, check, debtorIban } from './consents.ts'

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(() => {
  rooms.bank.accounts = [
    {
      resourceId: 'R-1',
      iban: debtorIban,
      currency: 'NOK',
      ownerName: 'Eksempelverkstedet AS',
      usage: 'business',
    },
  ]
})
afterAll(() => rooms?.close())

const minute = 60_000
const row = (asked: Asked) => rooms.run((tx) => getConsent(tx, asked.consentId))
const discover = (asked: Asked) => discoverAccounts(rooms.ports, rooms.clientId, asked.consentId)
const account = (asked: Asked) =>
  rooms.run((tx) => tx.prisma.account.findFirstOrThrow({ where: { companyId: asked.company.id } }))
const told = () => rooms.bank.asked.sessions.at(-1)?.psu
const seen = { psuIpAddress: '192.0.2.10', psuUserAgent: 'Test browser' }
const nobody = { psuIpAddress: null, psuUserAgent: null, psuSeenAt: null }

/** SCA is done, and the person comes back to our page. */
async function comesBack(asked: Asked, from = {}): Promise<void> {
  rooms.bank.consentStatus = { state: 'valid', validUntil: '2026-07-01' }
  await checkConsent(rooms.ports, rooms.clientId, asked.consentId, { ...visitorOf(asked.user), ...from })
}

async function approved(): Promise<Asked> {
  const asked = await askedConsent(rooms)
  await begin(rooms, asked)
  return asked
}

test('who comes back from the bank is told to it as present at the discovery, for five minutes', async () => {
  const asked = await approved()
  await comesBack(asked)
  expect(await row(asked)).toMatchObject({ ...seen, psuSeenAt: rooms.clock.now() })
  rooms.clock.advance(PRESENT_MS)
  await discover(asked)
  expect(told()).toEqual({ ipAddress: '192.0.2.10', userAgent: 'Test browser' })
  rooms.clock.advance(1)
  await discover(asked)
  expect(told()).toBeUndefined()
})

test('and is forgotten then, whatever else happens', async () => {
  const asked = await approved()
  await comesBack(asked)
  expect(await dueAt(rooms, 'consent-check', asked.consentId)).toEqual(
    new Date(Math.min(rooms.clock.now().getTime() + PRESENT_MS + 1, rooms.clock.now().getTime() + minute)),
  )
  rooms.clock.advance(minute)
  await check(rooms, asked)
  expect(await row(asked)).toMatchObject(seen)
  rooms.clock.advance(PRESENT_MS)
  await check(rooms, asked)
  expect(await row(asked)).toMatchObject(nobody)
  expect((await row(asked)).state).toBe('active')
})

test('is there also where our own look at the bank was faster: what was read without them is read again', async () => {
  const asked = await approved()
  rooms.bank.consentStatus = { state: 'valid', validUntil: '2026-07-01' }
  await check(rooms, asked)
  await discover(asked)
  expect(told()).toBeUndefined()
  const later = new Date(rooms.clock.now().getTime() + 7 * 60 * minute)
  const { id } = await account(asked)
  await rooms.run(async (tx) => {
    await tx.prisma.account.update({ where: { id }, data: { nextSyncAt: later } })
    await tx.prisma.dueWork.deleteMany({ where: { subjectId: { in: [id, asked.consentId] } } })
  })
  await discover(asked)
  expect(await dueAt(rooms, 'statements-sync', id)).toBeNull()
  rooms.clock.advance(minute)
  await comesBack(asked)
  expect(await dueAt(rooms, 'accounts-discover', asked.consentId)).toEqual(rooms.clock.now())
  await discover(asked)
  expect(await dueAt(rooms, 'statements-sync', id)).toEqual(rooms.clock.now())
  expect((await account(asked)).nextSyncAt).toEqual(rooms.clock.now())
})

test('is nobody at an address that means nothing outside one network', async () => {
  const asked = await approved()
  await comesBack(asked, { ipAddress: '127.0.0.1' })
  expect(await row(asked)).toMatchObject({ state: 'active', ...nobody })
})

test('is nobody when the page is opened long after the approval', async () => {
  const asked = await approved()
  await comesBack(asked)
  rooms.clock.advance(2 * 60 * minute)
  await check(rooms, asked)
  await comesBack(asked)
  expect(await row(asked)).toMatchObject(nobody)
})

test('does not become present again by opening the page again and again', async () => {
  const asked = await approved()
  await comesBack(asked)
  const { psuSeenAt } = await row(asked)
  rooms.clock.advance(minute)
  await comesBack(asked)
  expect((await row(asked)).psuSeenAt).toEqual(psuSeenAt)
})
