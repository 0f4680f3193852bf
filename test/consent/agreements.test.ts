import { afterAll, beforeAll, expect, test } from 'vitest'
import { unarchive } from '../../src/archive.ts'
import { createAgreement, getAgreement } from '../../src/consent/agreements/create.ts'
import { sendAgreement } from '../../src/consent/agreements/send.ts'
import { markViewed, viewSigning } from '../../src/consent/signing/start.ts'
import { sha256 } from '../../src/vault.ts'
import { kari, ola } from '../support/fake-identity.ts'
import { apiKey, eventsOf, linksTo, type Rooms, testRooms, visitorOf, wayOf } from '../support/rooms.ts'
import { comeBack, goSign, sentAgreement, stateOf } from './agreement.ts'

const DAY_MS = 86_400_000

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
afterAll(() => rooms?.close())

const draft = async (companyId: string, signerIds: string[]) =>
  rooms.run((tx) => createAgreement(rooms.ports, tx, apiKey, { companyId, signerIds, language: 'nb' }))

test('a draft has its document, by hash, and nobody hears of it', async () => {
  const company = await rooms.company()
  const user = await rooms.person(company)
  const agreement = await draft(company.id, [user.id])
  const pdf = await rooms.run((tx) => unarchive(tx, rooms.ports.vault, agreement.documentId ?? ''))
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(agreement).toMatchObject({ state: 'draft', version: 1, documentSha256: sha256(pdf) })
  expect(await linksTo(rooms, user.id)).toEqual([])
})

test('of two drafts at once for one company, one is made', async () => {
  const company = await rooms.company()
  const user = await rooms.person(company)
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => draft(company.id, [user.id])))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'agreement_exists' })
  }
})

test('a signer of another company is refused by name of the field', async () => {
  const [here, elsewhere] = [await rooms.company(), await rooms.company()]
  const stranger = await rooms.person(elsewhere)
  await expect(draft(here.id, [stranger.id])).rejects.toMatchObject({
    code: 'reference_unknown',
    facts: { errors: [{ path: 'body.signerIds.0' }] },
  })
})

test('sending mails each signer a link of their own, once', async () => {
  const sent = await sentAgreement(rooms, kari, ola)
  const secrets = (await Promise.all(sent.users.map((user) => linksTo(rooms, user.id)))).flat()
  expect(new Set(secrets).size).toBe(2)
  await expect(rooms.run((tx) => sendAgreement(rooms.ports, tx, apiKey, sent.agreementId))).rejects.toThrow(
    /sent, not draft/,
  )
  expect(await linksTo(rooms, sent.users[0]?.id ?? '')).toHaveLength(1)
})

test('a letter is unreadable in the database', async () => {
  const sent = await sentAgreement(rooms, kari)
  const [secret = ''] = await linksTo(rooms, sent.users[0]?.id ?? '')
  const rows = await rooms.owner<{ row: string }>('select message::text as row from message')
  const links = await rooms.owner<{ row: string }>('select link::text as row from link')
  const text = [...rows, ...links].map(({ row }) => row).join('\n')
  expect(text).toContain(sent.agreementId)
  expect(text).not.toContain(secret)
  expect(text).not.toContain('altsub-kari@example.com')
})

test('an agreement that nobody signed in time is over, and the company may draft another', async () => {
  const sent = await sentAgreement(rooms, kari)
  rooms.clock.advance(15 * DAY_MS)
  const next = await draft(sent.company.id, [sent.users[0]?.id ?? ''])
  expect(next.version).toBe(2)
  expect(await stateOf(rooms, sent)).toBe('expired')
  expect((await eventsOf(rooms, sent.agreementId)).at(-1)).toEqual({
    type: 'agreement.state_changed',
    data: { from: 'sent', to: 'expired' },
  })
})

test('what is out of time cannot be signed any more', async () => {
  const sent = await sentAgreement(rooms, kari)
  rooms.clock.advance(14 * DAY_MS)
  await expect(goSign(rooms, sent, sent.users[0], kari)).rejects.toMatchObject({ code: 'state_conflict' })
})

test('the document is seen once by whoever is to sign, and a stranger finds no agreement', async () => {
  const sent = await sentAgreement(rooms, kari)
  const stranger = await rooms.person(await rooms.company(), ola)
  await goSign(rooms, sent, sent.users[0], kari)
  await goSign(rooms, sent, sent.users[0], kari)
  expect(await wayOf(rooms, sent.agreementId)).toEqual(['draft', 'sent', 'viewed'])
  await expect(rooms.run((tx) => viewSigning(tx, sent.agreementId, stranger.id))).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('signers who open it at the same moment both see it', async () => {
  const sent = await sentAgreement(rooms, kari, ola)
  const looks = sent.users.flatMap((user) => [user, user])
  await Promise.all(
    looks.map((user) =>
      rooms.run(async (tx) =>
        markViewed(tx, await viewSigning(tx, sent.agreementId, user.id), visitorOf(user)),
      ),
    ),
  )
  expect(await wayOf(rooms, sent.agreementId)).toEqual(['draft', 'sent', 'viewed'])
  const reads = await rooms.run((tx) =>
    tx.prisma.auditEntry.count({ where: { action: 'agreement.read', resourceId: sent.agreementId } }),
  )
  expect(reads).toBe(2)
})

test('a signer who says no ends the agreement, closes every link, and says so once', async () => {
  const sent = await sentAgreement(rooms, kari, ola)
  await goSign(rooms, sent, sent.users[0], kari)
  const order = rooms.signing.orders.at(-1)
  if (order) order.status = 'rejected'
  const outcomes = await Promise.all([1, 2].map(() => comeBack(rooms, sent, sent.users[0])))
  expect(outcomes).toEqual(['declined', 'declined'])
  expect(await wayOf(rooms, sent.agreementId)).toEqual(['draft', 'sent', 'viewed', 'declined'])
  const open = await rooms.run((tx) =>
    tx.prisma.link.count({ where: { subjectId: sent.agreementId, closedAt: null } }),
  )
  expect(open).toBe(0)
  const next = await draft(sent.company.id, [sent.users[0]?.id ?? ''])
  expect((await rooms.run((tx) => getAgreement(tx, next.id))).version).toBe(2)
})
