import type { Tx } from '../db.ts'
import { formatAmount, type Money } from '../domain/money.ts'
import { Problem } from '../domain/problems.ts'

/** States of payments that no money leaves by any more, or that have been taken off their item already. */
const over = ['declined', 'cancelled', 'rejected', 'abandoned', 'sca_failed', 'settled', 'returned']

/**
 * Holds the open item that a payment is to pay until the transaction ends, so that two payments made at once see each
 * other. It has to be a payable with enough left after the payments that are on their way.
 * @throws Problem `reference_unknown`, `open_item_not_payable`.
 */
export async function holdItem(
  tx: Tx,
  companyId: string,
  itemId: string,
  { minor, currency }: Money,
): Promise<void> {
  await tx.prisma.$queryRaw`select id from open_item where id = ${itemId} for no key update`
  const item = await tx.prisma.openItem.findFirst({ where: { clientId: tx.clientId, id: itemId, companyId } })
  if (!item) throw new Problem('reference_unknown', `There is no open item ${itemId} in this company.`)
  const refuse = (detail: string) => new Problem('open_item_not_payable', detail)
  if (item.direction !== 'payable') throw refuse(`${itemId} is a receivable: others pay it.`)
  if (item.state !== 'open' && item.state !== 'partially_settled') throw refuse(`${itemId} is ${item.state}.`)
  if (item.currency !== currency) throw refuse(`${itemId} is in ${item.currency}.`)
  const { _sum } = await tx.prisma.payment.aggregate({
    where: { clientId: tx.clientId, openItemId: itemId, state: { notIn: over } },
    _sum: { amountMinor: true },
  })
  const left = item.remainingMinor - (_sum.amountMinor ?? 0n)
  if (minor <= left) return
  const amount = formatAmount({ minor: left > 0n ? left : 0n, currency })
  throw refuse(`${amount} ${currency} of ${itemId} is left besides the payments that are on their way.`)
}
