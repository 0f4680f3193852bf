import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ConsentState } from '../../src/connectors/connector.ts'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { endConsent, nextCheck } from '../../src/consent/consents/check.ts'
import { createConsent, getConsent } from '../../src/consent/consents/create.ts'
import { kari, ola } from '../support/fake-identity.ts'
import { apiKey, dueAt, linksTo, type Rooms, testRooms, visitorOf, wayOf } from '../support/rooms.ts'
import { type Asked, activeConsent, askedConsent, begin, check } from './consents.ts'

const HOUR_MS = 3_600_000

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(() => {
  rooms.bank.consentStatus = { state: 'received' }
})
afterAll(() => rooms?.close())

const row = (asked: Asked) => rooms.run((tx) => getConsent(tx, asked.consentId))
const connectionState = async (asked: Asked) => {
  const { connectionId } = await row(asked)
  const found = await rooms.run((tx) =>
    tx.prisma.connection.findUniqueOrThrow({ where: { id: connectionId } }),
  )
  return found.state
}

test('without an active agreement nobody is asked', async () => {
  const company = await rooms.company()
  const user = await rooms.person(company)
  const input = {
    companyId: company.id,
    userId: user.id,
    institutionId: 'fjordbanken',
    language: 'nb',
  } as const
  await expect(rooms.run((tx) => createConsent(rooms.ports, tx, apiKey, input))).rejects.toMatchObject({
    code: 'agreement_not_active',
  })
  expect(await linksTo(rooms, user.id)).toEqual([])
})

test('an unknown bank is named', async () => {
  const company = await rooms.company({ active: true })
  const user = await rooms.person(company)
  const input = { companyId: company.id, userId: user.id, institutionId: 'no-bank', language: 'nb' } as const
  await expect(rooms.run((tx) => createConsent(rooms.ports, tx, apiKey, input))).rejects.toMatchObject({
    code: 'institution_unknown',
  })
})

test('two people of one company share its connection to the bank', async () => {
  const first = await askedConsent(rooms)
  const next = await askedConsent(rooms, first.company, ola)
  expect((await row(next)).connectionId).toBe((await row(first)).connectionId)
})

test('the bank hears of it when the person goes there, with who and where they are', async () => {
  const asked = await askedConsent(rooms)
  const before = rooms.bank.asked.consents.length
  expect(await begin(rooms, asked)).toBe('https://bank.example/sca/1')
  expect(rooms.bank.asked.consents.slice(before)).toMatchObject([
    {
      requestId: (await row(asked)).requestId,
      psu: { ipAddress: '192.0.2.10', userAgent: 'Test browser' },
      validUntil: '2026-07-04',
      accounts: [],
    },
  ])
  expect(await wayOf(rooms, asked.consentId)).toEqual(['created', 'awaiting_sca'])
  expect(await dueAt(rooms, 'consent-check', asked.consentId)).toEqual(
    new Date(rooms.clock.now().getTime() + 60_000),
  )
})

test('a double click has one request id and one outcome, and leads to one place', async () => {
  const asked = await askedConsent(rooms)
  const before = rooms.bank.asked.consents.length
  const gate = Promise.withResolvers<void>()
  rooms.bank.gate = gate.promise
  const clicks = [begin(rooms, asked), begin(rooms, asked)]
  await expect
    .poll(() => rooms.bank.asked.consents.length)
    .toBe(before + 2)
    .finally(gate.resolve)
  const urls = await Promise.all(clicks)
  expect(new Set(urls).size).toBe(1)
  expect(new Set(rooms.bank.asked.consents.slice(before).map(({ requestId }) => requestId)).size).toBe(1)
  expect(await wayOf(rooms, asked.consentId)).toEqual(['created', 'awaiting_sca'])
  await begin(rooms, asked)
  expect(rooms.bank.asked.consents.length).toBe(before + 2)
})

test('a bank that fails leaves the consent as it was, and the person can try again', async () => {
  const asked = await askedConsent(rooms)
  const created = rooms.bank.consentCreated
  rooms.bank.consentCreated = new ConnectorFailure({ kind: 'unavailable', detail: 'no answer' })
  await expect(begin(rooms, asked)).rejects.toMatchObject({ kind: 'unavailable' })
  rooms.bank.consentCreated = created
  expect((await row(asked)).state).toBe('created')
  expect(await begin(rooms, asked)).toBe('https://bank.example/sca/1')
})

test('only the person who was asked goes to the bank', async () => {
  const asked = await askedConsent(rooms)
  const other = await rooms.person(asked.company, ola)
  await expect(begin(rooms, { ...asked, user: other })).rejects.toMatchObject({ code: 'not_found' })
})

test('what the connector remembers is sealed, and given back to it', async () => {
  const asked = await askedConsent(rooms)
  const created = rooms.bank.consentCreated
  if (!(created instanceof Error))
    rooms.bank.consentCreated = { ...created, memory: { consentId: 'SECRET-7' } }
  await begin(rooms, asked)
  rooms.bank.consentCreated = created
  expect(JSON.stringify(await row(asked))).not.toContain('SECRET-7')
  await check(rooms, asked)
  expect(rooms.bank.asked.sessions.at(-1)?.memory).toEqual({ consentId: 'SECRET-7' })
})

test('coming back proves nothing: the bank’s word makes it active', async () => {
  const asked = await askedConsent(rooms)
  await begin(rooms, asked)
  expect(await check(rooms, asked)).toBe('awaiting_sca')
  rooms.bank.consentStatus = { state: 'valid', validUntil: '2026-05-01', frequencyPerDay: 2 }
  expect(await check(rooms, asked)).toBe('active')
  expect(await row(asked)).toMatchObject({ validUntil: '2026-05-01', frequencyPerDay: 2, scaUrl: null })
  expect(await connectionState(asked)).toBe('connecting')
  expect(await dueAt(rooms, 'accounts-discover', asked.consentId)).toEqual(rooms.clock.now())
})

