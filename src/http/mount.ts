import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { Tx } from '../db.ts'
import { Problem } from '../domain/problems.ts'
import { authenticate, mayUse } from './api-keys.ts'
import { type Caller, type Deprecation, type Download, isRaw, type Route } from './define-route.ts'
import {
  type Attempt,
  fingerprintOf,
  keptAnswer,
  onceOnly,
  readIdempotencyKey,
  type WireAnswer,
} from './idempotency.ts'
import type { HttpPorts } from './ports.ts'
import { toProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where no key is needed, or before it was looked at. */
    caller: Caller | null
  }
}

type AppliedAnswer = WireAnswer & {
  readonly bytes?: Buffer
  readonly download?: Download
  readonly replayed?: boolean
}

/** Puts the operations on the air. Each is asked in one order: who, may they, what, do, answer. */
export async function mountRoutes(
  app: FastifyInstance,
  ports: HttpPorts,
  routes: readonly Route[],
): Promise<void> {
  const guesses = guessLimit(app)
  for (const route of routes) {
    // A context of its own per operation: it takes exactly the content types that it declares.
    await app.register(async (own) => {
      readBodies(own, route)
      if (route.deprecated) announceEnd(own, route.deprecated)
      own.route({
        method: route.method,
        url: route.path,
        bodyLimit: route.maxBodyBytes,
        onRequest: [
          async (request) => {
            try {
              request.caller = await authenticate(ports.db, ports.kind, request.headers.authorization)
            } catch (error) {
              await guesses(request)
              throw error
            }
          },
          async (request) => {
            if (mayUse(callerOf(request).scopes, route.scope)) return
            throw new Problem(
              'scope_missing',
              `This operation needs an API key with the scope ${route.scope}.`,
            )
          },
        ],
        handler: handlerOf(ports, route),
      })
    })
  }
}

const WRONG_KEYS_PER_MINUTE = 60

/** Counts wrong keys by the address they come from: the limit per key cannot, since there is no key. */
function guessLimit(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const count = app.createRateLimit({
    max: WRONG_KEYS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.ip,
  })
  return async (request) => {
    const limit = await count(request)
    if (limit.isAllowed || !limit.isExceeded) return
    const facts = {
      detail: 'Too many requests without a valid API key.',
      retryAfterSeconds: limit.ttlInSeconds,
    }
    throw new Problem('rate_limited', facts)
  }
}

function readBodies(app: FastifyInstance, route: Route): void {
  app.removeAllContentTypeParsers()
  const taken = isRaw(route.body) ? route.body.mediaTypes : ['application/json']
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(new Problem('unsupported_media_type', `This operation takes the content types ${taken.join(', ')}.`))
  })
  if (isRaw(route.body)) {
    app.addContentTypeParser([...route.body.mediaTypes], { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    return
  }
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Some clients name the type without sending a body; whether one is needed is the schema's question.
    if (body === '') done(null, undefined)
    else
      parse(request, body.toString(), (error, value) => done(error && notJson(error, body.toString()), value))
  })
}

/** Fastify's parser refuses without saying where; the engine's says it. */
function notJson(error: Error, body: string): Problem {
  let message = error.message
  try {
    JSON.parse(body)
  } catch (cause) {
    if (cause instanceof SyntaxError) message = `Not JSON: ${cause.message}`
  }
  return new Problem(
    'invalid_request',
    { detail: `body: ${message}.`, errors: [{ path: 'body', message }] },
    error,
  )
}

/** RFC 9745 and RFC 8594. */
function announceEnd(app: FastifyInstance, { since, sunset }: Deprecation): void {
  const headers = {
    deprecation: `@${Date.parse(`${since}T00:00:00Z`) / 1000}`,
    sunset: new Date(`${sunset}T00:00:00Z`).toUTCString(),
  }
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
}

function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('the caller was not authenticated')
  return request.caller
}

function handlerOf(ports: HttpPorts, route: Route): RouteHandlerMethod {
  return async (request, reply) => {
    try {
      return send(reply, route, await answer(ports, route, request))
    } catch (error) {
      const { code } = toProblem(error)
      if (!route.problems.includes(code)) {
        request.log.error(
          { operationId: route.operationId, code },
          'problem is not documented for this operation',
        )
      }
      throw error
    }
  }
}

async function answer(ports: HttpPorts, route: Route, request: FastifyRequest): Promise<AppliedAnswer> {
  const caller = callerOf(request)
  const inClient = <T>(work: (tx: Tx) => Promise<T>) =>
    ports.db.forClient(
      caller.clientId,
      work,
      route.timeoutMs === undefined ? {} : { timeoutMs: route.timeoutMs },
    )
  const attempt = route.creates ? attemptOf(ports, route, request) : null
  const lookUp = route.accept(request)
  if (attempt && route.looksUp) {
    const kept = await inClient((tx) => keptAnswer(tx, ports.vault, attempt))
    if (kept) return kept
  }
  const work = await lookUp({ caller, ports, requestId: request.id })
  const perform = async (tx: Tx): Promise<AppliedAnswer> => {
    const result = await work(tx)
    if ('downloads' in route.answer)
      return { status: route.answer.status, json: null, download: result as Download }
    if (Buffer.isBuffer(result)) return { status: route.answer.status, json: null, bytes: result }
    return { status: route.answer.status, json: result === undefined ? null : JSON.stringify(result) }
  }
  return inClient(async (tx) => {
    if (attempt) return onceOnly(tx, ports.vault, attempt, () => perform(tx))
    // What only reads is held to it by the database.
    if (route.method === 'GET') await tx.prisma.$executeRaw`set transaction read only`
    return perform(tx)
  })
}

function attemptOf(ports: HttpPorts, route: Route, request: FastifyRequest): Attempt {
  const key = readIdempotencyKey(request.headers['idempotency-key'])
  const fingerprint = fingerprintOf(ports.vault, `${route.method} ${request.url}`, request.body)
  return { operationId: route.operationId, key, fingerprint }
}

function send(reply: FastifyReply, route: Route, answered: AppliedAnswer) {
  const { status, json, bytes, download, replayed } = answered
  if (replayed) reply.header('idempotent-replayed', 'true')
  reply.code(status)
  if (bytes && 'mediaType' in route.answer) return reply.type(route.answer.mediaType).send(bytes)
  if (download) {
    reply.header('content-disposition', `attachment; filename="${download.fileName}"`)
    return reply.type(download.mediaType).send(Readable.from(bytesOf(download.pieces), { objectMode: false }))
  }
  if (json === null) return reply.send()
  return reply.type('application/json; charset=utf-8').send(json)
}

async function* bytesOf(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) if (piece !== '') yield Buffer.from(piece)
}
