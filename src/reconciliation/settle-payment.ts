import type { Tx } from '../db.ts'
import { type PaymentState, paymentMachine } from '../domain/machines.ts'
import { formatAmount } from '../domain/money.ts'
import { moveState } from '../events/move.ts'
import { askAttention, settleable, unexpected } from '../payments/evidence.ts'
import type { PaymentRow } from '../payments/snapshot.ts'
import type { MatchMade, Movement } from './movements.ts'
import { settleItem } from './settle-item.ts'

const actor = { kind: 'job', id: 'reconcile' } as const

/**
 * Settles the payment that a booked debit belongs to: same account, same end-to-end id, same amount to the øre. The
 * open item it paid is settled with it. Null when the movement is no payment of ours.
 */
export async function settlePayment(
  tx: Tx,
  accountId: string,
  movement: Movement,
): Promise<MatchMade | null> {
  if (!movement.endToEndId || movement.amountMinor >= 0n) return null
  const { endToEndId } = movement
  const key = { clientId_endToEndId: { clientId: tx.clientId, endToEndId } }
  // The job that follows it may be writing down the bank's word right now.
  await tx.prisma.$queryRaw`
    select id from payment where client_id = ${tx.clientId} and end_to_end_id = ${endToEndId} for update`
  const found = await tx.prisma.payment.findUnique({ where: key })
  const payment = found?.accountId === accountId && found.settledEntryId === null ? found : null
  if (!payment || payment.amountMinor !== -movement.amountMinor || payment.currency !== movement.currency)
    return null
  const state = payment.state as PaymentState
  if (!settleable.includes(state)) return null
  if (unexpected.includes(state))
    await askAttention(tx, payment, 'booked_unexpectedly', { transactionId: movement.entryId })
  // What was cancelled stays so: whether money moved that should not have is for people to see.
  if (state !== 'cancelled') await settle(tx, payment, state, movement.entryId)
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { settledEntryId: movement.entryId } })
  const takenOff = payment.openItemId ? await settleItsItem(tx, payment.openItemId, payment.amountMinor) : 0n
  return {
    movement,
    openItemId: payment.openItemId,
    paymentId: payment.id,
    amountMinor: payment.amountMinor,
    rule: 'end_to_end_id',
    explanation: {
      why: 'The end-to-end id and the amount of the transaction are those of the payment.',
      endToEndId,
      bookingDate: movement.bookingDate,
      paid: formatAmount({ minor: payment.amountMinor, currency: movement.currency }),
      takenOff: formatAmount({ minor: takenOff, currency: movement.currency }),
    },
  }
}

function settle(tx: Tx, payment: PaymentRow, from: PaymentState, entryId: string): Promise<void> {
  return moveState(tx, paymentMachine, payment.id, from, 'settled', {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
    data: { transactionId: entryId },
  })
}

/** Credited or written off meanwhile: then nothing is left to settle. Answers how much was taken off. */
async function settleItsItem(tx: Tx, openItemId: string, paid: bigint): Promise<bigint> {
  await tx.prisma.$queryRaw`select id from open_item where id = ${openItemId} for no key update`
  const item = await tx.prisma.openItem.findUniqueOrThrow({ where: { id: openItemId } })
  const isOpen = item.state === 'open' || item.state === 'partially_settled'
  return isOpen && item.remainingMinor > 0n ? settleItem(tx, item, paid) : 0n
}
