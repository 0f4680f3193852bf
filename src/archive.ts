import type { Tx } from './db.ts'
import { after } from './domain/clock.ts'
import { newId } from './domain/ids.ts'
import { sha256, type Vault } from './vault.ts'

/** Raw input is destroyed after 13 months (`jobs/sweep.ts`); documents and evidence stay. */
const RAW_KEPT_MS = 396 * 86_400_000

export type ArchiveInput = {
  readonly companyId: string | null
  readonly kind: 'agreement' | 'signed_agreement' | 'register_snapshot' | 'statement_file' | 'bank_answer'
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** Keeps bytes encrypted under a key of their own, so that destroying the key erases just them. Answers the id. */
export async function archive(tx: Tx, vault: Vault, input: ArchiveInput): Promise<string> {
  const id = newId('archive', tx.now)
  const raw = input.kind === 'statement_file' || input.kind === 'bank_answer'
  const sealed = await vault.sealBytes(
    tx,
    { kind: 'file', companyId: input.companyId, archiveId: id },
    input.bytes,
  )
  // By itself, since Prisma passes bytes on as text.
  await tx.sql.query(
    `insert into archive (id, client_id, company_id, kind, media_type, sha256, size, bytes, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[id, tx.clientId, input.companyId, input.kind, input.mediaType, sha256(input.bytes)],
      ...[input.bytes.length, sealed, tx.now, raw ? after(tx.now, RAW_KEPT_MS) : null],
    ],
  )
  return id
}

/** The bytes as they came in. */
export async function unarchive(tx: Tx, vault: Vault, id: string): Promise<Buffer> {
  const row = await tx.prisma.archive.findUniqueOrThrow({ where: { id } })
  return vault.openBytes(tx, row.bytes)
}
