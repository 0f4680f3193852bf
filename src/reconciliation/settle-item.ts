import type { Tx } from '../db.ts'
import { openItemMachine } from '../domain/machines.ts'
import { moveState } from '../events/move.ts'
import type { OpenItemRow } from './open-items.ts'

const actor = { kind: 'job', id: 'reconcile' } as const

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
