import type { Tx } from './db.ts'
import { newId } from './domain/ids.ts'

/** Kinds of work that wait for their time. The job of the same name in `jobs/` does it. */
export const dueKinds = [
  'message-send',
  'signing-complete',
  'consent-check',
  'accounts-discover',
  'statements-sync',
  'route-twin',
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
  await tx.sql.query(
    `insert into due_work (id, client_id, company_id, kind, subject_id, due_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (client_id, kind, subject_id) do update set due_at = least(due_work.due_at, excluded.due_at)`,
    [newId('due', tx.now), tx.clientId, work.companyId, work.kind, work.subjectId, work.dueAt, tx.now],
  )
}

/** `schedule` for many subjects of one kind, in one statement. */
export async function scheduleMany(
  tx: Tx,
  kind: DueKind,
  subjects: readonly { readonly id: string; readonly companyId: string | null }[],
  dueAt: Date,
): Promise<void> {
  if (subjects.length === 0) return
  // Two that schedule the same subjects take their rows in one order.
  const ordered = subjects.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  await tx.sql.query(
    `insert into due_work (id, client_id, company_id, kind, subject_id, due_at, created_at)
     select id, $1, company_id, $2, subject_id, $3, $4
     from unnest($5::text[], $6::text[], $7::text[]) as s (id, company_id, subject_id)
     on conflict (client_id, kind, subject_id) do update set due_at = least(due_work.due_at, excluded.due_at)`,
    [
      tx.clientId,
      kind,
      dueAt,
      tx.now,
      ordered.map(() => newId('due', tx.now)),
      ordered.map(({ companyId }) => companyId),
      ordered.map(({ id }) => id),
    ],
  )
}
