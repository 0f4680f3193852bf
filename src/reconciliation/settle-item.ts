import type { Tx } from '../db.ts'
import { openItemMachine } from '../domain/machines.ts'
import { moveState } from '../events/move.ts'
import type { OpenItemRow } from './open-items.ts'

const actor = { kind: 'job', id: 'reconcile' } as const

/** Gives back what a match had taken off an item. What was credited or written off since stays so. */
export async function reopenItem(tx: Tx, itemId: string, used: bigint): Promise<void> {
  await tx.prisma.$queryRaw`select id from open_item where id = ${itemId} for no key update`
  const item = await tx.prisma.openItem.findUniqueOrThrow({ where: { id: itemId } })
  const from = item.state
  if (used === 0n || (from !== 'settled' && from !== 'partially_settled')) return
  const sum = item.remainingMinor + used
  const remainingMinor = sum < item.amountMinor ? sum : item.amountMinor
  const to = remainingMinor === item.amountMinor ? 'open' : 'partially_settled'
  await tx.prisma.openItem.update({ where: { id: itemId }, data: { remainingMinor } })
  if (from === to) return
  await moveState(tx, openItemMachine, itemId, from, to, {
    actor,
    companyId: item.companyId,
    event: 'open_item.state_changed',
  })
}

/** Takes an amount (without sign) off an open item; answers how much of it was used. */
export async function settleItem(tx: Tx, item: OpenItemRow, paid: bigint): Promise<bigint> {
  const used = paid < item.remainingMinor ? paid : item.remainingMinor
  const remainingMinor = item.remainingMinor - used
  const from = item.state === 'partially_settled' ? 'partially_settled' : 'open'
  const to = remainingMinor === 0n ? 'settled' : 'partially_settled'
  await tx.prisma.openItem.update({ where: { id: item.id }, data: { remainingMinor } })
  if (from !== to) {
    await moveState(tx, openItemMachine, item.id, from, to, {
      actor,
      companyId: item.companyId,
      event: 'open_item.state_changed',
    })
  }
  return used
}
