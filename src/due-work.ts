import type { Tx } from './db.ts'
import { newId } from './domain/ids.ts'

/** Kinds of work that wait for their time. The job of the same name in `jobs/` does it. */
export const dueKinds = [
  'message-send',
  'signing-complete',
  'consent-check',
  'accounts-discover',
  'statements-sync',
  'reconcile',
  'payment-status',
  'webhook-deliver',
  'expiry',
] as const
export type DueKind = (typeof dueKinds)[number]

/**
 * Makes one piece of work due, in the transaction of the change that calls for it. One row per kind and subject:
 * asking again moves it earlier, never later, and never makes it double.
 */
export async function schedule(
  tx: Tx,
  work: { kind: DueKind; subjectId: string; companyId: string | null; dueAt: Date },
): Promise<void> {
  await tx.prisma.$executeRaw`
    insert into due_work (id, client_id, company_id, kind, subject_id, due_at, created_at)
    values (${newId('due', tx.now)}, ${tx.clientId}, ${work.companyId}, ${work.kind}, ${work.subjectId}, ${work.dueAt}, ${tx.now})
    on conflict (client_id, kind, subject_id) do update set due_at = least(due_work.due_at, excluded.due_at)`
}
