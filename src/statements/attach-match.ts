import { daysBetween } from '../domain/clock.ts'
import type { BatchSummary } from '../domain/statement.ts'
import { batchIdsOf, type Notice } from './attach-notices.ts'
import type { Confidence, StoredEntry } from './identity.ts'
import type { Alias, DetailRow } from './normal.ts'

/** An entry that a notice may tell of. */
export type Candidate = {
  readonly entry: StoredEntry
  /** `other`: another source has told its details. `same`: this one has. */
  readonly told: 'no' | 'other' | 'same'
}

export type Attachment = {
  readonly notice: Notice
  readonly entry: StoredEntry
  readonly confidence: Confidence
}

export type Attachments = {
  readonly pairs: readonly Attachment[]
  /** Several entries, or several notices for one entry, and nothing tells which. */
  readonly ambiguous: readonly Notice[]
  /** No entry so far. */
  readonly waiting: readonly Notice[]
}

/** Days between a notice and its line: with a reference, and with nothing but the amount. */
const daysWithReference = 10
const daysByAmount = 3

type Pair = { readonly notice: Notice; readonly candidate: Candidate; readonly score: number }

/**
 * Which entry each notice tells of: the amount is always that of the line; references outweigh batch ids and KID, these
 * the day. What is not told for certain stays unattached. Equal notices and equal entries, as many of the one as of the
 * other, are paired in order: which is which cannot matter. Pure.
 */
export function pairNotices(notices: readonly Notice[], candidates: readonly Candidate[]): Attachments {
  const key = (minor: bigint, currency: string) => `${minor} ${currency}`
  const byAmount = Map.groupBy(candidates, ({ entry }) =>
    key(entry.content.amountMinor, entry.content.currency),
  )
  const all = notices.flatMap((notice) =>
    near(byAmount.get(key(notice.amountMinor, notice.currency)) ?? [], notice).flatMap(
      (candidate): Pair[] => {
        const score = scoreOf(notice, candidate)
        return score === null ? [] : [{ notice, candidate, score }]
      },
    ),
  )
  const pairs: Attachment[] = []
  const ambiguous = new Set<Notice>()
  const used = new Set<Notice | Candidate>()
  for (const score of [...new Set(all.map((pair) => pair.score))].sort((a, b) => b - a)) {
    const open = all.filter(
      (pair) =>
        pair.score === score &&
        !used.has(pair.notice) &&
        !used.has(pair.candidate) &&
        !ambiguous.has(pair.notice),
    )
    for (const group of connected(open)) {
      const found = assign(group)
      if (!found) for (const { notice } of group) ambiguous.add(notice)
      for (const { notice, candidate } of found ?? []) {
        used.add(notice).add(candidate)
        pairs.push({ notice, entry: candidate.entry, confidence: score >= certain ? 'high' : 'medium' })
      }
    }
  }
  const attached = new Set(pairs.map(({ notice }) => notice))
  return {
    pairs,
    ambiguous: [...ambiguous],
    waiting: notices.filter((notice) => !attached.has(notice) && !ambiguous.has(notice)),
  }
}

/** Entries of one amount that are weighed for a notice; of more, those with its reference, else those of its day. */
const mostCandidates = 200

function near(candidates: readonly Candidate[], notice: Notice): readonly Candidate[] {
  if (candidates.length <= mostCandidates) return candidates
  const referred = candidates.filter(({ entry }) => shareReference(entry.aliases, notice))
  if (referred.length > 0) return referred.slice(0, mostCandidates)
  return candidates.filter(({ entry }) => entry.content.bookingDate === notice.day).slice(0, mostCandidates)
}

const weights = { reference: 16, batch: 8, payment: 8, told: 4, sameDay: 2 } as const
const certain = weights.batch

