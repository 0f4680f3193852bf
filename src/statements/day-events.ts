import type { Tx } from '../db.ts'
import { formatAmount } from '../domain/money.ts'
import { appendEvent } from '../events/append.ts'
import type { DayRow } from './day-rows.ts'
import type { DayProof } from './proof.ts'

/** Days in an event: more are read from the account's completeness. */
const daysShown = 100

type Told = {
  readonly judged: readonly DayProof[]
  readonly known: ReadonlyMap<string, DayRow>
  readonly reopened: readonly string[]
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
  const reopened = told.reopened.filter((date) => known.get(date)?.proof === 'proven')
  if (reopened.length > 0) {
    const data = {
      ...facts,
      from: reopened[0] ?? null,
      days: reopened.slice(0, daysShown),
      count: reopened.length,
    }
    await appendEvent(tx, { type: 'account.day_reopened', ...about, data })
  }
  const gaps = judged.filter((day) => day.differenceMinor !== null)
  const now = new Map(judged.map((day) => [day.date, day]))
  for (const old of known.values()) {
    if (old.differenceMinor === null || now.get(old.date)?.differenceMinor === old.differenceMinor) continue
    await appendEvent(tx, {
      type: 'account.gap_closed',
      ...about,
      data: { ...facts, ...gapData(old, currency) },
    })
  }
  for (const gap of gaps) {
    if (known.get(gap.date)?.differenceMinor === gap.differenceMinor) continue
    await appendEvent(tx, {
      type: 'account.gap_opened',
      ...about,
      data: { ...facts, ...gapData(gap, currency) },
    })
  }
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

/** The difference is what the bank's balances say is missing here: negative where debits are. */
function gapData(
  day: Pick<DayRow, 'date' | 'spanFrom' | 'differenceMinor' | 'cause'>,
  currency: string,
): { from: string; to: string; difference: { amount: string; currency: string }; cause: string | null } {
  const amount = formatAmount({ minor: day.differenceMinor ?? 0n, currency })
  return { from: day.spanFrom ?? day.date, to: day.date, difference: { amount, currency }, cause: day.cause }
}
