import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify'
import { Problem } from '../domain/problems.ts'
import type { Route } from './define-route.ts'
import { logAnswer } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { mountRoutes } from './mount.ts'
import type { HttpPorts } from './ports.ts'
import { problemBody, sendProblem, toProblem } from './problem.ts'
import { mountSystem } from './system.ts'

export type HttpParts = {
  readonly routes: readonly Route[]
  /** Hosted pages: a plugin in a context of its own, with its own headers, parsers and error page. */
  readonly pages?: FastifyPluginAsync
  /** Reverse proxies whose word about a visitor's address counts: how many, or their addresses. */
  readonly trustProxy?: number | string
  /** Requests per API key and minute in this process; 3000 unless said. */
  readonly requestsPerMinute?: number
}

const REQUEST_TIMEOUT_MS = 120_000

/**
 * Builds the API, not listening. Everything it answers that is not a success is `application/problem+json`, down to
 * a malformed request line; every answer names its request in `x-request-id`.
 */
export async function buildHttp(ports: HttpPorts, parts: HttpParts): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: ports.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: newRequestId,
    requestIdHeader: false,
    trustProxy: trusted(parts.trustProxy),
    // What came in on an open connection while we close is still answered.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    clientErrorHandler: (_error, socket) => refuseUnreadable(socket),
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, toProblem(error))
    },
  })
  const metrics = createMetrics()
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  // A connection that was busy when we began to close would otherwise be kept open, and keep us, for a minute.
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (request, reply) => {
    metrics.observe(request, reply)
    logAnswer(request, reply)
  })
  app.setNotFoundHandler((_request, reply) => {
    sendProblem(reply, new Problem('not_found', 'There is nothing at this address.'))
  })
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    if (problem.code === 'internal') request.log.error({ err: error }, 'request failed')
    sendProblem(reply, problem)
  })
  await app.register((system) => mountSystem(system, ports, parts.routes, metrics))
  await app.register((api) => mountApi(api, ports, parts))
  if (parts.pages) await app.register(parts.pages)
  return app
}

/** Hop 0 is whoever is connected to us. */
function trusted(
  proxies: number | string | undefined,
): ((address: string, hop: number) => boolean) | string | false {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies
  return proxies ?? false
}

function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`
}

async function mountApi(api: FastifyInstance, ports: HttpPorts, parts: HttpParts): Promise<void> {
  await api.register(helmet, {
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      useDefaults: false,
    },
  })
  await api.register(rateLimit, {
    max: parts.requestsPerMinute ?? 3000,
    timeWindow: 60_000,
    // After authentication, so that the key is known.
    hook: 'preParsing',
    keyGenerator: (request) => request.caller?.keyId ?? request.ip,
    enableDraftSpec: true,
    errorResponseBuilder: (_request, context) =>
      new Problem('rate_limited', {
        detail: `This API key has sent ${context.max} requests in a minute.`,
        retryAfterSeconds: context.ttl / 1000,
      }),
  })
  api.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  await mountRoutes(api, ports, parts.routes)
}

/** What is not HTTP never becomes a request; it is answered on the socket, and hung up. */
function refuseUnreadable(socket: Socket): void {
  if (!socket.writable) return
  const requestId = newRequestId()
  const problem = new Problem('invalid_request', 'This is not a request in HTTP/1.1.')
  const body = JSON.stringify(problemBody(problem, requestId))
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
