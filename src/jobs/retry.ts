import { ConnectorFailure, type FailureKind } from '../connectors/failure.ts'
import { after } from '../domain/clock.ts'
import { Problem } from '../domain/problems.ts'
import { StateConflict } from '../events/move.ts'

/** What becomes of work whose run failed. */
export type Decision =
  | { readonly kind: 'retry'; readonly at: Date; readonly reason: string }
  /** Work that recurs and has failed for long: it goes on at a slow rhythm, for as long as it takes. */
  | { readonly kind: 'slow'; readonly at: Date; readonly reason: string }
  /** A person has to act (renew a consent): the work rests until it is asked for again. */
  | { readonly kind: 'action_required'; readonly reason: string }
  /** It rests, visibly dead, until it is asked for again. */
  | { readonly kind: 'give_up'; readonly reason: string }

/** Work of ours that came to no end; its text holds no data. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}

type Backoff = { readonly firstMs: number; readonly mostMs: number; readonly attempts: number }
type Policy = Backoff | 'action_required' | 'give_up'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Per kind of failure at a bank. Delays double from `firstMs` to `mostMs`; after `attempts` runs it is given up. */
const failurePolicies: Readonly<Record<FailureKind, Policy>> = {
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
const ownErrors: Backoff = { firstMs: second, mostMs: 15 * minute, attempts: 20 }

/** The rhythm of recurring work that has failed for longer than its policy tries. */
const SLOW_MS = 6 * hour
/** No for a single order, but banks answer so in an outage too: recurring reads ask again, slowly. */
const passing: readonly FailureKind[] = ['rejected', 'not_found', 'not_supported', 'access_denied']

function spread(ms: number, random: () => number): number {
  return Math.round(ms * (0.75 + random() * 0.5))
}

function backoff(policy: Backoff, attempt: number, random: () => number): number {
  return spread(Math.min(policy.firstMs * 2 ** Math.min(attempt - 1, 30), policy.mostMs), random)
}

/** Errors whose text we wrote ourselves, without anybody's data. */
const ours = [ConnectorFailure, Problem, StateConflict, RunFailed]

/**
 * One line, of bounded length: what `due_work.last_error` shows. Of an error that is not ours only class and code: a
 * mail server's text quotes the address, a database's the values.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (ours.some((known) => error instanceof known)) {
    return `${error.name}: ${error.message}`.replace(/\s+/g, ' ').trim().slice(0, 500)
  }
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  const codes = [code, responseCode].filter((each) => /^\w{1,40}$/.test(String(each ?? '')))
  return [error.name.slice(0, 100), ...codes].join(' ')
}

/**
 * The one place that turns an error into a retry, a delay, or giving up (DESIGN 3). `attempt` is 1 at the first
 * failure; `now` is the injected clock's; `random` in [0, 1) spreads a delay by a quarter to either side. `recurring`
 * work never rests for what time may cure.
 */
export function decide(
  error: unknown,
  attempt: number,
  now: Date,
  options: { readonly recurring?: boolean; readonly random?: () => number } = {},
): Decision {
  const { recurring = false, random = Math.random } = options
  const reason = reasonOf(error)
  const failure = error instanceof ConnectorFailure ? error : undefined
  const policy = failure ? failurePolicies[failure.kind] : ownErrors
  const slowly = () => ({ kind: 'slow', at: after(now, spread(SLOW_MS, random)), reason }) as const
  if (policy === 'action_required' || policy === 'give_up') {
    return recurring && failure && passing.includes(failure.kind) ? slowly() : { kind: policy, reason }
  }
  const exhausted = attempt >= policy.attempts
  if (exhausted && !recurring) {
    return { kind: 'give_up', reason: `gave up after ${attempt} attempts: ${reason}` }
  }
  const own = exhausted
    ? slowly()
    : ({ kind: 'retry', at: after(now, backoff(policy, attempt, random)), reason } as const)
  const retryAt = failure?.facts.retryAt
  if (!retryAt || retryAt <= now) return own
  // A bank's word counts as it is; whoever else names a time knows only when a try is allowed at the earliest.
  if (failure.kind !== 'rate_limited' && own.at >= retryAt) return own
  // Everyone is told the same time: the second of a spread keeps them from coming back as one.
  return { ...own, at: after(retryAt, Math.round(random() * second)) }
}
