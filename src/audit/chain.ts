import type { Prisma } from '../db.ts'
import { sha256 } from '../vault.ts'

/** An audit entry as it goes into the chain: every column of the row. */
export type ChainedEntry = {
  readonly id: string
  readonly clientId: string
  readonly companyId: string | null
  readonly actor: string
  readonly action: string
  readonly resourceType: string
  readonly resourceId: string
  readonly requestId: string | null
  readonly data: Prisma.JsonValue
  readonly at: Date
}

type Json = Prisma.JsonValue | Date | undefined | { readonly [key: string]: Json }

/**
 * JSON with one spelling: members sorted by name, no spaces, dates as ISO text. Equal values give equal text,
 * whatever order a database keeps them in (in the manner of RFC 8785).
 */
export function canonicalJson(value: Json): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member as Json)}`).join(',')}}`
}

/** Before the first link; the client's id keeps one client's chain from being passed off as another's. */
export function genesis(clientId: string): string {
  return sha256(`kontobro audit chain of ${clientId}`)
}

/** The next link: SHA-256 over the hash before (hex) and the canonical JSON of the entry. */
export function link(previousHash: string, entry: ChainedEntry): string {
  return sha256(previousHash + canonicalJson(entry))
}
