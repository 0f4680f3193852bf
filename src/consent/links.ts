import type { Db, Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId, newSecret } from '../domain/ids.ts'
import { sha256 } from '../vault.ts'

/** What a hosted page is for. */
export type LinkPurpose = 'sign' | 'consent' | 'approve'

export type Link = {
  readonly id: string
  readonly clientId: string
  readonly companyId: string
  readonly userId: string
  readonly purpose: LinkPurpose
  readonly subjectId: string
  readonly expiresAt: Date
  readonly closedAt: Date | null
}

const LIFE_MS = 14 * 86_400_000

/** Makes a link for one person and one purpose. The secret is answered once; only its hash is kept. */
export async function createLink(
  tx: Tx,
  link: { companyId: string; userId: string; purpose: LinkPurpose; subjectId: string },
): Promise<{ secret: string; expiresAt: Date }> {
  const secret = newSecret()
  const expiresAt = after(tx.now, LIFE_MS)
  await tx.prisma.link.create({
    data: {
      id: newId('link', tx.now),
      clientId: tx.clientId,
      ...link,
      hash: sha256(secret),
      createdAt: tx.now,
      expiresAt,
    },
  })
  return { secret, expiresAt }
}

/** Address of the hosted page behind a link. */
export function linkUrl(publicUrl: string, secret: string): string {
  return `${publicUrl}/l/${secret}`
}

/** The link behind a secret, or null: a wrong, an expired and a closed link look the same to a stranger. */
export async function findLink(db: Db, secret: string): Promise<Link | null> {
  const [found] = await db.lookup<{ id: string; client_id: string }>(
    'select id, client_id from find_link($1)',
    [sha256(secret)],
  )
  if (!found) return null
  return db.forClient(found.client_id, async (tx) => {
    const row = await tx.prisma.link.findUniqueOrThrow({ where: { id: found.id } })
    if (row.expiresAt <= tx.now) return null
    return { ...row, purpose: row.purpose as LinkPurpose }
  })
}

/** A closed link still shows how things went, but nothing can be done with it any more. */
export async function closeLinks(tx: Tx, subjectId: string, userId?: string): Promise<void> {
  await tx.prisma.link.updateMany({
    where: { clientId: tx.clientId, subjectId, closedAt: null, ...(userId ? { userId } : {}) },
    data: { closedAt: tx.now },
  })
}
