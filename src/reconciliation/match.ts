import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { formatAmount } from '../domain/money.ts'
import { appendEvent } from '../events/append.ts'
import { BATCH, hasNothingToMatch, type MatchMade, type Movement, unmatchedMovements } from './movements.ts'
import { settleItem } from './settle-item.ts'
import { settlePayment } from './settle-payment.ts'
import { undoStale } from './undo.ts'

/** A KID that names a customer rather than an invoice is on many items; one payment never pays more than this. */
const ITEMS_PER_MOVEMENT = 200

/**
 * Matches the booked movements of an account with payments (by end-to-end id) and open items (by KID), after undoing
 * the matches whose movement is no longer what it was. The company's
 * open items are paid from all of its accounts, so its runs go one after another: none uses a movement twice, none
 * overwrites what another took off an item. Answers how many movements found a match, and whether more wait.
 */
export async function reconcileAccount(
  tx: Tx,
  accountId: string,
): Promise<{ matched: number; more: boolean }> {
  const account = await tx.prisma.account.findUnique({ where: { id: accountId } })
  if (!account) return { matched: 0, more: false }
  const { companyId } = account
  // Whatever comes to be matched meanwhile makes this work due again: without the lock a look is enough.
  if (await hasNothingToMatch(tx, account)) return { matched: 0, more: false }
  // The weaker lock: rows that name the company can be written meanwhile.
  await tx.prisma.$queryRaw`select id from company where id = ${companyId} for no key update`
  await undoStale(tx, account)
  const movements = await unmatchedMovements(tx, account)
  let matched = 0
  for (const movement of movements) {
    const settled = await settlePayment(tx, accountId, movement)
    const made = settled ? [settled] : await matchByKid(tx, companyId, movement)
    for (const match of made) await keepMatch(tx, companyId, match)
    if (made.length > 0) matched += 1
  }
  return { matched, more: movements.length === BATCH && matched > 0 }
}

/** The open items with this KID, those due first before the others, for as much as is left of each. */
async function matchByKid(tx: Tx, companyId: string, movement: Movement): Promise<MatchMade[]> {
  if (!movement.kid) return []
  const items = await tx.prisma.openItem.findMany({
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
    take: ITEMS_PER_MOVEMENT,
  })
  const paid = movement.amountMinor < 0n ? -movement.amountMinor : movement.amountMinor
  const made: MatchMade[] = []
  let left = paid
  for (const [i, item] of items.entries()) {
    if (left === 0n) break
    const amountMinor = await settleItem(tx, item, left)
    left -= amountMinor
    // Too much is told once, with the last item that could take any of it.
    const overpaid = i === items.length - 1 ? left : 0n
    made.push({
      movement,
      openItemId: item.id,
      paymentId: null,
      amountMinor,
      rule: 'kid',
      explanation: explainKid(movement, paid, overpaid),
    })
  }
  return made
}

function explainKid(movement: Movement, paid: bigint, overpaid: bigint): MatchMade['explanation'] {
  const { kid, bookingDate, currency } = movement
  return {
    why: 'The KID of the transaction is the KID of the open item.',
    kid,
    bookingDate,
    bookedAs: movement.amountMinor < 0n ? 'debit' : 'credit',
    paid: formatAmount({ minor: paid, currency }),
    overpaid: formatAmount({ minor: overpaid, currency }),
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
