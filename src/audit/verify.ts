import type { Tx } from '../db.ts'
import { type ChainedEntry, genesis, link } from './chain.ts'
import type { AuditHead, AuditSigner } from './head.ts'
import { entryColumns } from './seal.ts'

/** What is wrong with a chain, and where. */
export type ChainFault = {
  readonly kind:
    | 'entry_changed'
    | 'entry_missing'
    | 'position_missing'
    | 'entry_outside'
    | 'signature_wrong'
    | 'head_differs'
    | 'head_beyond'
    | 'end_unsigned'
  readonly position: bigint | null
  readonly detail: string
}

export type ChainReport = {
  readonly clientId: string
  /** Entries in the chain. */
  readonly length: bigint
  /** Hash at its end, as computed from the entries. */
  readonly hash: string
  /** The first hundred. */
  readonly faults: readonly ChainFault[]
}

type Sealed = Omit<ChainedEntry, 'id'> & {
  id: string | null
  position: string
  auditId: string
  hash: string
}

const pageSize = 2000
const mostFaults = 100

/**
 * Walks a client's chain from its first entry and compares what is stored with what follows from the entries.
 * `kept` are signed heads that were kept outside this database: whoever owns the database can rebuild everything in
 * it, and with the key sign it too, but not the heads that somebody else has.
 */
export async function verifyChain(
  tx: Tx,
  signer: AuditSigner,
  kept: readonly AuditHead[] = [],
): Promise<ChainReport> {
  const faults: ChainFault[] = []
  const report = (kind: ChainFault['kind'], position: bigint | null, detail: string) => {
    if (faults.length < mostFaults) faults.push({ kind, position, detail })
  }
  const { end, stored } = await readHeads(tx)
  const wanted = new Set([...stored, ...kept].map((head) => head.position))
  const { length, hash, hashes } = await walk(tx, end, wanted, report)
  const own = kept.filter((head) => head.clientId === tx.clientId)
  for (const [heads, whose] of [
    [stored, 'stored'],
    [own, 'kept'],
  ] as const) {
    for (const head of heads) checkHead(head, whose, { length, hashes, signer, report })
  }
  if (length > 0n && !stored.some((head) => head.position === length)) {
    report('end_unsigned', length, 'no signed head stands at the end of the chain')
  }
  await findOutside(tx, report)
  return { clientId: tx.clientId, length, hash, faults }
}

/** Heads and the end of the chain in one statement: sealing goes on meanwhile, and the two belong together. */
async function readHeads(tx: Tx): Promise<{ end: bigint; stored: AuditHead[] }> {
  const rows = await tx.prisma.$queryRaw<
    { end: bigint; position: bigint | null; hash: string; keyId: string; signature: string; signedAt: Date }[]
  >`
    select e."end", h.position, h.hash, h.key_id as "keyId", h.signature, h.signed_at as "signedAt"
    from (select coalesce(max(position), 0) as "end" from audit_seal) e left join audit_head h on true
    order by h.position`
  const stored = rows.flatMap(({ end: _end, position, ...head }) =>
    position === null
      ? []
      : [{ ...head, clientId: tx.clientId, position, signedAt: head.signedAt.toISOString() }],
  )
  return { end: rows[0]?.end ?? 0n, stored }
}

type Report = (kind: ChainFault['kind'], position: bigint | null, detail: string) => void

async function walk(tx: Tx, end: bigint, wanted: ReadonlySet<bigint>, report: Report) {
  const hashes = new Map<bigint, string>()
  let position = 0n
  let hash = genesis(tx.clientId)
  for (;;) {
    const page = await tx.sql.query<Sealed>(
      `select s.position, s.audit_id as "auditId", s.hash, ${entryColumns}
       from audit_seal s left join audit_entry a on a.id = s.audit_id
       where s.position > $1 and s.position <= $2 order by s.position limit $3`,
      [position.toString(), end.toString(), pageSize],
    )
    for (const { position: at, auditId, hash: stated, ...entry } of page.rows) {
      if (BigInt(at) !== position + 1n) {
        report('position_missing', position + 1n, `the chain goes on at ${at} after ${position}`)
      }
      position = BigInt(at)
      if (entry.id === null) report('entry_missing', position, `the entry ${auditId} is gone`)
      else if (link(hash, { ...entry, id: entry.id }) !== stated) {
        report('entry_changed', position, `the entry ${auditId} is not what was sealed`)
      }
      // Going on from what is stated names the place of each change; a rebuilt chain is found by its heads.
      hash = stated
      if (wanted.has(position)) hashes.set(position, hash)
    }
    if (page.rows.length < pageSize) return { length: position, hash, hashes }
  }
}

function checkHead(
  head: AuditHead,
  whose: 'stored' | 'kept',
  chain: { length: bigint; hashes: ReadonlyMap<bigint, string>; signer: AuditSigner; report: Report },
): void {
  const { position } = head
  if (!chain.signer.verifies(head)) {
    chain.report(
      'signature_wrong',
      position,
      `the ${whose} head was not signed with key ${chain.signer.keyId}`,
    )
  }
  if (position > chain.length) {
    chain.report(
      'head_beyond',
      position,
      `the ${whose} head says ${position} entries, there are ${chain.length}`,
    )
  } else if (chain.hashes.get(position) !== head.hash) {
    chain.report('head_differs', position, `the chain is not the one that the ${whose} head was signed for`)
  }
}

/** Entries that nobody sealed and that do not wait to be: slipped in, or taken out of the chain. */
async function findOutside(tx: Tx, report: Report): Promise<void> {
  const outside = await tx.sql.query<{ id: string }>(
    `select a.id from audit_entry a
     where not exists (select from audit_seal s where s.audit_id = a.id)
       and not exists (select from audit_outbox o where o.audit_id = a.id)
     order by a.id limit $1`,
    [mostFaults],
  )
  for (const { id } of outside.rows) report('entry_outside', null, `the entry ${id} was never sealed`)
}

/** The newest signed head of a client's chain: to be kept somewhere else. */
export async function latestHead(tx: Tx): Promise<AuditHead | null> {
  const head = await tx.prisma.auditHead.findFirst({ orderBy: { position: 'desc' } })
  return head && { ...head, signedAt: head.signedAt.toISOString() }
}
