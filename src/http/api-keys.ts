import type { Actor } from '../audit/record.ts'
import { recordAudit } from '../audit/record.ts'
import type { Db, Tx } from '../db.ts'
import { newId, newSecret } from '../domain/ids.ts'
import { Problem } from '../domain/problems.ts'
import type { Ground } from '../ground.ts'
import { sha256 } from '../vault.ts'
import { type Caller, type Scope, scopes } from './define-route.ts'

type Kind = Ground['kind']

const markByKind = { sandbox: 'kb_test_', live: 'kb_live_' } as const satisfies Record<Kind, string>
const keyShape = /^Bearer (kb_(?:test|live)_[\w-]{32})$/

export type NewApiKey = { readonly name: string; readonly scopes: readonly Scope[]; readonly actor: Actor }

/**
 * Makes an API key for the transaction's client. `secret` is what the client sends; it is told here and never again,
 * since only its SHA-256 is kept (192 random bits need no slow hash).
 */
export async function createApiKey(tx: Tx, kind: Kind, key: NewApiKey, requestId?: string) {
  const secret = `${markByKind[kind]}${newSecret()}`
  const row = await tx.prisma.apiKey.create({
    data: {
      id: newId('apiKey', tx.now),
      clientId: tx.clientId,
      name: key.name,
      hash: sha256(secret),
      hint: secret.slice(-4),
      scopes: scopes.filter((scope) => key.scopes.includes(scope)),
      createdAt: tx.now,
      revokedAt: null,
    },
  })
  await recordAudit(tx, {
    actor: key.actor,
    action: 'api_key.create',
    resourceType: 'api_key',
    resourceId: row.id,
    companyId: null,
    ...(requestId === undefined ? {} : { requestId }),
    data: { scopes: row.scopes },
  })
  return { row, secret }
}

/**
 * Who sends this `Authorization` header. The secret is looked up by its hash, so the time it takes tells nothing
 * of a secret that is not known whole.
 * @throws Problem `unauthorized`, with the same words for a missing, wrong, revoked or other kind's key.
 */
export async function authenticate(db: Db, kind: Kind, header: string | undefined): Promise<Caller> {
  const secret = keyShape.exec(header ?? '')?.[1]
  if (!secret?.startsWith(markByKind[kind])) throw unauthorized()
  const [found] = await db.lookup<{ id: string; client_id: string; scopes: string[] }>(
    'select id, client_id, scopes from find_api_key($1)',
    [sha256(secret)],
  )
  if (!found) throw unauthorized()
  return {
    clientId: found.client_id,
    keyId: found.id,
    scopes: scopes.filter((scope) => found.scopes.includes(scope)),
    actor: { kind: 'api_key', id: found.id },
  }
}

function unauthorized(): Problem {
  return new Problem('unauthorized', 'Send a valid API key: Authorization: Bearer kb_…')
}

/** `admin` covers `write`, and `write` covers `read`. */
export function mayUse(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => scopes.indexOf(scope) >= scopes.indexOf(needed))
}
