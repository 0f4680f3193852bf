import { after, osloDate } from '../domain/clock.ts'
import type { PaymentState } from '../domain/machines.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

type Rhythm = {
  /** Up to this age of the state, look this often; past the last nobody looks any more. */
  readonly steps: readonly (readonly [untilMs: number, everyMs: number])[]
  /** Older than this it needs a person. */
  readonly stuckAfterMs: number
}

/** While somebody waits often, then with the bank's settlement runs, then daily. */
const atTheBank: Rhythm = {
  steps: [
    [hour, 5 * minute],
    [day, 30 * minute],
    [7 * day, 6 * hour],
    [90 * day, day],
  ],
  stuckAfterMs: 5 * day,
}
const withThePerson: Rhythm = {
  steps: [
    [15 * minute, minute],
    [2 * hour, 5 * minute],
    [day, hour],
    [7 * day, 6 * hour],
    [90 * day, day],
  ],
  stuckAfterMs: day,
}

const rhythms: Partial<Record<PaymentState, Rhythm>> = {
  // Approved and not sent: the page was closed in between. What an earlier attempt left at the bank is asked for.
  approved: {
    steps: [
      [hour, hour],
      [90 * day, day],
    ],
    stuckAfterMs: hour,
  },
  awaiting_sca: withThePerson,
  partially_authorised: withThePerson,
  awaiting_bank_approval: atTheBank,
  accepted: atTheBank,
  scheduled: atTheBank,
  executed: {
    steps: [
      [40 * day, day],
      [400 * day, 7 * day],
    ],
    stuckAfterMs: 7 * day,
  },
  unknown: {
    steps: [
      [hour, 5 * minute],
      [day, hour],
      [400 * day, day],
    ],
    stuckAfterMs: day,
  },
}

export const isFollowed = (state: PaymentState): boolean => rhythms[state] !== undefined

export type Look = { readonly next: Date | null; readonly stuck: boolean }

/**
 * When to look at a payment again (null: never), and whether it has rested for too long. @param since when it came
 * into its state; one with a later execution date counts from the morning of that day, and is seen daily until then.
 */
export function lookAgain(
  now: Date,
  { state, executionDate }: { readonly state: string; readonly executionDate: string | null },
  since: Date,
): Look {
  const rhythm = rhythms[state as PaymentState]
  if (!rhythm) return { next: null, stuck: false }
  const waits = state === 'accepted' || state === 'scheduled' || state === 'executed'
  const morning = waits && executionDate ? Date.parse(`${executionDate}T04:00:00Z`) : 0
  if (executionDate && morning > now.getTime() && executionDate > osloDate(since)) {
    return { next: after(now, Math.min(morning - now.getTime(), day)), stuck: false }
  }
  const age = now.getTime() - Math.max(since.getTime(), morning)
  const step = rhythm.steps.find(([untilMs]) => age < untilMs)
  return { next: step ? after(now, step[1]) : null, stuck: age >= rhythm.stuckAfterMs }
}
