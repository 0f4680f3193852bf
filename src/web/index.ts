import { readFileSync } from 'node:fs'
import cookie from '@fastify/cookie'
import csrfProtection from '@fastify/csrf-protection'
import formbody from '@fastify/formbody'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isFailure } from '../connectors/failure.ts'
import { getCompany } from '../consent/companies.ts'
import { findLink } from '../consent/links.ts'
import { finishLogin, LoginRefused, startLogin } from '../consent/login.ts'
import type { ConsentPorts } from '../consent/ports.ts'
import { currentDocument, viewSigning } from '../consent/signing/start.ts'
import { getUser } from '../consent/users.ts'
import { Problem } from '../domain/problems.ts'
import { StateConflict } from '../events/move.ts'
import { ServiceFailure } from '../protocols/bounded-fetch.ts'
import { doorPage, missingPage, overPage, problemPage } from './pages/door.ts'
import { purposes } from './purposes.ts'
import { language, linkOf, sessionOf, setSession, type Visit, visitOf } from './visit.ts'
import { words } from './words.ts'

const css = readFileSync(new URL('./pages.css', import.meta.url))

/** Origins to which a form on our pages may lead: Chromium applies `form-action` to redirects too. */
export function formTargets(ports: ConsentPorts, others: readonly string[]): string[] {
  const banks = ports.registry
    .institutions()
    .flatMap(({ id }) => ports.registry.routesOf(id).map((route) => ports.registry.connectorFor(id, route)))
    .flatMap(({ manifest }) => [...manifest.scaOrigins])
  return [...new Set([...banks, ...others])].sort()
}

/** The hosted pages: a link's door, BankID, and what the link is for. Nothing here needs client script. */
export async function pages(
  app: FastifyInstance,
  options: { ports: ConsentPorts; cookieSecret: string; formTargets: readonly string[] },
): Promise<void> {
  const { ports } = options
  await app.register(cookie, { secret: options.cookieSecret })
  await app.register(formbody, { bodyLimit: 64 * 1024 })
  await app.register(rateLimit, { global: false })
  await app.register(csrfProtection, {
    sessionPlugin: '@fastify/cookie',
    cookieOpts: {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: ports.publicUrl.startsWith('https:'),
    },
    getToken: (request: FastifyRequest) => {
      const body = request.body
      return typeof body === 'object' && body !== null && '_csrf' in body ? String(body._csrf) : undefined
    },
  })
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action 'self' ${options.formTargets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', policy)
    reply.header('referrer-policy', 'no-referrer')
    reply.header('x-content-type-options', 'nosniff')
    if (ports.publicUrl.startsWith('https:')) reply.header('strict-transport-security', 'max-age=31536000')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error, request, reply) => answerError(ports, error, request, reply))

  app.get('/assets/pages.css', async (_request, reply) =>
    reply.type('text/css').header('cache-control', 'public, max-age=300').send(css),
  )
  doorRoutes(app, ports)
  purposeRoutes(app, ports)
}

const send = (reply: FastifyReply, status: number, page: string) =>
  reply.code(status).type('text/html; charset=utf-8').send(page)

/** Before log-in: the door of a link, the way to BankID and back. */
function doorRoutes(app: FastifyInstance, ports: ConsentPorts): void {
  app.get<{ Params: { secret: string } }>('/l/:secret', async (request, reply) => {
    const link = await findLink(ports.db, request.params.secret)
    if (!link) return send(reply, 404, overPage(language(request)))
    const visit = await visitOf(ports, request, link.subjectId)
    if (visit && visit.link.id === link.id) return reply.redirect(visit.path, 303)
    const { company, user } = await ports.db.forClient(link.clientId, async (tx) => ({
      company: await getCompany(tx, link.companyId),
      user: await getUser(tx, link.userId),
    }))
    const door = { purpose: link.purpose, company: company.name, person: user.name }
    const action = `/l/${request.params.secret}/login`
    return send(
      reply,
      200,
      doorPage({ language: language(request), csrf: reply.generateCsrf(), action, ...door }),
    )
  })

  app.post<{ Params: { secret: string } }>(
    '/l/:secret/login',
    { preHandler: app.csrfProtection, config: { rateLimit: { max: 30, timeWindow: 60_000 } } },
    async (request, reply) => {
      const link = await findLink(ports.db, request.params.secret)
      if (!link) return send(reply, 404, overPage(language(request)))
      const userAgent = request.headers['user-agent']
      const visitor = {
        ipAddress: request.ip,
        ...(userAgent ? { userAgent } : {}),
        locale: language(request),
      }
      const { url, cookie: secret } = await startLogin(ports, link, visitor)
      setSession(ports, reply, secret)
      return reply.redirect(url, 303)
    },
  )

  app.get('/bankid/callback', async (request, reply) => {
    const waiting = await sessionOf(ports, request)
    if (!waiting || waiting.authenticatedAt) throw new LoginRefused('stale')
    const { cookie: secret, session } = await finishLogin(ports, waiting, request.url)
    setSession(ports, reply, secret)
    return reply.redirect(`/p/${(await linkOf(ports, session)).subjectId}`, 303)
  })
}

