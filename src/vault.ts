import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto'
import type { Tx } from './db.ts'
import { newId } from './domain/ids.ts'

/** Whose key: destroying a key erases everything that was sealed for that subject. */
export type Subject =
  | { readonly kind: 'client' }
  | { readonly kind: 'company'; readonly companyId: string }
  | { readonly kind: 'person'; readonly companyId: string; readonly userId: string }
  | { readonly kind: 'file'; readonly companyId: string | null; readonly archiveId: string }

/** Encryption of what must not be readable in the database: AES-256-GCM, a data key per subject (DESIGN 9). */
export type Vault = {
  sealBytes(tx: Tx, subject: Subject, plain: Uint8Array): Promise<Buffer>
  openBytes(tx: Tx, sealed: Uint8Array): Promise<Buffer>
  /** Text in, `v1.…` text out. */
  seal(tx: Tx, subject: Subject, plain: string): Promise<string>
  open(tx: Tx, sealed: string): Promise<string>
  /** Keyed hash for looking up what may not be stored readable. `purpose` keeps equal values apart. */
  keyedHash(purpose: string, value: string): string
}

export class KeyDestroyed extends Error {}

const IV_BYTES = 12
const TAG_BYTES = 16

/** Bytes encrypted at a time: what is sealed may be a whole file, and stands in memory once. */
const pieceBytes = 1_048_576

/** `head`, then IV, tag and the sealed bytes. */
function encrypt(
  key: Uint8Array,
  plain: Uint8Array,
  context: string,
  head: Uint8Array = new Uint8Array(),
): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  const sealed = Buffer.allocUnsafe(head.length + IV_BYTES + TAG_BYTES + plain.length)
  sealed.set(head)
  sealed.set(iv, head.length)
  let at = head.length + IV_BYTES + TAG_BYTES
  for (let from = 0; from < plain.length; from += pieceBytes) {
    at += cipher.update(plain.subarray(from, from + pieceBytes)).copy(sealed, at)
  }
  cipher.final()
  sealed.set(cipher.getAuthTag(), head.length + IV_BYTES)
  return sealed
}

function decrypt(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const iv = sealed.subarray(0, IV_BYTES)
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context)).setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
}

function subjectName(subject: Subject): string {
  if (subject.kind === 'client') return 'client'
  if (subject.kind === 'company') return `company:${subject.companyId}`
  if (subject.kind === 'person') return `person:${subject.userId}`
  return `file:${subject.archiveId}`
}

/** SHA-256 in hex, for documents, files and secrets of high entropy. */
export function sha256(value: Uint8Array | string): string {
  return hash('sha256', value)
}

/** `keyEncryptionKey` wraps data keys; `indexKey` is for keyed hashes. 32 bytes each. */
export function createVault(options: { keyEncryptionKey: Uint8Array; indexKey: Uint8Array }): Vault {
  const unwrap = (id: string, wrapped: Uint8Array | null) => {
    if (!wrapped) throw new KeyDestroyed(`the key ${id} was destroyed, what it sealed is erased`)
    return decrypt(options.keyEncryptionKey, wrapped, id)
  }
  /** A new key, unless another transaction was faster: then the insert loses quietly. */
  async function makeKey(tx: Tx, subject: Subject): Promise<{ id: string; key: Buffer } | null> {
    const id = newId('key', tx.now)
    const key = randomBytes(32)
    const companyId = subject.kind === 'client' ? null : subject.companyId
    const wrapped = encrypt(options.keyEncryptionKey, key, id)
    const made = await tx.sql.query(
      `insert into data_key (id, client_id, company_id, subject, wrapped, created_at) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [id, tx.clientId, companyId, subjectName(subject), wrapped, tx.now],
    )
    return made.rowCount === 1 ? { id, key } : null
  }
  /** The subject's key. A file is nearly always new: its key is not looked for first. */
  async function keyFor(tx: Tx, subject: Subject): Promise<{ id: string; key: Buffer }> {
    const where = { clientId_subject: { clientId: tx.clientId, subject: subjectName(subject) } }
    const found = subject.kind === 'file' ? null : await tx.prisma.dataKey.findUnique({ where })
    if (found) return { id: found.id, key: unwrap(found.id, found.wrapped) }
    const made = await makeKey(tx, subject)
    if (made) return made
    const other = await tx.prisma.dataKey.findUniqueOrThrow({ where })
    return { id: other.id, key: unwrap(other.id, other.wrapped) }
  }
  const vault: Vault = {
    async sealBytes(tx, subject, plain) {
      const { id, key } = await keyFor(tx, subject)
      const name = Buffer.from(id)
      return encrypt(key, plain, id, Buffer.concat([Buffer.from([1, name.length]), name]))
    },
    async openBytes(tx, sealed) {
      const length = sealed[1] ?? 0
      if (sealed[0] !== 1) throw new Error('not a sealed value')
      const id = Buffer.from(sealed.subarray(2, 2 + length)).toString()
      const row = await tx.prisma.dataKey.findUniqueOrThrow({ where: { id } })
      return decrypt(unwrap(row.id, row.wrapped), sealed.subarray(2 + length), id)
    },
    async seal(tx, subject, plain) {
      return `v1.${(await vault.sealBytes(tx, subject, Buffer.from(plain))).toString('base64url')}`
    },
    async open(tx, sealed) {
      if (!sealed.startsWith('v1.')) throw new Error('not a sealed value')
      return (await vault.openBytes(tx, Buffer.from(sealed.slice(3), 'base64url'))).toString()
    },
    keyedHash(purpose, value) {
      return createHmac('sha256', options.indexKey).update(`${purpose}\n${value}`).digest('hex')
    },
  }
  return vault
}
