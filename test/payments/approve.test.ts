import { afterAll, beforeAll, expect, test } from 'vitest'
import { endConsent } from '../../src/consent/consents/check.ts'
import { declinePayment } from '../../src/payments/approve.ts'
import { createPayment } from '../../src/payments/create.ts'
import { snapshotHash } from '../../src/payments/snapshot.ts'
import { activeConsent, consentWithAccount } from '../consent/consents.ts'
import { ola } from '../support/fake-identity.ts'
import { linksTo, type Rooms, testRooms, visitorOf, wayOf } from '../support/rooms.ts'
import { approve, approvedPayment, ask, create, order, type Payable, read, submit } from './payment.ts'

let rooms: Rooms
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  payable = await consentWithAccount(rooms)
})
afterAll(() => rooms?.close())

const newPayment = async () => (await create(rooms, order(payable.accountId))).id

test('asking is no approving: the person gets a link, the payment waits', async () => {
  const id = await newPayment()
  const before = (await linksTo(rooms, payable.user.id)).length
  await ask(rooms, id, payable.user.id)
  await ask(rooms, id, payable.user.id)
  expect((await read(rooms, id)).state).toBe('pending_approval')
  expect((await linksTo(rooms, payable.user.id)).length).toBe(before + 2)
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ code: 'state_conflict' })
})

test('who lacks the role, or a consent of their own for the account, is not asked', async () => {
  const id = await newPayment()
  const viewer = await rooms.person(payable.company, ola, ['viewer', 'preparer'])
  await expect(ask(rooms, id, viewer.id)).rejects.toThrow(/approver role/)
  const without = await rooms.person(payable.company, ola)
  await expect(ask(rooms, id, without.id)).rejects.toThrow(/no active consent/)
  const elsewhere = await activeConsent(rooms, payable.company, ola)
  await expect(ask(rooms, id, elsewhere.user.id)).rejects.toThrow(/no active consent/)
  const stranger = await rooms.person(await rooms.company())
  await expect(ask(rooms, id, stranger.id)).rejects.toMatchObject({ code: 'reference_unknown' })
  expect((await read(rooms, id)).state).toBe('validated')
})

test('role and consent have to hold at the click too', async () => {
  const from = await consentWithAccount(rooms)
  const { id } = await create(rooms, order(from.accountId))
  await ask(rooms, id, from.user.id)
  await rooms.run((tx) => tx.prisma.user.update({ where: { id: from.user.id }, data: { roles: ['viewer'] } }))
  await expect(approve(rooms, id, from.user)).rejects.toMatchObject({ code: 'state_conflict' })
  await rooms.run((tx) =>
    tx.prisma.user.update({ where: { id: from.user.id }, data: { roles: ['approver'] } }),
  )
  await rooms.run((tx) => endConsent(tx, from.consentId, 'revoked_by_user'))
  await expect(approve(rooms, id, from.user)).rejects.toMatchObject({ code: 'state_conflict' })
  expect((await read(rooms, id)).state).toBe('pending_approval')
})

test('who prepared a payment does not approve it', async () => {
  const { id } = await rooms.run((tx) =>
    createPayment(tx, { kind: 'user', id: payable.user.id }, order(payable.accountId)),
  )
  await expect(ask(rooms, id, payable.user.id)).rejects.toThrow(/does not approve it/)
})

test.each([
  ['amount', { amountMinor: 125_001n }],
  ['creditor', { creditorAccount: 'NO9386011117947' }],
  ['name', { creditorName: 'Noen Andre AS' }],
  ['KID', { kid: '1234567897' }],
  ['date', { executionDate: '2026-02-01' }],
])('the approval is of what was shown: another %s is refused', async (_name, data) => {
  const id = await newPayment()
  await ask(rooms, id, payable.user.id)
  const shown = snapshotHash(await read(rooms, id))
  await rooms.run((tx) => tx.prisma.payment.update({ where: { id }, data }))
  await expect(approve(rooms, id, payable.user, shown)).rejects.toThrow(/changed after it was shown/)
  expect((await read(rooms, id)).state).toBe('pending_approval')
})

test('what changes between approval and submission is not sent', async () => {
  const { id } = await approvedPayment(rooms, payable)
  const before = rooms.bank.asked.orders.length
  await rooms.run((tx) => tx.prisma.payment.update({ where: { id }, data: { amountMinor: 9_900_000n } }))
  await expect(submit(rooms, id, payable.user)).rejects.toThrow(/no longer holds/)
  expect(rooms.bank.asked.orders.length).toBe(before)
})

test('approving twice is approving once, in the same words', async () => {
  const id = await newPayment()
  await ask(rooms, id, payable.user.id)
  await Promise.all([approve(rooms, id, payable.user), approve(rooms, id, payable.user)])
  expect(await wayOf(rooms, id)).toEqual(['validated', 'pending_approval', 'approved'])
  const approvals = await rooms.run((tx) => tx.prisma.paymentApproval.findMany({ where: { paymentId: id } }))
  expect(approvals).toMatchObject([{ userId: payable.user.id, sessionId: 'ses_test', voidedAt: null }])
})

test('a second approver cannot submit what the first has approved', async () => {
  const from = await consentWithAccount(rooms)
  const other = await consentWithAccount(rooms, from.company, ola)
  const { id } = await approvedPayment(rooms, from)
  await approve(rooms, id, other.user)
  await expect(submit(rooms, id, other.user)).rejects.toThrow(/Somebody else/)
})

test('saying no is final, also twice, and nothing can be approved afterwards', async () => {
  const id = await newPayment()
  await ask(rooms, id, payable.user.id)
  const no = () => rooms.run((tx) => declinePayment(tx, visitorOf(payable.user), id))
  await Promise.all([no(), no()])
  await no()
  await approve(rooms, id, payable.user)
  expect(await wayOf(rooms, id)).toEqual(['validated', 'pending_approval', 'declined'])
  await expect(submit(rooms, id, payable.user)).rejects.toMatchObject({ code: 'state_conflict' })
})
