import { recordAudit } from '../audit/record.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId, newSecret } from '../domain/ids.ts'
import type { BankIdSecrets } from '../protocols/bankid/client.ts'
import type { BankIdPerson } from '../protocols/bankid/person.ts'
import { BankIdRefused } from '../protocols/bankid/refusal.ts'
import { sameName } from '../protocols/brreg/names.ts'
import { sha256 } from '../vault.ts'
import type { Link } from './links.ts'
import type { ConsentPorts } from './ports.ts'

const LOGIN_MS = 10 * 60_000
const SESSION_MS = 30 * 60_000

/** Why a person was turned away at the door; the page has words for each. */
export type LoginRefusal = 'cancelled' | 'assurance' | 'other_person' | 'stale' | 'unavailable'
export class LoginRefused extends Error {
  readonly reason: LoginRefusal
  constructor(reason: LoginRefusal, cause?: unknown) {
    super(`log-in refused: ${reason}`, { cause })
    this.reason = reason
  }
}

export type PageSessionRow = Awaited<ReturnType<Tx['prisma']['pageSession']['findUniqueOrThrow']>>

/** Starts a BankID log-in for the person of a link. Answers where to send the browser, and the new cookie. */
export async function startLogin(
  ports: ConsentPorts,
  link: Link,
  visitor: { ipAddress: string; userAgent?: string; locale: 'nb' | 'en' },
): Promise<{ url: string; cookie: string }> {
  const started = await ports.bankId.start({ locale: visitor.locale }).catch((error: unknown) => {
    throw new LoginRefused('unavailable', error)
  })
  const cookie = newSecret()
  await ports.db.forClient(link.clientId, async (tx) => {
    const sessionId = newId('session', tx.now)
    await tx.prisma.pageSession.create({
      data: {
        id: sessionId,
        clientId: tx.clientId,
        companyId: link.companyId,
        linkId: link.id,
        userId: link.userId,
        hash: sha256(cookie),
        ipAddress: visitor.ipAddress,
        userAgent: visitor.userAgent ?? null,
        createdAt: tx.now,
        expiresAt: after(tx.now, LOGIN_MS),
      },
    })
    const secrets: BankIdSecrets = {
      state: started.state,
      nonce: started.nonce,
      codeVerifier: started.codeVerifier,
    }
    await tx.prisma.bankIdLogin.create({
      data: {
        id: newId('login', tx.now),
        clientId: tx.clientId,
        sessionId,
        stateHash: sha256(started.state),
        secrets: await ports.vault.seal(
          tx,
          { kind: 'company', companyId: link.companyId },
          JSON.stringify(secrets),
        ),
        createdAt: tx.now,
      },
    })
  })
  return { url: started.url, cookie }
}

/** The session behind a cookie, or null when there is none that is still good. */
export async function findSession(ports: ConsentPorts, cookie: string): Promise<PageSessionRow | null> {
  const sql = 'select id, client_id from find_page_session($1)'
  const [found] = await ports.db.lookup<{ id: string; client_id: string }>(sql, [sha256(cookie)])
  if (!found) return null
  return ports.db.forClient(found.client_id, async (tx) => {
    const session = await tx.prisma.pageSession.findUniqueOrThrow({ where: { id: found.id } })
    return session.expiresAt > tx.now ? session : null
  })
}

/** A log-in may be finished once: whoever marks it used goes on, a replayed callback finds it used. */
async function takeLogin(
  ports: ConsentPorts,
  tx: Tx,
  session: PageSessionRow,
  state: string,
): Promise<BankIdSecrets> {
  const login = await tx.prisma.bankIdLogin.findUnique({ where: { stateHash: sha256(state) } })
  if (!login || login.sessionId !== session.id) throw new LoginRefused('stale')
  const used = await tx.prisma.bankIdLogin.updateMany({
    where: { clientId: tx.clientId, id: login.id, usedAt: null },
    data: { usedAt: tx.now },
  })
  if (used.count === 0) throw new LoginRefused('stale')
  return JSON.parse(await ports.vault.open(tx, login.secrets))
}

/** BankID's stable id of a person, as it is kept: a keyed hash. */
export function bankidHash(ports: ConsentPorts, bankidAltsub: string): string {
  return ports.vault.keyedHash('bankid_altsub', bankidAltsub)
}

/** The first log-in binds the user to the person whose name (and birth date, when known) it is; later ones must be the same. */
async function bindPerson(
  ports: ConsentPorts,
  tx: Tx,
  userId: string,
  person: BankIdPerson,
): Promise<string> {
  const hash = bankidHash(ports, person.bankidAltsub)
  const user = await tx.prisma.user.findUniqueOrThrow({ where: { id: userId } })
  if (user.bankidHash) {
    if (user.bankidHash !== hash) throw new LoginRefused('other_person')
    return hash
  }
  const born = user.birthdate === null || user.birthdate === person.birthdate
  if (!born || !sameName(user.name, person.name)) throw new LoginRefused('other_person')
  await tx.prisma.user.update({
    where: { id: userId },
    data: { bankidHash: hash, birthdate: person.birthdate },
  })
  return hash
}

/**
 * Finishes a log-in with what the browser brought back. The session that was only waiting ends, and a new one with a
 * new cookie begins, so that a cookie planted before the log-in is worth nothing after it.
 * @throws LoginRefused.
 */
export async function finishLogin(
  ports: ConsentPorts,
  waiting: PageSessionRow,
  callbackUrl: string,
): Promise<{ cookie: string; session: PageSessionRow }> {
  const state = new URL(callbackUrl, ports.publicUrl).searchParams.get('state') ?? ''
  const secrets = await ports.db.forClient(waiting.clientId, (tx) => takeLogin(ports, tx, waiting, state))
  const person = await ports.bankId.finish(callbackUrl, secrets).catch((error: unknown) => {
    if (!(error instanceof BankIdRefused)) throw error
    const reasons: Partial<Record<string, LoginRefusal>> = {
      cancelled: 'cancelled',
      assurance: 'assurance',
      unavailable: 'unavailable',
    }
    throw new LoginRefused(reasons[error.reason] ?? 'stale', error)
  })
  const cookie = newSecret()
  const session = await ports.db.forClient(waiting.clientId, async (tx) => {
    const hash = await bindPerson(ports, tx, waiting.userId, person)
    await tx.prisma.pageSession.update({ where: { id: waiting.id }, data: { expiresAt: tx.now } })
    const fresh = await tx.prisma.pageSession.create({
      data: {
        ...waiting,
        id: newId('session', tx.now),
        hash: sha256(cookie),
        bankidHash: hash,
        acr: person.acr,
        idToken: await ports.vault.seal(
          tx,
          { kind: 'person', companyId: waiting.companyId, userId: waiting.userId },
          person.idToken,
        ),
        createdAt: tx.now,
        authenticatedAt: tx.now,
        expiresAt: after(tx.now, SESSION_MS),
      },
    })
    await recordAudit(tx, {
      actor: { kind: 'user', id: waiting.userId },
      action: 'user.log_in',
      resourceType: 'user',
      resourceId: waiting.userId,
      companyId: waiting.companyId,
      data: { acr: person.acr, session: fresh.id },
    })
    return fresh
  })
  return { cookie, session }
}
