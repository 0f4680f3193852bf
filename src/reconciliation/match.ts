import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { formatAmount } from '../domain/money.ts'
import { appendEvent } from '../events/append.ts'
import { BATCH, type MatchMade, type Movement, unmatchedMovements } from './movements.ts'
import { settleItem } from './settle-item.ts'
import { settlePayment } from './settle-payment.ts'

/**
 * Matches the booked movements of an account with payments (by end-to-end id) and open items (by KID). The account is
 * locked, so that two runs never use one movement twice. Answers how many matches were made, and whether more wait.
 */
export async function reconcileAccount(
  tx: Tx,
  accountId: string,
): Promise<{ matched: number; more: boolean }> {
  const [account] = await tx.prisma.$queryRaw<{ company_id: string }[]>`
    select company_id from account where id = ${accountId} for update`
  if (!account) return { matched: 0, more: false }
  const movements = await unmatchedMovements(tx, accountId)
  let matched = 0
  for (const movement of movements) {
    const settled = await settlePayment(tx, accountId, movement)
    const made = settled ?? (await matchByKid(tx, account.company_id, movement))
    if (!made) continue
    await keepMatch(tx, account.company_id, made)
    matched += 1
  }
  return { matched, more: movements.length === BATCH && matched > 0 }
}

/** The oldest open item with this KID, for as much as is left of it. */
async function matchByKid(tx: Tx, companyId: string, movement: Movement): Promise<MatchMade | null> {
  if (!movement.kid) return null
  const item = await tx.prisma.openItem.findFirst({
    where: {
      clientId: tx.clientId,
      companyId,
      kid: movement.kid,
      currency: movement.currency,
      direction: movement.amountMinor > 0n ? 'receivable' : 'payable',
      remainingMinor: { gt: 0n },
      state: { in: ['open', 'partially_settled'] },
    },
    orderBy: [{ dueDate: 'asc' }, { id: 'asc' }],
  })
  if (!item) return null
  const amountMinor = await settleItem(tx, item, movement.amountMinor)
  const paid = movement.amountMinor < 0n ? -movement.amountMinor : movement.amountMinor
  return {
    movement,
    openItemId: item.id,
    paymentId: null,
    amountMinor,
    rule: 'kid',
    explanation: {
      why: 'The KID of the transaction is the KID of the open item.',
      kid: movement.kid,
      bookingDate: movement.bookingDate,
      paid: formatAmount({ minor: paid, currency: movement.currency }),
      overpaid: formatAmount({ minor: paid - amountMinor, currency: movement.currency }),
    },
  }
}

async function keepMatch(tx: Tx, companyId: string, made: MatchMade): Promise<void> {
  const id = newId('match', tx.now)
  const { movement } = made
  await tx.prisma.match.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId,
      entryId: movement.entryId,
      detailId: movement.detailId,
      openItemId: made.openItemId,
      paymentId: made.paymentId,
      amountMinor: made.amountMinor,
      currency: movement.currency,
      rule: made.rule,
      explanation: made.explanation,
      createdAt: tx.now,
    },
  })
  await appendEvent(tx, {
    type: 'match.created',
    resourceType: 'match',
    resourceId: id,
    companyId,
    data: {
      transactionId: movement.entryId,
      openItemId: made.openItemId,
      paymentId: made.paymentId,
      rule: made.rule,
    },
  })
}
