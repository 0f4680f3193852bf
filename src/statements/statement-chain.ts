import { daysBetween } from '../domain/clock.ts'

/** A statement as a link in the chain of an account's balances. */
export type Link = {
  readonly sourceId: string
  readonly sequence: string | null
  /** What it begins and ends with, pages of a statement too; null where it does not say. */
  readonly openingMinor: bigint | null
  readonly closingMinor: bigint | null
  readonly from: string
  readonly to: string
  /** Of its booked rows, whatever their order. */
  readonly digest: string
}

/** Further links than these tell nothing of the days of one statement. */
const longest = 400
/** Days without a statement that a chain reaches over. */
const reachDays = 31

/**
 * The statements before and after one that it follows by balance: each ends where the next one begins, so no row is in
 * two of them. The same statement issued again is not among them. Pure.
 */
export function siblingsOf(own: Link, others: readonly Link[]): Link[] {
  const chain = [own]
  walk(chain, own, others, follows)
  walk(chain, own, others, (earlier, one) => follows(one, earlier))
  return chain.slice(1)
}

/** Goes on from link to link as long as one fits to the last; the nearest in time first. */
function walk(
  chain: Link[],
  own: Link,
  others: readonly Link[],
  fits: (next: Link, last: Link) => boolean,
): void {
  let last = own
  while (chain.length < longest) {
    const next = others
      .filter((link) => fits(link, last) && !chain.some((one) => one === link || sameStatement(one, link)))
      .sort((a, b) => distance(a, last) - distance(b, last) || (a.sourceId < b.sourceId ? -1 : 1))[0]
    if (!next) return
    chain.push(next)
    last = next
  }
}

function follows(next: Link, last: Link): boolean {
  if (last.closingMinor === null || next.openingMinor !== last.closingMinor) return false
  return next.from >= last.from && next.to >= last.to && daysBetween(last.to, next.from) <= reachDays
}

const distance = (one: Link, other: Link) =>
  Math.abs(daysBetween(one.from, other.from)) + Math.abs(daysBetween(one.to, other.to))

/** Issued again: the same rows between the same balances. Where they sum up to nothing, other numbers make them two. */
function sameStatement(one: Link, other: Link): boolean {
  const again =
    one.openingMinor === other.openingMinor &&
    one.closingMinor === other.closingMinor &&
    one.digest === other.digest
  if (!again) return false
  const numbered = one.sequence !== null && other.sequence !== null && one.sequence !== other.sequence
  return !(numbered && one.openingMinor === one.closingMinor)
}
