import type { Manifest } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { ReadBalance } from './balances.ts'
import { type Counted, twoLeft } from './call-budget.ts'

/**
 * Which balance reads a sync makes. Where closing balances are stated, one is enough. Elsewhere a balance proves
 * something only if it is equal before and after the rows were read; a bank allows few unattended reads a day, so that
 * pair is read once a day, and the others have one; where one read is left, it is the one after the rows.
 */
export async function balancePlan(
  tx: Tx,
  sync: {
    readonly account: { readonly id: string }
    readonly job: { readonly pages: number }
    readonly attended: boolean
    readonly manifest: Manifest
    readonly counted: Omit<Counted, 'endpoint'>
  },
): Promise<{ before: boolean; after: boolean }> {
  // Read again after a crash, a balance from before the crash says nothing about now.
  if (sync.manifest.statesClosingBalances || sync.job.pages > 0) return { before: false, after: true }
  if (sync.attended) return { before: true, after: true }
  const latest = await tx.prisma.balance.findFirst({
    where: { clientId: tx.clientId, accountId: sync.account.id, steady: true },
    orderBy: { readAt: 'desc' },
  })
  const hasToday = latest !== null && osloDate(latest.readAt) === osloDate(tx.now)
  if (hasToday) return { before: false, after: true }
  return { before: await twoLeft(tx, { ...sync.counted, endpoint: 'balances' }), after: true }
}

/**
 * What is kept of the balances read before, after and with the rows. The interim booked balance is an anchor when
 * nothing was booked meanwhile, as far as it tells.
 */
export function steadily(
  before: readonly StatedBalance[] | null,
  after: readonly StatedBalance[] | null,
  withRows: readonly StatedBalance[],
): ReadBalance[] {
  const kept = after ?? before ?? []
  const isStated = (balance: StatedBalance) =>
    kept.some((one) => one.code === balance.code && one.date === balance.date)
  const same = (one: StatedBalance, other: StatedBalance) =>
    one.type === other.type &&
    one.amount.minor === other.amount.minor &&
    one.amount.currency === other.amount.currency
  return [...kept, ...withRows.filter((balance) => !isStated(balance))].map((balance) => {
    const steady =
      balance.type === 'interimBooked' &&
      before !== null &&
      after !== null &&
      before.some((earlier) => same(earlier, balance)) &&
      after.some((later) => same(later, balance))
    return steady ? { ...balance, steady } : balance
  })
}
