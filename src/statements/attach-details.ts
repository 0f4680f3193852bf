import type { BatchSummary } from '../domain/statement.ts'
import { type DetailRow, type EntryContent, type StatedJson, statedJson } from './normal.ts'

/**
 * What is known of an entry once a notice has told its details. Known details keep their place (matches point at them)
 * and what they say; a notice fills in, and adds those that were not known. What a source calls one payment without
 * saying which stands for all of them.
 */
export function mergeNotice(
  known: EntryContent,
  told: { readonly details: readonly DetailRow[]; readonly batches: StatedJson },
): EntryContent {
  const details = mergeDetails(known.details, told.details)
  const only = details.length === 1 ? details[0] : undefined
  const incoming = known.amountMinor > 0n
  return {
    ...known,
    counterpartyName: known.counterpartyName ?? (incoming ? only?.debtorName : only?.creditorName) ?? null,
    counterpartyAccount:
      known.counterpartyAccount ?? (incoming ? only?.debtorAccount : only?.creditorAccount) ?? null,
    kid: known.kid ?? only?.kid ?? null,
    endToEndId: known.endToEndId ?? only?.endToEndId ?? null,
    text: known.text ?? only?.text ?? null,
    batches: mergeBatches(known.batches, told.batches),
    details,
  }
}

/** One batch on both sides is the same one: what the statement leaves out of it the notice fills in. */
function mergeBatches(known: StatedJson, told: StatedJson): StatedJson {
  if (known === null || told === null) return known ?? told
  const [one, others] = [JSON.parse(known) as BatchSummary[], JSON.parse(told) as BatchSummary[]]
  return one.length === 1 && others.length === 1 ? statedJson([{ ...others[0], ...one[0] }]) : known
}

function mergeDetails(known: readonly DetailRow[], told: readonly DetailRow[]): readonly DetailRow[] {
  const left = [...told]
  const merged = known.map((detail) => {
    const scores = left.map((other) => likeness(detail, other, known.length === told.length))
    const best = Math.max(...scores)
    if (left.length === 0 || best < 0) return detail
    const [other] = left.splice(scores.indexOf(best), 1)
    // One line that stands for many payments says nothing of a single one of them.
    return other ? (told.length > known.length && best === 0 ? other : fill(detail, other)) : detail
  })
  return [...merged, ...left]
}

/** -1: they contradict each other. */
function likeness(one: DetailRow, other: DetailRow, oneToOne: boolean): number {
  const keys = ['kid', 'endToEndId', 'servicerReference', 'transactionId'] as const
  const differ = ([key]: readonly ['kid' | 'endToEndId']) =>
    one[key] !== null && other[key] !== null && one[key] !== other[key]
  if (differ(['kid']) || differ(['endToEndId'])) return -1
  const same = keys.filter((key) => one[key] !== null && one[key] === other[key]).length
  const amount = oneToOne && one.amountMinor !== null && one.amountMinor === other.amountMinor ? 1 : 0
  return same * 2 + amount
}

/** Field by field: what is known, else what is told. */
function fill(known: DetailRow, told: DetailRow): DetailRow {
  const result: Record<string, unknown> = { ...known }
  for (const [key, value] of Object.entries(told)) result[key] ??= value
  return result as DetailRow
}
