import { z } from 'zod'
import { type ProblemCode, problems } from '../domain/problems.ts'
import { type Answer, isRaw, type RawBody, type Route } from './define-route.ts'
import { problemSchema } from './problem.ts'

type Json = { [member: string]: unknown }

export type OpenApiDocument = Json & { paths: Record<string, Record<string, Json>> }

/**
 * The OpenAPI 3.1 document of the operations. Every schema is described from the wire's side, in both directions:
 * an answer is encoded back to what a request is decoded from.
 */
export function openApiOf(
  routes: readonly Route[],
  info: { version: string; serverUrl: string },
): OpenApiDocument {
  const components: Json = {}
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kontobro',
      version: info.version,
      description: 'Bank integration gateway: agreements, consents, proven statements, payments.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: info.serverUrl }],
    security: [{ apiKey: [] }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths: { ...paths, ...systemPaths },
    components: {
      schemas: components,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'API key: `kb_test_…` or `kb_live_…`.' },
      },
    },
  }
}

const health = (summary: string, answers: Json): Record<string, Json> => ({
  get: {
    operationId: summary.split(' ')[0] ?? summary,
    summary,
    tags: ['system'],
    security: [],
    responses: answers,
  },
})
const status = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { type: 'object', properties: { status: { type: 'string' } } } } },
})

/** What needs no key, for those who run the gateway. */
const systemPaths: Record<string, Record<string, Json>> = {
  '/health/live': health('liveness of the process', { 200: status('The process answers.') }),
  '/health/ready': health('readiness for requests', {
    200: status('The database answers and is up to date.'),
    503: status('It does not; `reason` says why.'),
  }),
  '/metrics': health('metrics for Prometheus', {
    200: {
      description: 'Text exposition format.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
  }),
}

function operationOf(route: Route, components: Json): Json {
  const creates = route.creates ? [idempotencyKey] : []
  const parameters = [
    ...parametersOf('path', route.params, components),
    ...parametersOf('query', route.query, components),
    ...parametersOf('header', route.headers, components),
    ...creates,
  ]
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: [route.description, `Scope: \`${route.scope}\`.`].filter(Boolean).join('\n\n'),
    tags: [route.tag],
    ...(route.deprecated ? { deprecated: true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBodyOf(route.body, components) } : {}),
    responses: {
      [route.answer.status]: answerOf(route.answer, route.creates, components),
      ...problemAnswersOf(route.problems, components),
    },
  }
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'New for every new thing; the same for a retry. Kept for 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const headersOfAnswers: Json = {
  'X-Request-Id': { description: 'Names the request in our logs.', schema: { type: 'string' } },
}

function parametersOf(
  where: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
  components: Json,
): Json[] {
  if (!schema) return []
  const object = describe(schema, components) as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(object.properties ?? {}).map(([name, { description, ...described }]) => ({
    name,
    in: where,
    required: where === 'path' || (object.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: described,
  }))
}

function requestBodyOf(body: z.ZodType | RawBody, components: Json): Json {
  if (!isRaw(body)) {
    return { required: true, content: { 'application/json': { schema: describe(body, components) } } }
  }
  return {
    required: true,
    description: `At most ${body.maxBytes / 1024 / 1024} MB.`,
    content: Object.fromEntries(body.mediaTypes.map((type) => [type, {}])),
  }
}

function answerOf(answer: Answer, creates: boolean, components: Json): Json {
  const replayed: Json = {
    'Idempotent-Replayed': {
      description: '`true` when this is the kept answer of an earlier request with the same key.',
      schema: { type: 'string', enum: ['true'] },
    },
  }
  const headers = { ...headersOfAnswers, ...(creates ? replayed : {}) }
  if (answer.status === 204) return { description: 'Done.', headers }
  if ('mediaType' in answer)
    return { description: 'The document.', headers, content: { [answer.mediaType]: {} } }
  if ('downloads' in answer) {
    const named = { 'Content-Disposition': { description: 'Names the file.', schema: { type: 'string' } } }
    const content = Object.fromEntries(answer.downloads.map((type) => [type, {}]))
    return { description: 'The file, in pieces.', headers: { ...headers, ...named }, content }
  }
  const description = { 200: 'OK', 201: 'Created', 202: 'Accepted: it is being worked on' }[answer.status]
  return {
    description,
    headers,
    content: { 'application/json': { schema: describe(answer.schema, components) } },
  }
}

function problemAnswersOf(codes: readonly ProblemCode[], components: Json): Json {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status)
  const answers = [...byStatus].map(([status, same]) => {
    const description = same.map((code) => `\`${code}\`: ${problems[code].title}.`).join('\n\n')
    const schema = { allOf: [describe(problemSchema, components), { properties: { code: { enum: same } } }] }
    return [
      status,
      { description, headers: headersOfAnswers, content: { 'application/problem+json': { schema } } },
    ]
  })
  return Object.fromEntries(answers)
}

/** The JSON schema of one shape; named shapes become components and references to them. */
function describe(schema: z.ZodType, components: Json): Json {
  const { properties, $defs = {} } = z.toJSONSchema(z.object({ shape: schema }), {
    io: 'input',
    target: 'draft-2020-12',
  })
  const move = (value: unknown): Json =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'))
  for (const [name, { id: _id, ...definition }] of Object.entries($defs))
    components[name] ??= move(definition)
  return move(properties?.shape)
}
