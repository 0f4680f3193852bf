import { z } from 'zod'
import type { Actor } from '../audit/record.ts'
import type { Tx } from '../db.ts'
import { invalidRequest, Problem, type ProblemCode } from '../domain/problems.ts'
import type { HttpPorts } from './ports.ts'
import { type Issue, issuesOf } from './schema-issues.ts'

/** What an API key may do. `admin` may write, and `write` may read. */
export const scopes = ['read', 'write', 'admin'] as const
export type Scope = (typeof scopes)[number]

export type Caller = {
  readonly clientId: string
  readonly keyId: string
  readonly scopes: readonly Scope[]
  /** For audit entries and state changes. */
  readonly actor: Actor
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** When it was announced, and the first day on which it may be gone. */
export type Deprecation = { readonly since: string; readonly sunset: string }

/** A body taken as bytes (files), under its own limit. */
export type RawBody = { readonly mediaTypes: readonly [string, ...string[]]; readonly maxBytes: number }

/** JSON by a schema, bytes of a media type (documents), a file in pieces, or nothing (204). */
export type Answer =
  | { readonly status: 200 | 201 | 202; readonly schema: z.ZodType }
  | { readonly status: 200; readonly mediaType: string }
  | { readonly status: 200; readonly downloads: readonly string[] }
  | { readonly status: 204 }

/**
 * A file that is too long to be held: its pieces are made while they are sent, after the transaction of the request. One
 * that fails on the way ends the connection, so that nobody takes half of it for the whole.
 */
export type Download = {
  /** One of the operation's media types. */
  readonly mediaType: string
  /** Of plain ASCII without quotes. */
  readonly fileName: string
  readonly pieces: AsyncIterable<string>
}

type BodyOf<B> = B extends z.ZodType ? z.output<B> : B extends RawBody ? Buffer : undefined
type ResultOf<A> = A extends { schema: infer S extends z.ZodType }
  ? z.output<S>
  : A extends { mediaType: string }
    ? Buffer
    : A extends { downloads: readonly string[] }
      ? Download
      : undefined

/** What a handler is called with; `tx` is one transaction for the caller's client, read-only on a GET. */
export type RouteContext<P, Q, H, B, R = undefined> = {
  readonly tx: Tx
  readonly params: P
  readonly query: Q
  readonly headers: H
  readonly body: B
  /** What `lookUp` answered. */
  readonly found: R
  readonly caller: Caller
  readonly ports: HttpPorts
  readonly requestId: string
}

export type RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType | RawBody,
  A extends Answer,
  R,
> = {
  readonly method: Method
  /** Whole path with `:camelCaseId` parameters: `/v1/companies/:companyId`. */
  readonly path: `/v1/${string}`
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly scope: Scope
  /** A POST needs an Idempotency-Key unless this is false (a POST that only moves a state, and says so itself). */
  readonly creates?: false
  /** Calendar dates: what is going to be taken away says so in its answers (docs/api.md, Versions). */
  readonly deprecated?: Deprecation
  /** Objects. A path parameter that does not fit is `not_found`. Header names in lower case. */
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B
  /** Limit of a JSON body; 1 MiB unless said. */
  readonly maxBodyBytes?: number
  readonly answer: A
  /** The codes this operation adds to those that its shape brings along (`groundProblems`). */
  readonly problems: readonly ProblemCode[]
  /** For the work's transaction; 30 s unless said. */
  readonly timeoutMs?: number
  /**
   * What must be asked elsewhere before the work (a public register). Runs before the transaction, so that none is
   * held open meanwhile; it must change nothing, and is left out when a kept answer is replayed.
   */
  readonly lookUp?: (
    context: Omit<RouteContext<z.output<P>, z.output<Q>, z.output<H>, BodyOf<B>>, 'tx' | 'found'>,
  ) => Promise<R>
  /** Do, answer. Who and what have been checked; throw a `Problem` to say no, and nothing was done. */
  readonly handle: (
    context: RouteContext<z.output<P>, z.output<Q>, z.output<H>, BodyOf<B>, R>,
  ) => Promise<ResultOf<A>>
}

/** A request as it came over the wire, decoded from JSON only. */
export type WireRequest = {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

export type Call = Pick<RouteContext<never, never, never, never>, 'caller' | 'ports' | 'requestId'>

/** An operation, with its types closed over: what the server, the OpenAPI document and the tests walk through. */
export type Route = {
  readonly method: Method
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description: string | undefined
  readonly tag: string
  readonly scope: Scope
  readonly creates: boolean
  readonly deprecated: Deprecation | undefined
  readonly params: z.ZodType | undefined
  readonly query: z.ZodType | undefined
  readonly headers: z.ZodType | undefined
  readonly body: z.ZodType | RawBody | undefined
  readonly maxBodyBytes: number
  readonly answer: Answer
  readonly problems: readonly ProblemCode[]
  readonly timeoutMs: number | undefined
  /** Whether something is asked elsewhere before the work. */
  readonly looksUp: boolean
  /**
   * Checks the request. What it hands back looks up what is needed, and then hands back the work; that is done in a
   * transaction, and answers in the shape of the wire.
   * @throws Problem `invalid_request` naming every part that is wrong, or `not_found` for an impossible id.
   */
  readonly accept: (request: WireRequest) => (call: Call) => Promise<(tx: Tx) => Promise<unknown>>
}

const JSON_LIMIT_BYTES = 1024 * 1024

export function isRaw(body: z.ZodType | RawBody | undefined): body is RawBody {
  return body !== undefined && 'mediaTypes' in body
}

/** Declares one operation of the API. It is on the air when `routes/index.ts` lists it. */
export function defineRoute<
  A extends Answer,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  H extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType | RawBody = z.ZodUndefined,
  R = undefined,
>(spec: RouteSpec<P, Q, H, B, A, R>): Route {
  const { answer, body } = spec
  const creates = spec.method === 'POST' && spec.creates !== false
  if (creates && ('mediaType' in answer || 'downloads' in answer))
    throw new Error(`${spec.operationId}: a creation answers JSON or nothing`)
  const route = {
    method: spec.method,
    path: spec.path,
    operationId: spec.operationId,
    summary: spec.summary,
    description: spec.description,
    tag: spec.tag,
    scope: spec.scope,
    creates,
    deprecated: spec.deprecated,
    params: spec.params,
    query: spec.query,
    headers: spec.headers,
    body,
    maxBodyBytes: isRaw(body) ? body.maxBytes : (spec.maxBodyBytes ?? JSON_LIMIT_BYTES),
    answer,
    timeoutMs: spec.timeoutMs,
    looksUp: spec.lookUp !== undefined,
  }
  return {
    ...route,
    problems: [...new Set([...groundProblems(route), ...spec.problems])],
    accept(request) {
      const input = readRequest(spec, request)
      return async (call) => {
        // Without `lookUp`, R is undefined.
        const found = (await spec.lookUp?.({ ...call, ...input })) as R
        return async (tx) => {
          const result = await spec.handle({ ...call, ...input, tx, found })
          return 'schema' in answer ? z.encode(answer.schema, result) : result
        }
      }
    },
  }
}

/** What any operation of this shape can answer, besides its own. */
function groundProblems(
  route: Pick<Route, 'params' | 'query' | 'headers' | 'body' | 'creates'>,
): ProblemCode[] {
  const codes: ProblemCode[] = [
    'invalid_request',
    'unauthorized',
    'scope_missing',
    'rate_limited',
    'internal',
  ]
  if (route.params) codes.push('not_found')
  if (route.body) codes.push('payload_too_large', 'unsupported_media_type')
  if (route.creates)
    codes.push('idempotency_key_missing', 'idempotency_in_progress', 'idempotency_key_reused')
  return codes
}

function readRequest<
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType | RawBody,
  A extends Answer,
  R,
>(spec: RouteSpec<P, Q, H, B, A, R>, request: WireRequest) {
  const params = readPart('path', spec.params, request.params)
  if (params.issues.length > 0) throw new Problem('not_found', 'There is nothing at this address.')
  const query = readPart('query', spec.query, request.query)
  const headers = readPart('headers', spec.headers, request.headers)
  const body = isRaw(spec.body) ? readRaw(request.body) : readPart('body', spec.body, request.body)
  const errors = [...query.issues, ...headers.issues, ...body.issues]
  if (errors.length > 0) throw invalidRequest(errors)
  return {
    params: params.value as z.output<P>,
    query: query.value as z.output<Q>,
    headers: headers.value as z.output<H>,
    body: body.value as BodyOf<B>,
  }
}

function readPart(where: string, schema: z.ZodType | undefined, value: unknown) {
  if (!schema) return { value: undefined, issues: [] }
  const unprintable = controlCharacters(value, where)
  if (unprintable.length > 0) return { value: undefined, issues: unprintable }
  const read = schema.safeParse(value ?? undefined)
  if (read.success) return { value: read.data, issues: [] }
  return { value: undefined, issues: read.error.issues.flatMap((issue) => issuesOf(issue, [where], value)) }
}

/** Everything that a control character stands in, line breaks and tabs apart: no bank and no database takes them. */
function controlCharacters(value: unknown, path: string): Issue[] {
  if (typeof value === 'string') {
    const found = /[^\P{Cc}\t\n\r]/u.exec(value)
    if (!found) return []
    const code = found[0].charCodeAt(0).toString(16).padStart(4, '0')
    return [{ path, message: `The control character U+${code} may not stand in a text` }]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => controlCharacters(member, `${path}.${name}`))
}

function readRaw(value: unknown): { value: Buffer | undefined; issues: Issue[] } {
  if (Buffer.isBuffer(value) && value.length > 0) return { value, issues: [] }
  return { value: undefined, issues: [{ path: 'body', message: 'The body is empty' }] }
}
