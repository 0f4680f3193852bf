import type { GapCause, Named } from './gap-causes.ts'

/** A gap that is open, as it was last judged. */
export type OpenGap = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly differenceMinor: bigint
  readonly cause: GapCause
  readonly suspects: readonly string[]
}

export type Followed = {
  /** Open before and now, however much of it is known better. */
  readonly kept: readonly { readonly gap: OpenGap; readonly now: Named }[]
  readonly opened: readonly Named[]
  readonly closed: readonly OpenGap[]
}

/**
 * Which of the gaps found now are those that were open. A gap stays the same while its amount does and its days touch
 * those it had: an evening's balance that comes in later only narrows it. Those that end on the same day are paired
 * first.
 */
export function followGaps(open: readonly OpenGap[], found: readonly Named[]): Followed {
  const kept: { gap: OpenGap; now: Named }[] = []
  const left = new Set(found)
  const take = (gap: OpenGap, fits: (now: Named) => boolean): boolean => {
    const now = candidates.get(gap.differenceMinor)?.find((one) => left.has(one) && fits(one))
    if (!now) return false
    left.delete(now)
    kept.push({ gap, now })
    return true
  }
  const candidates = Map.groupBy(found, (one) => one.differenceMinor)
  const exact = open.filter((gap) => !take(gap, (now) => now.to === gap.to && now.from === gap.from))
  const ended = exact.filter((gap) => !take(gap, (now) => now.to === gap.to))
  const closed = ended.filter((gap) => !take(gap, (now) => now.from <= gap.to && gap.from <= now.to))
  return { kept, opened: found.filter((one) => left.has(one)), closed }
}

/** Is more, or other, known of it than was told? The suspects alone are no news. */
export const isNews = ({ gap, now }: Followed['kept'][number]) =>
  gap.from !== now.from || gap.to !== now.to || gap.cause !== now.cause
