import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Language } from '../consent/letters.ts'
import type { Link, LinkPurpose } from '../consent/links.ts'
import { findSession, type PageSessionRow } from '../consent/login.ts'
import type { ConsentPorts, PageVisitor } from '../consent/ports.ts'
import { languageOf } from './words.ts'

const COOKIE = 'kb_session'

/** A logged-in person on the page of one link. */
export type Visit = {
  readonly clientId: string
  readonly link: Link
  readonly visitor: PageVisitor
  /** Address of the page, without a slash at the end. */
  readonly path: string
  readonly language: Language
}

export function setSession(ports: ConsentPorts, reply: FastifyReply, cookie: string): void {
  reply.setCookie(COOKIE, cookie, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: ports.publicUrl.startsWith('https:'),
  })
}

export function language(request: FastifyRequest): Language {
  return languageOf(request.headers['accept-language'])
}

/** The session of the browser, logged in or on its way to it. */
export async function sessionOf(
  ports: ConsentPorts,
  request: FastifyRequest,
): Promise<PageSessionRow | null> {
  const cookie = request.cookies[COOKIE]
  return cookie ? findSession(ports, cookie) : null
}

export async function linkOf(ports: ConsentPorts, session: PageSessionRow): Promise<Link> {
  const row = await ports.db.forClient(session.clientId, (tx) =>
    tx.prisma.link.findUniqueOrThrow({ where: { id: session.linkId } }),
  )
  return { ...row, purpose: row.purpose as LinkPurpose }
}

/** The visit that a request belongs to: logged in, and for the subject in the address. Null for everybody else. */
export async function visitOf(
  ports: ConsentPorts,
  request: FastifyRequest,
  subjectId: string,
): Promise<Visit | null> {
  const session = await sessionOf(ports, request)
  if (!session?.authenticatedAt) return null
  const link = await linkOf(ports, session)
  if (link.subjectId !== subjectId) return null
  const userAgent = request.headers['user-agent']
  const acceptLanguage = request.headers['accept-language']
  return {
    clientId: session.clientId,
    link,
    path: `/p/${subjectId}`,
    language: language(request),
    visitor: {
      userId: session.userId,
      sessionId: session.id,
      ipAddress: request.ip,
      ...(userAgent ? { userAgent } : {}),
      ...(acceptLanguage ? { acceptLanguage } : {}),
    },
  }
}
