import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { unarchive } from '../../src/archive.ts'
import { viewSigning } from '../../src/consent/signing/start.ts'
import { verifyPades } from '../../src/protocols/pdf/pades.ts'
import { PadesRefused } from '../../src/protocols/pdf/pades-refused.ts'
import { kari, needs, ola } from '../support/fake-identity.ts'
import { dueAt, eventsOf, linksTo, type Rooms, testRooms, visitorOf, wayOf } from '../support/rooms.ts'
import { comeBack, goSign, sentAgreement, stateOf } from './agreement.ts'

let rooms: Rooms
beforeAll(async () => {
  rooms = await testRooms()
})
beforeEach(() => {
  rooms.register.rights = needs(kari)
  rooms.register.problems = []
})
afterAll(() => rooms?.close())

const lastOrder = () => rooms.signing.orders.at(-1)

test('who may sign alone makes the agreement active with one signature', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  expect(await comeBack(rooms, sent, sent.users[0])).toBe('waiting')
  await rooms.signing.sign(lastOrder(), kari)
  expect(await comeBack(rooms, sent, sent.users[0])).toBe('signed')
  expect(await wayOf(rooms, sent.agreementId)).toEqual([
    ...['draft', 'sent', 'viewed', 'signed', 'screening', 'active'],
  ])
  const company = await rooms.run((tx) =>
    tx.prisma.company.findUniqueOrThrow({ where: { id: sent.company.id } }),
  )
  expect(company.activatedAt).toEqual(rooms.clock.now())
})

test('the evidence of a signature: document, person by keyed hash, certificate, what the register said', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  await comeBack(rooms, sent, sent.users[0])
  const evidence = await rooms.run(async (tx) => {
    const row = await tx.prisma.signature.findFirstOrThrow({ where: { agreementId: sent.agreementId } })
    const [pdf, register] = await Promise.all([
      unarchive(tx, rooms.ports.vault, row.documentId),
      unarchive(tx, rooms.ports.vault, row.registerId),
    ])
    return { row, pdf, register: register.toString() }
  })
  expect(evidence.row).toMatchObject({
    signerName: kari.name,
    birthdate: kari.birthdate,
    orderId: lastOrder()?.orderId,
  })
  expect(evidence.row.bankidHash).toBe(rooms.ports.vault.keyedHash('bankid_altsub', kari.bankidAltsub))
  expect(verifyPades(evidence.pdf, { roots: [rooms.signing.root] })).toMatchObject([
    { signerName: kari.name, intact: true, chainValid: true },
  ])
  expect(evidence.register).toContain('"register":"answer"')
})

test('coming back many times at once counts one signature', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  const outcomes = await Promise.all([1, 2, 3].map(() => comeBack(rooms, sent, sent.users[0])))
  expect(outcomes).toEqual(['signed', 'signed', 'signed'])
  const signatures = await rooms.run((tx) =>
    tx.prisma.signature.count({ where: { agreementId: sent.agreementId } }),
  )
  expect(signatures).toBe(1)
})

test('a double click makes one order, and both lead there', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  const before = rooms.signing.orders.length
  const urls = await Promise.all([1, 2].map(() => goSign(rooms, sent, sent.users[0], kari)))
  expect(new Set(urls).size).toBe(1)
  expect(rooms.signing.orders.length).toBe(before)
})

test('two first clicks at once lead to the order that counts', async () => {
  const sent = await sentAgreement(rooms, kari)
  const user = sent.users[0]
  const before = rooms.signing.orders.length
  const gate = Promise.withResolvers<void>()
  rooms.signing.gate = gate.promise
  const clicks = [1, 2].map(() => goSign(rooms, sent, user, kari))
  await expect
    .poll(() => rooms.signing.orders.length)
    .toBe(before + 2)
    .finally(gate.resolve)
  const urls = await Promise.all(clicks)
  const { signer } = await rooms.run((tx) => viewSigning(tx, sent.agreementId, user?.id ?? ''))
  expect(urls).toEqual([signer.orderUrl, signer.orderUrl])
})

test('another person’s BankID on the order does not count, and the signer can sign after all', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), ola)
  const refused = lastOrder()
  expect(await comeBack(rooms, sent, sent.users[0])).toBe('refused')
  expect(await stateOf(rooms, sent)).toBe('viewed')
  const url = await goSign(rooms, sent, sent.users[0], kari)
  expect(url).not.toContain(refused?.orderId)
  await rooms.signing.sign(lastOrder(), kari)
  expect(await comeBack(rooms, sent, sent.users[0])).toBe('signed')
  const audit = await rooms.run((tx) =>
    tx.prisma.auditEntry.findMany({
      where: { action: 'agreement.refuse_signature', resourceId: sent.agreementId },
    }),
  )
  expect(audit).toHaveLength(1)
})

