import type { Tx } from '../db.ts'
import type { DueKind } from '../due-work.ts'
import type { Decision } from './retry.ts'

/** One run of a job: ids only, everything else is read from the database. */
export type Run = {
  readonly clientId: string
  readonly subjectId: string
  /** 1 at the first try; counts on until a run succeeds, runs that died with their process included. */
  readonly attempt: number
  /** Aborted when the time is up, when the lease was lost, or when the process has to end. */
  readonly signal: AbortSignal
}

/** `done`: nothing left to do. `next`: the same work is due again then (a date in the injected clock's time). */
export type Outcome = 'done' | { readonly next: Date }

export type GivenUp = {
  readonly clientId: string
  readonly subjectId: string
  readonly decision: Exclude<Decision, { readonly kind: 'retry' }>
  readonly error: unknown
}

/** A run failed, and the work is tried again. */
export type PutOff = { readonly clientId: string; readonly subjectId: string; readonly at: Date }

export type JobDefinition<Ports> = {
  readonly kind: DueKind
  /** How long after the death of its process another one takes a run over. Renewed while the run lives. */
  readonly leaseMs: number
  /** A run that takes longer is aborted and counts as failed. */
  readonly timeoutMs: number
  /** Runs at the same time in one process. */
  readonly concurrency: number
  /**
   * Does the work. It may be run again at any point (kill -9 included), so it looks at the rows first and does only
   * what is left. A thrown error is judged by `jobs/retry.ts`.
   */
  readonly work: (ports: Ports, run: Run) => Promise<Outcome>
  /**
   * Work that comes back by itself for as long as its subject lives. It is never parked for what time may cure: after
   * the tries of `jobs/retry.ts` it goes on slowly, with `last_error` visible.
   */
  readonly recurring?: boolean
  /** Told, in the transaction that puts the work off after a failure, when it is tried again. */
  readonly putOff?: (tx: Tx, ports: Ports, facts: PutOff) => Promise<void>
  /**
   * Told, in the transaction that parks the work or slows it down, that no quick retry will follow: moves the subject
   * to the state that shows it.
   */
  readonly gaveUp?: (tx: Tx, ports: Ports, facts: GivenUp) => Promise<void>
}

export type JobOptions<Ports> = Omit<JobDefinition<Ports>, 'leaseMs' | 'timeoutMs'> &
  Partial<Pick<JobDefinition<Ports>, 'leaseMs' | 'timeoutMs'>>

/** Defines a job. Leases default to 10 s, a run's time to 2 minutes. */
export function defineJob<Ports>(options: JobOptions<Ports>): JobDefinition<Ports> {
  return { leaseMs: 10_000, timeoutMs: 120_000, ...options }
}
