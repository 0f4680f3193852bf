import type { Prisma, Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'

/** Who acts: an API key, a person on our pages, a worker, or the operator's command line. */
export type Actor =
  | { readonly kind: 'api_key'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'job'; readonly id: string }
  | { readonly kind: 'operator'; readonly id: string }

export function actorName(actor: Actor): string {
  return `${actor.kind}:${actor.id}`
}

export type AuditFact = {
  readonly actor: Actor
  /** Resource and verb: `agreement.send`, `payment.approve`. */
  readonly action: string
  readonly resourceType: string
  readonly resourceId: string
  readonly companyId: string | null
  readonly requestId?: string
  /** Ids, states and hashes only: an audit row outlives the person it speaks of. */
  readonly data?: Prisma.InputJsonObject
}

/** Writes who did what, in the transaction of the deed. Sealed into the client's chain afterwards. */
export async function recordAudit(tx: Tx, fact: AuditFact): Promise<void> {
  const { actor, action, resourceType, resourceId, companyId, requestId, data } = fact
  await tx.sql.query(
    `with noted as (
       insert into audit_entry (id, client_id, company_id, actor, action, resource_type, resource_id, request_id, data, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)
     )
     insert into audit_outbox (audit_id, client_id) values ($1, $2)`,
    [
      ...[newId('audit', tx.now), tx.clientId, companyId, actorName(actor), action, resourceType, resourceId],
      ...[requestId ?? null, JSON.stringify(data ?? {}), tx.now],
    ],
  )
}
