import { daysBetween } from '../domain/clock.ts'
import { normaliseAccount } from '../domain/norwegian.ts'
import type { Alias, EntryContent, ObservedRow } from './normal.ts'
import { contained, wordsLike } from './words.ts'

/** What speaks for one stated row being a stored entry. Words from 0 to 1 (`wordsLike`). */
export type Likeness = {
  readonly id: boolean
  readonly kid: boolean
  readonly endToEndId: boolean
  readonly account: boolean
  readonly text: number
  readonly name: number
  readonly valueDate: boolean
  /** Both have a KID, or neither has: between rows in the same words, the one without is the one without. */
  readonly stated: boolean
}

type Known = { readonly content: EntryContent; readonly aliases: readonly Alias[] }

const equal = (one: string | null, other: string | null) => one !== null && one === other
export const differ = (one: string | null, other: string | null) =>
  one !== null && other !== null && one !== other

function shareId(one: readonly Alias[], other: readonly Alias[]): boolean {
  return one.some((alias) => other.some((twin) => twin.kind === alias.kind && twin.value === alias.value))
}

/** Some formats fill a KID up with blanks or zeros to its left. */
export const bareKid = (kid: string | null) =>
  kid === null ? null : kid.replace(/\s/g, '').replace(/^0+(?=.)/, '')
export const bareAccount = (text: string | null) => (text === null ? null : normaliseAccount(text))

/** Null when they contradict each other: two payments with different references are two, whatever else is equal. */
export function likeness(entry: Known, row: ObservedRow): Likeness | null {
  const one = entry.content
  const other = row.content
  const kids = [bareKid(one.kid), bareKid(other.kid)] as const
  const accounts = [bareAccount(one.counterpartyAccount), bareAccount(other.counterpartyAccount)] as const
  if (differ(...kids) || differ(one.endToEndId, other.endToEndId) || differ(...accounts)) return null
  return {
    id: shareId(entry.aliases, row.aliases),
    kid: equal(...kids),
    endToEndId: equal(one.endToEndId, other.endToEndId),
    account: equal(...accounts),
    text: wordsLike(one.text, other.text),
    name: nameLike(one, other),
    valueDate: equal(one.valueDate, other.valueDate),
    stated: (one.kid === null) === (other.kid === null),
  }
}

/** One route names the other party where another has the name among its words. */
function nameLike(one: EntryContent, other: EntryContent): number {
  const within = (name: string | null, text: string | null) =>
    wordsLike(name, text) >= contained ? contained : 0
  return Math.max(
    wordsLike(one.counterpartyName, other.counterpartyName),
    within(one.counterpartyName, other.text),
    within(other.counterpartyName, one.text),
  )
}

/** References outweigh words, words outweigh dates; a bank's id decides only between equals. */
const weights = {
  ...{ kid: 32, endToEndId: 32, account: 16, text: 16, name: 8 },
  ...{ valueDate: 2, id: 1, stated: 0.5 },
} as const

export function scoreOf(like: Likeness): number {
  return Object.entries(weights).reduce(
    (sum, [key, weight]) => sum + Number(like[key as keyof Likeness]) * weight,
    0,
  )
}

/** Is there more than date and amount to go by? */
export function hasEvidence(like: Likeness): boolean {
  return like.id || like.kid || like.endToEndId || like.account || like.text >= contained
}

/**
 * A booking may follow its reservation by some weeks (hotels, petrol), and be dated a little before it. It knows the
 * references that the reservation had.
 */
export function mayBeBookingOf(pending: EntryContent, booked: EntryContent): boolean {
  if ((pending.kid && !booked.kid) || (pending.endToEndId && !booked.endToEndId)) return false
  const announced = pending.bookingDate ?? pending.valueDate
  if (announced === null || booked.bookingDate === null) return true
  const days = daysBetween(announced, booked.bookingDate)
  return days >= -3 && days <= 30
}
