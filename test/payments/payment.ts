import { approvePayment, askForApproval } from '../../src/payments/approve.ts'
import { createPayment, getPayment, type NewPayment } from '../../src/payments/create.ts'
import { type PaymentRow, snapshotHash } from '../../src/payments/snapshot.ts'
import { submitPayment } from '../../src/payments/submit.ts'
import { type Asked, consentWithAccount } from '../consent/consents.ts'
import { apiKey, type Rooms, visitorOf } from '../support/rooms.ts'

export type Payable = Asked & { readonly accountId: string }

export const order = (accountId: string, more: Partial<NewPayment> = {}): NewPayment => ({
  accountId,
  amount: { minor: 125_000n, currency: 'NOK' },
  creditorName: 'Leverandør Eksempel AS',
  creditorAccount: '1503.20.80119',
  kid: '2345676',
  ...more,
})

export const create = (rooms: Rooms, input: NewPayment): Promise<PaymentRow> =>
  rooms.run((tx) => createPayment(tx, apiKey, input))

export const read = (rooms: Rooms, id: string): Promise<PaymentRow> => rooms.run((tx) => getPayment(tx, id))

export const ask = (rooms: Rooms, paymentId: string, userId: string) =>
  rooms.run((tx) => askForApproval(rooms.ports, tx, apiKey, { paymentId, userId, language: 'nb' }))

export async function approve(
  rooms: Rooms,
  paymentId: string,
  user: { id: string },
  hash?: string,
): Promise<void> {
  const shownHash = hash ?? snapshotHash(await read(rooms, paymentId))
  await rooms.run((tx) => approvePayment(rooms.ports, tx, visitorOf(user), { paymentId, shownHash }))
}

export const submit = (rooms: Rooms, paymentId: string, user: { id: string }) =>
  submitPayment(rooms.ports, visitorOf(user), {
    clientId: rooms.clientId,
    paymentId,
    returnUrl: 'https://back.example',
  })

/** A payment that its approver has said yes to. */
export async function approvedPayment(
  rooms: Rooms,
  payable?: Payable,
): Promise<{ id: string; payable: Payable }> {
  const from = payable ?? (await consentWithAccount(rooms))
  const { id } = await create(rooms, order(from.accountId))
  await ask(rooms, id, from.user.id)
  await approve(rooms, id, from.user)
  return { id, payable: from }
}

export const attemptsOf = (rooms: Rooms, paymentId: string) =>
  rooms.run((tx) => tx.prisma.paymentAttempt.findMany({ where: { paymentId }, orderBy: { number: 'asc' } }))
