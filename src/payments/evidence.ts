import type { Manifest } from '../connectors/connector.ts'
import type { Prisma, Tx } from '../db.ts'
import { sourcesOf } from '../domain/machine.ts'
import { type PaymentState, paymentMachine } from '../domain/machines.ts'
import { appendEvent } from '../events/append.ts'
import type { PaymentRow } from './snapshot.ts'

/** States of a payment in which a booked entry with its end-to-end id and amount is its own: all after the approval. */
export const settleable: readonly PaymentState[] = [...sourcesOf(paymentMachine, 'settled'), 'cancelled']

/** Of these the bank or a person had said that nothing would come. */
export const unexpected: readonly PaymentState[] = [
  'approved',
  'abandoned',
  'sca_failed',
  'not_received',
  'rejected',
  'cancelled',
]

/**
 * Is an order that we know nothing more of harmless? Only where no money moves before the person has been on the page
 * that our answer leads to: elsewhere the bank may exempt it, ask in its own app, or execute it by itself.
 */
export function needsOurPage({ approval, scaAlways }: Pick<Manifest, 'approval' | 'scaAlways'>): boolean {
  return approval === 'psd2_sca' && scaAlways
}

/** Does the account show an entry, booked or pending, with the end-to-end id of this payment? */
export async function isOnTheAccount(tx: Tx, payment: PaymentRow): Promise<boolean> {
  const { rows } = await tx.sql.query(
    `select from entry e
      where e.client_id = $1 and e.account_id = $2 and e.state <> 'removed' and e.end_to_end_id = $4
      union all
     select from entry_detail d join entry e on e.client_id = d.client_id and e.id = d.entry_id
      where d.client_id = $1 and d.company_id = $3 and d.end_to_end_id = $4
        and e.account_id = $2 and e.state <> 'removed' limit 1`,
    [tx.clientId, payment.accountId, payment.companyId, payment.endToEndId],
  )
  return rows.length > 0
}

/** Why a person has to look at a payment. */
export type Attention =
  /** It has rested for longer than it should. */
  | 'stuck'
  /** Nobody asks for it any more. */
  | 'not_followed'
  /** The bank has more than one order for it, and has accepted two. */
  | 'accepted_twice'
  /** The bank has an order of an attempt that was given up, and another attempt was made since. */
  | 'late_answer'
  /** The account shows it although the bank or a person had said no. */
  | 'booked_unexpectedly'
  /** The booked entry that settled it was taken back or has changed. */
  | 'settlement_undone'

/** Tells people, in the feed, that a payment needs them. The same facts are told once. */
export async function askAttention(
  tx: Tx,
  payment: Pick<PaymentRow, 'id' | 'companyId' | 'state'>,
  reason: Attention,
  data: Prisma.InputJsonObject = {},
): Promise<void> {
  const said = await tx.prisma.event.findMany({
    where: { clientId: tx.clientId, resourceId: payment.id, type: 'payment.attention' },
    select: { data: true },
    take: 100,
  })
  const facts = { reason, state: payment.state, ...data }
  if (said.some((event) => isSame(event.data, facts))) return
  await appendEvent(tx, {
    type: 'payment.attention',
    resourceType: 'payment',
    resourceId: payment.id,
    companyId: payment.companyId,
    data: facts,
  })
}

function isSame(said: Prisma.JsonValue, facts: Record<string, unknown>): boolean {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return false
  return Object.entries(facts).every(([key, value]) => said[key] === value)
}
