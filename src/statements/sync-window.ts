import { createHash } from 'node:crypto'
import { addDays, after } from '../domain/clock.ts'

/** Days read again each time: late rows, changed words, moved booking dates. */
const overlapDays = 10
const dayMs = 86_400_000
/** Reads of different accounts drift apart by up to this much, always the same for one account. */
const spreadMs = 20 * 60_000

/**
 * First and last day to ask for: the whole history the first time, then from some days before what was read. After an
 * outage as far back as the bank gives.
 */
export function windowOf(facts: {
  readonly today: string
  readonly readThrough: string | null
  readonly historyDays: number
}): { from: string; to: string } {
  const oldest = addDays(facts.today, -facts.historyDays)
  const from = facts.readThrough === null ? oldest : addDays(facts.readThrough, -overlapDays)
  return { from: from > oldest ? from : oldest, to: facts.today }
}

/** When to read again: the bank's reads spread over the day, with a lag that follows from the account's id. */
export function nextSync(now: Date, accountId: string, readsPerDay: number): Date {
  const lag = createHash('sha256').update(accountId).digest().readUInt32BE(0) % spreadMs
  return after(now, Math.ceil(dayMs / Math.max(1, readsPerDay)) + lag)
}