test('person and job that look at the same moment both hear what is so', async () => {
  const asked = await askedConsent(rooms)
  await begin(rooms, asked)
  rooms.bank.consentStatus = { state: 'valid' }
  const gate = Promise.withResolvers<void>()
  rooms.bank.gate = gate.promise
  const before = rooms.bank.asked.sessions.length
  const looks = [check(rooms, asked), check(rooms, asked)]
  await expect
    .poll(() => rooms.bank.asked.sessions.length)
    .toBe(before + 2)
    .finally(gate.resolve)
  expect(await Promise.all(looks)).toEqual(['active', 'active'])
  expect(await wayOf(rooms, asked.consentId)).toEqual(['created', 'awaiting_sca', 'active'])
})

test.each([
  ['rejected', 'rejected'],
  ['revoked_by_psu', 'rejected'],
  ['terminated', 'rejected'],
  ['expired', 'abandoned'],
  ['partially_authorised', 'partially_authorised'],
  ['awaiting_approval', 'awaiting_approval'],
  ['unknown', 'awaiting_sca'],
] as const)('before it is active, the bank says %s: it is %s', async (bank: ConsentState, state) => {
  const asked = await askedConsent(rooms)
  await begin(rooms, asked)
  rooms.bank.consentStatus = { state: bank }
  expect(await check(rooms, asked)).toBe(state)
})

test.each([
  ['expired', 'expired'],
  ['revoked_by_psu', 'revoked_by_user'],
  ['terminated', 'terminated_by_bank'],
  ['rejected', 'terminated_by_bank'],
  ['received', 'active'],
  ['unknown', 'active'],
] as const)('when it is active, the bank says %s: it is %s', async (bank: ConsentState, state) => {
  const asked = await activeConsent(rooms)
  rooms.bank.consentStatus = { state: bank }
  expect(await check(rooms, asked)).toBe(state)
  expect(await connectionState(asked)).toBe(state === 'active' ? 'connecting' : 'action_required')
})

test('a consent that the bank no longer answers for is over; a bank that is down says nothing', async () => {
  const asked = await activeConsent(rooms)
  rooms.bank.consentStatus = new ConnectorFailure({ kind: 'unavailable', detail: 'no answer' })
  await expect(check(rooms, asked)).rejects.toMatchObject({ kind: 'unavailable' })
  expect((await row(asked)).state).toBe('active')
  rooms.bank.consentStatus = new ConnectorFailure({ kind: 'consent_expired', detail: 'CONSENT_EXPIRED' })
  expect(await check(rooms, asked)).toBe('expired')
})

test('nobody came to the bank for an hour: abandoned; who waits for others there is waited for', async () => {
  const [alone, partly, withHub] = [
    await askedConsent(rooms),
    await askedConsent(rooms),
    await askedConsent(rooms),
  ]
  for (const asked of [alone, partly, withHub]) await begin(rooms, asked)
  rooms.clock.advance(HOUR_MS + 1)
  expect(await check(rooms, alone)).toBe('abandoned')
  rooms.bank.consentStatus = { state: 'partially_authorised' }
  expect(await check(rooms, partly)).toBe('partially_authorised')
  expect(await check(rooms, partly)).toBe('partially_authorised')
  rooms.bank.consentStatus = { state: 'awaiting_approval' }
  expect(await check(rooms, withHub)).toBe('awaiting_approval')
  expect(await check(rooms, withHub)).toBe('awaiting_approval')
})

test('what is over is not asked about again', async () => {
  const asked = await askedConsent(rooms)
  await begin(rooms, asked)
  rooms.bank.consentStatus = { state: 'rejected' }
  await check(rooms, asked)
  const before = rooms.bank.asked.sessions.length
  expect(await check(rooms, asked)).toBe('rejected')
  expect(rooms.bank.asked.sessions.length).toBe(before)
})

test('the connection needs a person only when its last consent has ended', async () => {
  const first = await activeConsent(rooms)
  const other = await activeConsent(rooms, first.company, ola)
  await rooms.run((tx) => endConsent(tx, first.consentId, 'terminated_by_bank'))
  expect(await connectionState(first)).toBe('connecting')
  await rooms.run((tx) => endConsent(tx, other.consentId, 'expired'))
  expect(await connectionState(first)).toBe('action_required')
  await activeConsent(rooms, first.company, kari)
  expect(await connectionState(first)).toBe('connecting')
})

test('when to look next: often while somebody is at the bank, then daily, and when it should be over', () => {
  const now = new Date('2026-01-05T08:00:00Z')
  const inMs = (state: Parameters<typeof nextCheck>[1], until: string | null = null) =>
    (nextCheck(now, state, until)?.getTime() ?? Number.NaN) - now.getTime()
  expect(inMs('awaiting_sca')).toBe(60_000)
  expect(inMs('awaiting_approval')).toBe(HOUR_MS)
  expect(inMs('active', '2026-07-01')).toBe(24 * HOUR_MS)
  expect(inMs('active', '2026-01-04')).toBe(HOUR_MS)
  expect(nextCheck(now, 'expired', null)).toBeNull()
})

test('the person is known to the bank only while they are there', async () => {
  const asked = await activeConsent(rooms)
  expect(rooms.bank.asked.sessions.at(-1)?.psu).toBeUndefined()
  expect(visitorOf(asked.user).ipAddress).toBe('192.0.2.10')
})
