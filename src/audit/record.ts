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
  const id = newId('audit', tx.now)
  await tx.prisma.auditEntry.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: fact.companyId,
      actor: actorName(fact.actor),
      action: fact.action,
      resourceType: fact.resourceType,
      resourceId: fact.resourceId,
      requestId: fact.requestId ?? null,
      data: fact.data ?? {},
      at: tx.now,
    },
  })
  await tx.prisma.auditOutbox.create({ data: { auditId: id, clientId: tx.clientId } })
}
