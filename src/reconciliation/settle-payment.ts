import type { Tx } from '../db.ts'
import { type PaymentState, paymentMachine } from '../domain/machines.ts'
import { formatAmount } from '../domain/money.ts'
import { moveState } from '../events/move.ts'
import type { MatchMade, Movement } from './movements.ts'
import { settleItem } from './settle-item.ts'

const actor = { kind: 'job', id: 'reconcile' } as const

/** The moves that a booked entry proves, from wherever our books still are. */
const wayToSettled: Partial<Record<PaymentState, readonly PaymentState[]>> = {
  awaiting_sca: ['executed', 'settled'],
  awaiting_bank_approval: ['executed', 'settled'],
  partially_authorised: ['executed', 'settled'],
  accepted: ['settled'],
  scheduled: ['settled'],
  executed: ['settled'],
  unknown: ['accepted', 'settled'],
}

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
  const payment = await tx.prisma.payment.findFirst({
    where: { clientId: tx.clientId, accountId, endToEndId: movement.endToEndId, settledEntryId: null },
  })
  if (!payment || payment.amountMinor !== -movement.amountMinor || payment.currency !== movement.currency)
    return null
  const way = wayToSettled[payment.state as PaymentState]
  if (!way) return null
  let from = payment.state as PaymentState
  for (const to of way) {
    await moveState(tx, paymentMachine, payment.id, from, to, {
      actor,
      companyId: payment.companyId,
      event: 'payment.state_changed',
      data: { transactionId: movement.entryId },
    })
    from = to
  }
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { settledEntryId: movement.entryId } })
  const item = payment.openItemId
    ? await tx.prisma.openItem.findUnique({ where: { id: payment.openItemId } })
    : null
  if (item && item.remainingMinor > 0n) await settleItem(tx, item, movement.amountMinor)
  return {
    movement,
    openItemId: payment.openItemId,
    paymentId: payment.id,
    amountMinor: payment.amountMinor,
    rule: 'end_to_end_id',
    explanation: {
      why: 'The end-to-end id and the amount of the transaction are those of the payment.',
      endToEndId: movement.endToEndId,
      bookingDate: movement.bookingDate,
      paid: formatAmount({ minor: payment.amountMinor, currency: movement.currency }),
    },
  }
}
