import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expire } from '../../src/consent/expiry.ts'
import { kari } from '../support/fake-identity.ts'
import { dueAt, type Rooms, testRooms, wayOf } from '../support/rooms.ts'
import { goSign, sentAgreement, stateOf } from './agreement.ts'
import { activeConsent, askedConsent } from './consents.ts'

const day = 86_400_000
let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
afterAll(() => rooms?.close())
beforeEach(() => rooms.clock.advance(day))

const run = (id: string) => rooms.run((tx) => expire(tx, id))
const openLinks = (subjectId: string) =>
  rooms.run((tx) => tx.prisma.link.count({ where: { clientId: tx.clientId, subjectId, closedAt: null } }))

test('an agreement that nobody signs expires when its time is up, and its links are closed', async () => {
  const sent = await sentAgreement(rooms, kari)
  const due = await dueAt(rooms, 'expiry', sent.agreementId)
  expect(due).toEqual(new Date(rooms.clock.now().getTime() + 14 * day))
  rooms.clock.advance(14 * day - 1)
  expect(await run(sent.agreementId)).toEqual(due)
  expect(await stateOf(rooms, sent)).toBe('sent')
  rooms.clock.advance(1)
  expect(await run(sent.agreementId)).toBeNull()
  expect(await stateOf(rooms, sent)).toBe('expired')
  expect(await openLinks(sent.agreementId)).toBe(0)
  expect(await wayOf(rooms, sent.agreementId)).toContain('expired')
  expect(await run(sent.agreementId)).toBeNull()
})

test('a signature that is under way is awaited, but not for ever', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  rooms.clock.advance(14 * day)
  expect(await run(sent.agreementId)).toEqual(new Date(rooms.clock.now().getTime() + 3_600_000))
  expect(await stateOf(rooms, sent)).toBe('viewed')
  rooms.clock.advance(7 * day)
  await run(sent.agreementId)
  expect(await stateOf(rooms, sent)).toBe('expired')
})

test('a consent that was never begun is abandoned after 30 days; one that is active is left alone', async () => {
  const [asked, active] = [await askedConsent(rooms), await activeConsent(rooms)]
  const due = await dueAt(rooms, 'expiry', asked.consentId)
  expect(due).toEqual(new Date(rooms.clock.now().getTime() + 30 * day))
  rooms.clock.advance(30 * day)
  for (const { consentId } of [asked, active]) expect(await run(consentId)).toBeNull()
  expect((await wayOf(rooms, asked.consentId)).at(-1)).toBe('abandoned')
  expect((await wayOf(rooms, active.consentId)).at(-1)).toBe('active')
  expect(await openLinks(asked.consentId)).toBe(0)
})