/** After log-in: the page of what the link is for, its buttons, and the way back from elsewhere. */
function purposeRoutes(app: FastifyInstance, ports: ConsentPorts): void {
  type Place = { Params: { subjectId: string } }
  const visitor = async (request: FastifyRequest<Place>): Promise<Visit> => {
    const visit = await visitOf(ports, request, request.params.subjectId)
    if (!visit) throw new LoginRefused('stale')
    return visit
  }

  app.get<Place>('/p/:subjectId', async (request, reply) => {
    const visit = await visitor(request)
    return send(reply, 200, await purposes[visit.link.purpose].show(ports, visit, reply.generateCsrf()))
  })

  app.get<Place>('/p/:subjectId/back', async (request, reply) => {
    const visit = await visitor(request)
    const purpose = purposes[visit.link.purpose]
    const outcome = await purpose.returned(ports, visit)
    return send(reply, 200, await purpose.show(ports, visit, reply.generateCsrf(), outcome))
  })

  app.get<Place>('/p/:subjectId/document', async (request, reply) => {
    const visit = await visitor(request)
    if (visit.link.purpose !== 'sign') return send(reply, 404, missingPage(visit.language))
    const pdf = await ports.db.forClient(visit.clientId, async (tx) => {
      const { agreement } = await viewSigning(tx, visit.link.subjectId, visit.visitor.userId)
      return currentDocument(ports, tx, agreement)
    })
    return reply
      .type('application/pdf')
      .header('content-disposition', 'inline; filename="avtale.pdf"')
      .send(pdf)
  })

  app.post<{ Params: { subjectId: string; action: string }; Body: Record<string, unknown> }>(
    '/p/:subjectId/:action',
    { preHandler: app.csrfProtection },
    async (request, reply) => {
      const visit = await visitor(request)
      if (visit.link.closedAt) return send(reply, 409, overPage(visit.language))
      const actions = purposes[visit.link.purpose].actions
      const { action } = request.params
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined
      if (!act) return send(reply, 404, missingPage(visit.language))
      const url = await act(ports, visit, request.body ?? {})
      return reply.redirect(url ?? visit.path, 303)
    },
  )
}

/** Every error of a page is a page: what went wrong, in the reader's language, and where to try again. */
function answerError(
  ports: ConsentPorts,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const lang = language(request)
  const t = words[lang]
  const params = request.params
  const subjectId =
    typeof params === 'object' && params !== null && 'subjectId' in params ? String(params.subjectId) : null
  const back = subjectId ? { back: `/p/${subjectId}` } : {}
  const page = (status: number, text: string, where = back) =>
    send(reply, status, problemPage({ language: lang, text, ...where }))
  if (error instanceof LoginRefused)
    return page(error.reason === 'unavailable' ? 503 : 403, t.refusals[error.reason], {})
  if (error instanceof StateConflict) return page(409, t.moved)
  if (error instanceof Problem) {
    if (error.code === 'not_found') return send(reply, 404, missingPage(lang))
    // Its words are for the API's readers; the page shows how things stand when it is opened again.
    ports.log.info({ code: error.code, detail: error.facts.detail, requestId: request.id }, 'a page said no')
    return page(409, t.moved)
  }
  if (isFailure(error) || error instanceof ServiceFailure) {
    ports.log.warn({ err: error, requestId: request.id }, 'an outside service failed a page')
    return page(503, t.bankUnavailable)
  }
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 429) return page(status, t.tooMany)
  if (status < 500) return page(status, t.formOld)
  ports.log.error({ err: error, requestId: request.id }, 'a page failed')
  return page(500, t.failed)
}
