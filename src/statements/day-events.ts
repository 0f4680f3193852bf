import type { Tx } from '../db.ts'
import { formatAmount } from '../domain/money.ts'
import { appendEvent, appendEvents } from '../events/append.ts'
import type { DayRow } from './day-rows.ts'
import type { OpenGap } from './gap-follow.ts'
import type { GapChanges } from './gaps.ts'
import type { DayProof } from './proof.ts'

/** Days in an event: more are read from the account's completeness. */
const daysShown = 100

type Told = {
  readonly judged: readonly DayProof[]
  readonly known: ReadonlyMap<string, DayRow>
  /** Days that had been read before and whose rows have changed, though perhaps not their sum. */
  readonly reopened: readonly string[]
  readonly gaps: GapChanges
}

/** Events for what has changed; answers how many days are newly proven. */
export async function tellOfDays(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  currency: string,
  told: Told,
): Promise<number> {
  const { judged, known } = told
  const about = { resourceType: 'account', resourceId: account.id, companyId: account.companyId }
  const facts = { accountId: account.id, currency }
  const changed = new Set(told.reopened)
  const reopened = judged
    .filter((day) => {
      const old = known.get(day.date)
      const other = old?.sumMinor !== day.sumMinor || old.entries !== day.entries
      return old?.proof === 'proven' && (other || changed.has(day.date))
    })
    .map((day) => day.date)
  if (reopened.length > 0) {
    const data = {
      ...facts,
      from: reopened[0] ?? null,
      days: reopened.slice(0, daysShown),
      count: reopened.length,
    }
    await appendEvent(tx, { type: 'account.day_reopened', ...about, data })
  }
  await tellOfGaps(tx, { about, accountId: account.id, currency }, told.gaps)
  const proven = judged
    .filter((day) => {
      const old = known.get(day.date)
      return day.proof === 'proven' && (old?.proof !== 'proven' || old.sumMinor !== day.sumMinor)
    })
    .map((day) => day.date)
  if (proven.length > 0) {
    const data = { ...facts, days: proven.slice(-daysShown), count: proven.length }
    await appendEvent(tx, { type: 'account.day_proven', ...about, data })
  }
  return proven.length
}

async function tellOfGaps(
  tx: Tx,
  of: {
    readonly about: { readonly resourceType: string; readonly resourceId: string; readonly companyId: string }
    readonly accountId: string
    readonly currency: string
  },
  { closed, changed, opened }: GapChanges,
): Promise<void> {
  const { about, ...facts } = of
  const events = [
    ...closed.map((gap) => ({ type: 'account.gap_closed' as const, gap })),
    ...changed.map((gap) => ({ type: 'account.gap_changed' as const, gap })),
    ...opened.map((gap) => ({ type: 'account.gap_opened' as const, gap })),
  ].map(({ type, gap }) => ({ type, data: { ...facts, ...gapData(gap, of.currency) } }))
  await appendEvents(tx, about, events)
}

/** The difference is what the bank's balances say is missing here: negative where debits are. */
function gapData({ id, from, to, cause, differenceMinor: minor }: OpenGap, currency: string) {
  return { gapId: id, from, to, difference: { amount: formatAmount({ minor, currency }), currency }, cause }
}
