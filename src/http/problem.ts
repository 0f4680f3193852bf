import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { Problem, type ProblemCode, problems } from '../domain/problems.ts'
import { StateConflict } from '../events/move.ts'

const fieldError = z.object({
  path: z.string().describe('Where in the request: `body.amount.currency`.'),
  message: z.string(),
})

/** RFC 9457, with the members of DESIGN 6. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable; what programs decide by. Listed in the error catalogue.'),
    detail: z.string(),
    retryable: z.boolean().describe('The same request may succeed later without a change.'),
    userAction: z.string().optional().describe('What a person can do about it.'),
    errors: z.array(fieldError).optional(),
    bank: z.object({ code: z.string(), message: z.string().optional() }).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'What went wrong, for programs (`code`) and people (`detail`).' })
export type ProblemBody = z.input<typeof problemSchema>

/** Codes of Fastify's own errors that are the client's doing. */
const frameworkCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

/**
 * Any error as the problem that a client may see. What is not a `Problem`, a lost race for a state or the framework's
 * word on the request becomes `internal`: its text may hold what is nobody's business (a bank's answer, a row).
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof StateConflict) {
    const is = error.actual === null ? 'is gone' : `is in the state ${error.actual}`
    return new Problem('state_conflict', `The ${error.machine.replaceAll('_', ' ')} ${is}.`, error)
  }
  if (isFrameworkError(error)) {
    const code = frameworkCodes[error.code] ?? (error.statusCode < 500 ? 'invalid_request' : 'internal')
    if (code !== 'internal') return new Problem(code, frameworkDetail(code), error)
  }
  return new Problem(
    'internal',
    'The request could not be completed. The request id leads to the cause.',
    error,
  )
}

function isFrameworkError(error: unknown): error is Error & { code: string; statusCode: number } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('FST_ERR_') &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  )
}

function frameworkDetail(code: ProblemCode): string {
  if (code === 'payload_too_large') return 'The body is larger than this operation takes.'
  if (code === 'unsupported_media_type') return 'This operation does not take that content type.'
  if (code === 'not_found') return 'There is nothing at this address.'
  return 'The request cannot be read: the address or the body is malformed.'
}

/** The body of a problem answer. */
export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { title, status, retryable } = problems[problem.code]
  const { detail, userAction, errors, bank } = problem.facts
  return {
    type: `urn:kontobro:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail,
    retryable,
    ...(userAction === undefined ? {} : { userAction }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => ({ ...error })) }),
    ...(bank === undefined ? {} : { bank: { ...bank } }),
    requestId,
  }
}

/** Answers with `application/problem+json`, and with the headers that belong to the status. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status } = problems[problem.code]
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (problem.facts.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(Math.ceil(problem.facts.retryAfterSeconds)))
  }
  return reply
    .code(status)
    .header('x-request-id', reply.request.id)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, reply.request.id)))
}
