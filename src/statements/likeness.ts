import { daysBetween } from '../domain/clock.ts'
import { normaliseAccount } from '../domain/norwegian.ts'
import type { Alias, EntryContent, ObservedRow } from './normal.ts'

/** What speaks for one stated row being a stored entry. */
export type Likeness = {
  readonly id: boolean
  readonly kid: boolean
  readonly endToEndId: boolean
  readonly account: boolean
  readonly text: boolean
  readonly name: boolean
  readonly valueDate: boolean
}

const equal = (one: string | null, other: string | null) => one !== null && one === other
const differ = (one: string | null, other: string | null) => one !== null && other !== null && one !== other

function shareId(one: readonly Alias[], other: readonly Alias[]): boolean {
  return one.some((alias) => other.some((twin) => twin.kind === alias.kind && twin.value === alias.value))
}

/** Null when they contradict each other: two payments with different references are two, whatever else is equal. */
export function likeness(
  entry: { readonly content: EntryContent; readonly aliases: readonly Alias[] },
  row: ObservedRow,
): Likeness | null {
  const one = entry.content
  const other = row.content
  const accounts = [one.counterpartyAccount, other.counterpartyAccount].map((text) =>
    text === null ? null : normaliseAccount(text),
  ) as [string | null, string | null]
  if (differ(one.kid, other.kid) || differ(one.endToEndId, other.endToEndId) || differ(...accounts))
    return null
  return {
    id: shareId(entry.aliases, row.aliases),
    kid: equal(one.kid, other.kid),
    endToEndId: equal(one.endToEndId, other.endToEndId),
    account: equal(...accounts),
    text: equal(one.text, other.text),
    name: equal(one.counterpartyName, other.counterpartyName),
    valueDate: equal(one.valueDate, other.valueDate),
  }
}

/** References outweigh words, words outweigh dates; a bank's id decides only between equals. */
const weights = { kid: 32, endToEndId: 32, account: 16, text: 16, name: 8, valueDate: 2, id: 1 } as const

export function scoreOf(like: Likeness): number {
  return Object.entries(weights).reduce(
    (sum, [key, weight]) => sum + (like[key as keyof Likeness] ? weight : 0),
    0,
  )
}

/** Is there more than date and amount to go by? */
export function hasEvidence(like: Likeness): boolean {
  return like.id || like.kid || like.endToEndId || like.account || like.text
}

/** A booking may follow its reservation by some weeks (hotels, petrol), and be dated a little before it. */
export function mayBeBookingOf(pending: EntryContent, booked: EntryContent): boolean {
  const announced = pending.bookingDate ?? pending.valueDate
  if (announced === null || booked.bookingDate === null) return true
  const days = daysBetween(announced, booked.bookingDate)
  return days >= -3 && days <= 30
}
