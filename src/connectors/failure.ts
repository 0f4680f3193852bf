/**
 * The closed list of ways in which a call to a bank can fail (DESIGN 3). `jobs/retry.ts` is the one place that
 * turns a kind into retry, delay or give up.
 */
export const failureKinds = [
  'consent_expired',
  'sca_required',
  'sca_unsupported',
  'rate_limited',
  'rejected',
  'access_denied',
  'not_found',
  'not_supported',
  'trust_failed',
  'unavailable',
  'not_sent',
  'outcome_unknown',
  'malformed',
] as const
export type FailureKind = (typeof failureKinds)[number]

export type FailureFacts = {
  readonly kind: FailureKind
  /** For people: what happened, without secrets or personal data. */
  readonly detail: string
  /** The bank's own code and text, when it gave one. */
  readonly bank?: { readonly code: string; readonly message?: string }
  /** `rate_limited`: when the bank may be asked again. */
  readonly retryAt?: Date
  readonly httpStatus?: number
  /** The bank has the order all the same: what is needed to ask for it (a `ConnectorMemory`, kept encrypted). */
  readonly memory?: Readonly<Record<string, string>>
}

/**
 * What a connector throws, and nothing else. `not_sent`: no byte left this machine, so it may be tried again;
 * `outcome_unknown`: the bank may have acted, so it is never sent again without evidence.
 */
export class ConnectorFailure extends Error {
  readonly kind: FailureKind
  readonly facts: Omit<FailureFacts, 'memory'>
  /** Not among the facts: what is logged of an error must not hold it. */
  readonly #memory: FailureFacts['memory']
  constructor({ memory, ...facts }: FailureFacts, cause?: unknown) {
    super(`${facts.kind}: ${facts.detail}`, cause === undefined ? undefined : { cause })
    this.name = 'ConnectorFailure'
    this.kind = facts.kind
    this.facts = facts
    this.#memory = memory
  }

  get memory(): FailureFacts['memory'] {
    return this.#memory
  }
}

export function isFailure(error: unknown, ...kinds: FailureKind[]): error is ConnectorFailure {
  return error instanceof ConnectorFailure && (kinds.length === 0 || kinds.includes(error.kind))
}
