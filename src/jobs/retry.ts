import { ConnectorFailure, type FailureKind } from '../connectors/failure.ts'
import { after } from '../domain/clock.ts'

/** What becomes of work whose run failed. */
export type Decision =
  | { readonly kind: 'retry'; readonly at: Date; readonly reason: string }
  /** A person has to act (renew a consent): the work rests until it is asked for again. */
  | { readonly kind: 'action_required'; readonly reason: string }
  /** It rests, visibly dead, until it is asked for again. */
  | { readonly kind: 'give_up'; readonly reason: string }

type Backoff = { readonly firstMs: number; readonly mostMs: number; readonly attempts: number }
type Policy = Backoff | 'action_required' | 'give_up'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Per kind of failure at a bank. Delays double from `firstMs` to `mostMs`; after `attempts` runs it is given up. */
export const failurePolicies: Readonly<Record<FailureKind, Policy>> = {
  consent_expired: 'action_required',
  sca_required: 'action_required',
  access_denied: 'action_required',
  sca_unsupported: 'give_up',
  rejected: 'give_up',
  not_found: 'give_up',
  not_supported: 'give_up',
  // Never sent again without evidence: whoever sends looks for evidence in work of its own.
  outcome_unknown: 'give_up',
  // Used when the bank names no time; with one, that time counts.
  rate_limited: { firstMs: 15 * minute, mostMs: 6 * hour, attempts: 30 },
  unavailable: { firstMs: 2 * second, mostMs: 30 * minute, attempts: 60 },
  not_sent: { firstMs: 2 * second, mostMs: 30 * minute, attempts: 60 },
  // An operator has to renew a certificate; nobody tells us when that is done.
  trust_failed: { firstMs: minute, mostMs: hour, attempts: 100 },
  malformed: { firstMs: minute, mostMs: 2 * hour, attempts: 8 },
}

/** Errors of our own: a broken database connection, someone faster, a bug. About three hours, then dead. */
export const ownErrors: Backoff = { firstMs: second, mostMs: 15 * minute, attempts: 20 }

function backoff(policy: Backoff, attempt: number, random: () => number): number {
  const full = Math.min(policy.firstMs * 2 ** Math.min(attempt - 1, 30), policy.mostMs)
  return Math.round(full * (0.75 + random() * 0.5))
}

/** One line, of bounded length: what `due_work.last_error` shows. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.replace(/\s+/g, ' ').trim().slice(0, 500)
}

/**
 * The one place that turns an error into a retry, a delay, or giving up (DESIGN 3). `attempt` is 1 at the first
 * failure; `now` is the injected clock's; `random` in [0, 1) spreads a delay by a quarter to either side.
 */
export function decide(
  error: unknown,
  attempt: number,
  now: Date,
  random: () => number = Math.random,
): Decision {
  const reason = reasonOf(error)
  const policy = error instanceof ConnectorFailure ? failurePolicies[error.kind] : ownErrors
  if (policy === 'action_required' || policy === 'give_up') return { kind: policy, reason }
  if (attempt >= policy.attempts) {
    return { kind: 'give_up', reason: `gave up after ${attempt} attempts: ${reason}` }
  }
  const at = after(now, backoff(policy, attempt, random))
  const retryAt = error instanceof ConnectorFailure ? error.facts.retryAt : undefined
  if (!retryAt) return { kind: 'retry', at, reason }
  // Everyone is told the same time: the second of a spread keeps them from coming back as one.
  const asked = after(retryAt, Math.round(random() * second))
  return { kind: 'retry', at: asked > now ? asked : at, reason }
}
