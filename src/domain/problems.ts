/**
 * The error catalogue: every `code` a client can meet, once. `docs/errors.md` is held to it by a test.
 * `retryable`: the same request may succeed later without a change.
 */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  idempotency_key_missing: { status: 400, title: 'The Idempotency-Key header is missing', retryable: false },
  unauthorized: { status: 401, title: 'No valid API key', retryable: false },
  scope_missing: { status: 403, title: 'The API key lacks a scope', retryable: false },
  not_found: { status: 404, title: 'There is no such resource', retryable: false },
  company_exists: { status: 409, title: 'The company is registered already', retryable: false },
  open_item_exists: { status: 409, title: 'An open item with this external id exists', retryable: false },
  open_item_not_payable: {
    status: 409,
    title: 'The open item cannot be paid by this payment',
    retryable: false,
  },
  agreement_exists: {
    status: 409,
    title: 'The company has an agreement that is on its way or active',
    retryable: false,
  },
  state_conflict: { status: 409, title: 'The resource is in another state', retryable: false },
  balances_unknown: {
    status: 409,
    title: 'The balances of some of these days are not known',
    retryable: false,
  },
  agreement_not_active: { status: 409, title: 'The company has no active agreement', retryable: false },
  account_busy: { status: 409, title: 'The account is being written', retryable: true },
  account_not_read: { status: 409, title: 'Nothing of the account is known yet', retryable: true },
  transaction_ambiguous: { status: 409, title: 'Several transactions fit', retryable: false },
  ruling_refused: {
    status: 409,
    title: 'The transactions cannot be merged or split like this',
    retryable: false,
  },
  idempotency_in_progress: {
    status: 409,
    title: 'A request with this key is being worked on',
    retryable: true,
  },
  payload_too_large: { status: 413, title: 'The request is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'The content type is not supported', retryable: false },
  idempotency_key_reused: { status: 422, title: 'The key was used with another request', retryable: false },
  company_not_in_register: { status: 422, title: 'The register knows no such company', retryable: false },
  institution_unknown: { status: 422, title: 'There is no such bank', retryable: false },
  route_unknown: { status: 422, title: 'There is no such way to this bank', retryable: false },
  reference_unknown: {
    status: 422,
    title: 'The request names something that does not exist',
    retryable: false,
  },
  webhook_url_refused: { status: 422, title: 'The address may not receive webhooks', retryable: false },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Something went wrong here', retryable: true },
  register_unavailable: {
    status: 503,
    title: 'The register of business enterprises does not answer',
    retryable: true,
  },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>

export type ProblemCode = keyof typeof problems

export type ProblemFacts = {
  /** One sentence for the reader: what is wrong and where. */
  readonly detail: string
  /** What a person can do about it. */
  readonly userAction?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  readonly bank?: { readonly code: string; readonly message?: string }
  readonly retryAfterSeconds?: number
}

/** What a room throws when a client is to be told. Anything else becomes `internal`. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly facts: ProblemFacts
  constructor(code: ProblemCode, facts: ProblemFacts | string, cause?: unknown) {
    const known = typeof facts === 'string' ? { detail: facts } : facts
    super(`${code}: ${known.detail}`, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.code = code
    this.facts = known
  }
}

/** Everything that is wrong with a request, each by its place (`body.amount.currency`). */
export function invalidRequest(errors: NonNullable<ProblemFacts['errors']>): Problem {
  const [first] = errors
  const detail =
    errors.length === 1 && first
      ? `${first.path}: ${first.message}.`
      : `${errors.length} parts of the request are not valid.`
  return new Problem('invalid_request', { detail, errors })
}

/** What is not there and what may not be seen look the same (DESIGN 6). */
export function notFound(what: string, id: string): Problem {
  return new Problem('not_found', `There is no ${what} ${id}.`)
}
