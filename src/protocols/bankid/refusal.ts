import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'

/**
 * Why a BankID log-in did not count.
 * - `cancelled`: the person broke it off
 * - `state`, `nonce`: the answer does not belong to the log-in that was started
 * - `replay`: the code was used before, has run out, or was issued to another browser
 * - `assurance`: the person used a weaker BankID than asked for
 * - `identity`: claims about the person are missing or unreadable
 * - `unavailable`: BankID could not be reached in time; trying again may help
 * - `protocol`: everything else that the specifications do not allow, such as a wrong signature
 */
export type BankIdRefusal =
  | 'cancelled'
  | 'state'
  | 'nonce'
  | 'replay'
  | 'assurance'
  | 'identity'
  | 'unavailable'
  | 'protocol'

/** What the BankID client throws, and nothing else. Its message holds no personal data and no code. */
export class BankIdRefused extends Error {
  readonly reason: BankIdRefusal
  constructor(reason: BankIdRefusal, detail: string, cause?: unknown) {
    super(`BankID ${reason}: ${detail}`, cause === undefined ? undefined : { cause })
    this.name = 'BankIdRefused'
    this.reason = reason
  }
}

const unreachable = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT'])
/** RFC 6749, 4.1.2.1: the server asks to come back later. */
const serverTrouble = new Set(['server_error', 'temporarily_unavailable'])

/** The claim that failed its check, as openid-client keeps it two causes down. */
function failedClaim(error: Error): unknown {
  const inner = error.cause instanceof Error ? error.cause.cause : undefined
  return inner && typeof inner === 'object' && 'claim' in inner ? inner.claim : undefined
}

function fromAuthorization(error: AuthorizationResponseError): BankIdRefused {
  if (error.error === 'access_denied') return new BankIdRefused('cancelled', 'the person broke off')
  const reason = serverTrouble.has(error.error) ? 'unavailable' : 'protocol'
  return new BankIdRefused(reason, `authorization answered ${error.error}`, error)
}

function fromBody(error: ResponseBodyError): BankIdRefused {
  // RFC 6749, 5.2: also a verifier (RFC 7636, 4.6) that is not the one of the browser that began.
  if (error.error === 'invalid_grant')
    return new BankIdRefused('replay', 'the code does not count (any more)')
  const reason = error.status >= 500 || serverTrouble.has(error.error) ? 'unavailable' : 'protocol'
  return new BankIdRefused(reason, `token endpoint answered ${error.error}`, error)
}

function fromClient(error: ClientError): BankIdRefused {
  if (error.code && unreachable.has(error.code))
    return new BankIdRefused('unavailable', 'no answer in time', error)
  const answered = error.cause instanceof Response ? error.cause.status : 0
  if (answered >= 500 || answered === 429)
    return new BankIdRefused('unavailable', `it answered ${answered}`, error)
  if (failedClaim(error) === 'nonce')
    return new BankIdRefused('nonce', 'the ID token is for another log-in', error)
  if (error.code === undefined) return new BankIdRefused('unavailable', 'no usable answer', error)
  return new BankIdRefused('protocol', error.message, error)
}

/** Turns what openid-client throws into a refusal of the closed list. */
export function toRefusal(error: unknown): BankIdRefused {
  if (error instanceof BankIdRefused) return error
  if (error instanceof AuthorizationResponseError) return fromAuthorization(error)
  if (error instanceof ResponseBodyError) return fromBody(error)
  if (error instanceof ClientError) return fromClient(error)
  // fetch reports every connection failure as a TypeError with a cause.
  if (error instanceof TypeError && error.cause !== undefined) {
    return new BankIdRefused('unavailable', 'no connection', error)
  }
  return new BankIdRefused('protocol', 'unexpected failure', error)
}
