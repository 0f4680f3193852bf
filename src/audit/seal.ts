import type { Db, Tx } from '../db.ts'
import { type ChainedEntry, genesis, link } from './chain.ts'
import type { AuditHead, AuditSigner } from './head.ts'

const clientsAtOnce = 50
const entriesAtOnce = 500

/** Columns of an entry, in the shape that is chained. */
export const entryColumns = `a.id, a.client_id as "clientId", a.company_id as "companyId", a.actor, a.action,
  a.resource_type as "resourceType", a.resource_id as "resourceId", a.request_id as "requestId", a.data, a.at`

/**
 * Chains committed audit entries per client and signs the new end of each chain. Entries come in the order in
 * which they were committed and seen here, not of their time: the chain says what was there when it was sealed.
 * Several sealers may run at once.
 * @returns how many entries were sealed, and whether there are more.
 */
export async function sealAudit(db: Db, signer: AuditSigner): Promise<{ sealed: number; more: boolean }> {
  const clients = await db.lookup<{ client_id: string }>(
    'select client_id from clients_with_unsealed_audit($1)',
    [clientsAtOnce],
  )
  let sealed = 0
  let more = clients.length === clientsAtOnce
  for (const { client_id } of clients) {
    const count = await db.forClient(client_id, (tx) => sealClient(tx, signer))
    sealed += count
    if (count === entriesAtOnce) more = true
  }
  return { sealed, more }
}

async function sealClient(tx: Tx, signer: AuditSigner): Promise<number> {
  // One sealer per client; the statements after this one see what the one before committed (READ COMMITTED).
  await tx.sql.query("select pg_advisory_xact_lock(hashtextextended('audit chain ' || $1, 0))", [tx.clientId])
  const end = await chainEnd(tx)
  const entries = await takeUnsealed(tx)
  if (entries.length === 0) return 0
  let { position, hash } = end
  const seals = entries.map((entry) => {
    position += 1n
    hash = link(hash, entry)
    return { position, auditId: entry.id, hash }
  })
  await tx.sql.query(
    `insert into audit_seal (client_id, position, audit_id, hash)
     select $1, position, audit_id, hash
     from unnest($2::bigint[], $3::text[], $4::text[]) as s (position, audit_id, hash)`,
    [
      tx.clientId,
      seals.map((seal) => seal.position.toString()),
      seals.map((seal) => seal.auditId),
      seals.map((seal) => seal.hash),
    ],
  )
  await storeHead(tx, signer.sign({ clientId: tx.clientId, position, hash, signedAt: tx.now.toISOString() }))
  return entries.length
}

/** Where the client's chain ends: position 0 and the genesis hash before the first entry. */
async function chainEnd(tx: Tx): Promise<{ position: bigint; hash: string }> {
  const last = await tx.prisma.auditSeal.findFirst({
    where: { clientId: tx.clientId },
    orderBy: { position: 'desc' },
  })
  return last ?? { position: 0n, hash: genesis(tx.clientId) }
}

async function takeUnsealed(tx: Tx): Promise<ChainedEntry[]> {
  const taken = await tx.sql.query<ChainedEntry>(
    `with gone as (
       delete from audit_outbox where audit_id in (select audit_id from audit_outbox order by audit_id limit $1)
       returning audit_id
     )
     select ${entryColumns} from audit_entry a join gone on gone.audit_id = a.id order by a.id`,
    [entriesAtOnce],
  )
  return taken.rows
}

async function storeHead(tx: Tx, head: AuditHead): Promise<void> {
  await tx.prisma.auditHead.create({ data: { ...head, signedAt: new Date(head.signedAt) } })
}