/** Null: it cannot be. */
function scoreOf(notice: Notice, candidate: Candidate): number | null {
  const { content, aliases } = candidate.entry
  const days = content.bookingDate === null ? null : Math.abs(daysBetween(notice.day, content.bookingDate))
  if (days === null || days > daysWithReference || candidate.told === 'same') return null
  if (content.reversal !== notice.reversal && notice.details.length < 2) return null
  if (!mayHold(content.details, notice.details, candidate.told === 'other')) return null
  const batches = (content.batches ? JSON.parse(content.batches) : []) as BatchSummary[]
  const known = batchIdsOf(batches, content.details)
  const evidence =
    (shareReference(aliases, notice) ? weights.reference : 0) +
    (notice.batchIds.some((id) => known.includes(id)) ? weights.batch : 0) +
    (samePayment(content.details, notice.details) ? weights.payment : 0)
  if (evidence === 0 && days > daysByAmount) return null
  return evidence + (candidate.told === 'other' ? weights.told : 0) + (days === 0 ? weights.sameDay : 0)
}

/** References are compared whatever the kind: what is the entry's own in a statement may be the servicer's in a notice. */
function shareReference(aliases: readonly Alias[], notice: Notice): boolean {
  const [only, another] = notice.details
  const own = notice.aliases.map(({ value }) => value)
  const values = new Set(only && !another && only.servicerReference ? [...own, only.servicerReference] : own)
  return aliases.some(({ value }) => values.has(value) && !/^(0*|NOTPROVIDED|NONREF)$/.test(value))
}

/** One payment on both sides, with the same KID or end-to-end id. */
function samePayment(known: readonly DetailRow[], told: readonly DetailRow[]): boolean {
  const [one, other] = [known[0], told[0]]
  if (!one || !other || known.length > 1 || told.length > 1) return false
  const equal = (a: string | null, b: string | null) => a !== null && a === b
  return equal(one.kid, other.kid) || equal(one.endToEndId, other.endToEndId)
}

/** May an entry of which these details are known be the one of which those are told? `whole`: they are all there are. */
function mayHold(known: readonly DetailRow[], told: readonly DetailRow[], whole: boolean): boolean {
  if (known.length > told.length || (whole && known.length !== told.length)) return false
  const left = [...told]
  return known.every((detail) => {
    const at = left.findIndex((other) => mayBe(detail, other, known.length === told.length))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function mayBe(one: DetailRow, other: DetailRow, oneToOne: boolean): boolean {
  const agree = <T>(a: T | null, b: T | null) => a === null || b === null || a === b
  const amounts = !oneToOne || agree(magnitude(one), magnitude(other))
  return amounts && agree(one.kid, other.kid) && agree(one.endToEndId, other.endToEndId)
}

/** Sources differ in whether a detail's amount has a sign. */
const magnitude = ({ amountMinor }: DetailRow) =>
  amountMinor === null ? null : amountMinor < 0n ? -amountMinor : amountMinor

/** Groups in which every pair hangs together with the others. */
function connected(pairs: readonly Pair[]): Pair[][] {
  const groups: Pair[][] = []
  const of = new Map<Notice | Candidate, Pair[]>()
  for (const pair of pairs) {
    const [one, other] = [of.get(pair.notice), of.get(pair.candidate)]
    const group = one ?? other ?? []
    if (one && other && one !== other) {
      for (const moved of other) {
        one.push(moved)
        of.set(moved.notice, one).set(moved.candidate, one)
      }
      groups.splice(groups.indexOf(other), 1)
    } else if (!one && !other) groups.push(group)
    group.push(pair)
    of.set(pair.notice, group).set(pair.candidate, group)
  }
  return groups
}

/** Pairs of one group, or null where it is not told which is which. */
function assign(group: readonly Pair[]): Pair[] | null {
  const notices = [...new Set(group.map(({ notice }) => notice))]
  const candidates = [...new Set(group.map(({ candidate }) => candidate))]
  if (notices.length !== candidates.length) return null
  if (notices.length > 1 && new Set(notices.map(wordsOf)).size > 1) return null
  const complete = group.length === notices.length * candidates.length
  if (!complete) return null
  return notices.flatMap((notice, i) => {
    const pair = group.find((one) => one.notice === notice && one.candidate === candidates[i])
    return pair ?? []
  })
}

const wordsOf = ({ details, day }: Notice) =>
  JSON.stringify([day, details], (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