test('a certificate of another name than the provider tells does not count', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari, ola.name)
  expect(await comeBack(rooms, sent, sent.users[0])).toBe('refused')
})

test('an order that ran out or was cancelled is followed by a new one', async () => {
  const sent = await sentAgreement(rooms, kari)
  for (const status of ['expired', 'cancelled'] as const) {
    await goSign(rooms, sent, sent.users[0], kari)
    const order = lastOrder()
    if (order) order.status = status
    expect(await comeBack(rooms, sent, sent.users[0])).toBe('expired')
    expect(await goSign(rooms, sent, sent.users[0], kari)).not.toContain(order?.orderId)
  }
})

test('the signed document of another order is refused', async () => {
  const other = await sentAgreement(rooms, kari)
  await goSign(rooms, other, other.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  const foreign = lastOrder()?.signed
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  Object.assign(lastOrder() ?? {}, { signed: foreign })
  await expect(comeBack(rooms, sent, sent.users[0])).rejects.toThrow(PadesRefused)
  expect(await stateOf(rooms, sent)).toBe('viewed')
})

test('two signers sign in turn: the second signs what the first returned', async () => {
  rooms.register.rights = needs(kari, ola)
  const sent = await sentAgreement(rooms, kari, ola)
  await expect(goSign(rooms, sent, sent.users[1], ola)).rejects.toMatchObject({ code: 'state_conflict' })
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  await comeBack(rooms, sent, sent.users[0])
  expect(await stateOf(rooms, sent)).toBe('partially_signed')
  await goSign(rooms, sent, sent.users[1], ola)
  await rooms.signing.sign(lastOrder(), ola)
  expect(await comeBack(rooms, sent, sent.users[1])).toBe('signed')
  expect((await wayOf(rooms, sent.agreementId)).slice(2)).toEqual([
    ...['viewed', 'partially_signed', 'signed', 'screening', 'active'],
  ])
  const names = verifyPades(lastOrder()?.signed ?? new Uint8Array(), { roots: [rooms.signing.root] })
  expect(names.map(({ signerName }) => signerName)).toEqual([kari.name, ola.name])
})

test.each([
  ['one of two who sign together', () => needs(kari, ola), [], 'newly_founded_registry_lag'],
  [
    'a rule that only a person can read',
    () => ({ kind: 'free_text', text: 'Styret i fellesskap' }) as const,
    [],
    'other',
  ],
  ['a company that is bankrupt', () => needs(kari), ['bankrupt'], 'other'],
] as const)('%s: a person decides, and the reason stays inside', async (_name, rights, problems, reason) => {
  rooms.register.rights = rights()
  rooms.register.problems = problems
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  await comeBack(rooms, sent, sent.users[0])
  expect(await stateOf(rooms, sent)).toBe('in_review')
  const cases = await rooms.run((tx) =>
    tx.prisma.reviewCase.findMany({ where: { agreementId: sent.agreementId } }),
  )
  expect(cases).toMatchObject([{ state: 'open', reasons: [reason] }])
  const company = await rooms.run((tx) =>
    tx.prisma.company.findUniqueOrThrow({ where: { id: sent.company.id } }),
  )
  expect(company.activatedAt).toBeNull()
  const told = JSON.stringify([
    await eventsOf(rooms, sent.agreementId),
    await rooms.owner('select * from audit_entry where company_id = $1', [sent.company.id]),
    await rooms.owner('select * from state_change where company_id = $1', [sent.company.id]),
  ])
  expect(told).toContain('in_review')
  expect(told).not.toContain(reason === 'other' ? '"other"' : reason)
})

test('a person who signs and never comes back is found by the job', async () => {
  const sent = await sentAgreement(rooms, kari)
  await goSign(rooms, sent, sent.users[0], kari)
  const { signer } = await rooms.run((tx) => viewSigning(tx, sent.agreementId, sent.users[0]?.id ?? ''))
  expect(await dueAt(rooms, 'signing-complete', signer.id)).toEqual(
    new Date(rooms.clock.now().getTime() + 60_000),
  )
})

test('a signed signer’s link is closed, the other’s stays open', async () => {
  rooms.register.rights = needs(kari, ola)
  const sent = await sentAgreement(rooms, kari, ola)
  await goSign(rooms, sent, sent.users[0], kari)
  await rooms.signing.sign(lastOrder(), kari)
  await comeBack(rooms, sent, sent.users[0])
  const open = await rooms.run((tx) =>
    tx.prisma.link.findMany({ where: { subjectId: sent.agreementId, closedAt: null } }),
  )
  expect(open.map(({ userId }) => userId)).toEqual([sent.users[1]?.id])
  expect(await linksTo(rooms, visitorOf({ id: sent.users[1]?.id ?? '' }).userId)).toHaveLength(1)
})
