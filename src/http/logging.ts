import type { FastifyReply, FastifyRequest } from 'fastify'
import { type DestinationStream, type Logger, pino, type SerializedError } from 'pino'
import type { Config } from '../config.ts'

/** Members that are never written, wherever up to two levels deep a log call puts them. */
const secretMembers = [
  'authorization',
  'cookie',
  'set-cookie',
  'secret',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'nationalId',
  'nnin',
  'body',
  'rawBody',
]

/**
 * What no line may hold even inside a sentence (an error's message, a statement's text): API keys, webhook secrets,
 * bearer and basic credentials, passwords in addresses, e-mail addresses, and eleven digits in a row (national identity and account
 * numbers).
 */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/kb_(test|live)_[\w-]+/g, 'kb_$1_[redacted]'],
  [/whsec_[\w+/=-]+/g, 'whsec_[redacted]'],
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 [redacted]'],
  [/:\/\/([^\s:/@"]*):[^\s@/"]+@/g, '://$1:[redacted]@'],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, '[e-mail]'],
  [/(?<![\w.-])\d{11}(?![\w.-])/g, '[11 digits]'],
]

/** Takes what must not be logged out of a line. */
export function scrub(line: string): string {
  return secretTexts.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line)
}

/** What a database says of the row that it refused. */
const quoting = ['detail', 'where', 'internalQuery', 'hint', 'meta', 'query'] as const

const quotesValues = (error: Error) =>
  /^(PrismaClient|DriverAdapter|DatabaseError$)/.test(error.constructor.name)

/**
 * An error of the database for the log: class, code and place in our code, also where it is the cause of another. Its
 * text quotes the values of the row, and Prisma's the whole call.
 */
function withoutValues(error: SerializedError): SerializedError {
  const known: SerializedError = { ...error }
  for (const name of quoting) delete known[name]
  const chain: Error[] = []
  for (let one: unknown = error.raw; one instanceof Error && chain.length < 10; one = one.cause)
    chain.push(one)
  if (!chain.some(quotesValues)) return known
  const [first] = chain
  const message = !first || quotesValues(first) ? '[left out: it may quote values]' : first.message
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line))
  return { ...known, message, stack: [error.type, ...frames].join('\n') }
}

/** The program's logger: JSON lines on standard output, or on `destination`. */
export function createLogger(options: {
  level: Config['LOG_LEVEL']
  destination?: DestinationStream
}): Logger {
  return pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: pino.stdSerializers.wrapErrorSerializer(withoutValues) },
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretMembers.flatMap((name) => {
          const member = name.includes('-') ? `["${name}"]` : name
          const dotted = name.includes('-') ? member : `.${name}`
          return [member, `*${dotted}`, `*.*${dotted}`]
        }),
        censor: '[redacted]',
      },
      hooks: { streamWrite: scrub },
    },
    options.destination ?? pino.destination(1),
  )
}

/**
 * One line per answered request. The address is told by its route, not as it was sent: a hosted page's address is
 * a secret, and a query may hold what a person searched for.
 */
export function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  const facts = {
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    ...(request.caller ? { clientId: request.caller.clientId, keyId: request.caller.keyId } : {}),
  }
  if (reply.statusCode >= 500) request.log.error(facts, 'answered')
  else request.log.info(facts, 'answered')
}
