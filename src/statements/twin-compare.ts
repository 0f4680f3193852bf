import { formatAmount } from '../domain/money.ts'
import type { StoredEntry } from './identity.ts'
import { bareAccount, bareKid } from './likeness.ts'
import { matchAll } from './match-rows.ts'
import type { EntryContent, ObservedRow, Route } from './normal.ts'
import { contained, wordsLike } from './words.ts'

/** Fields by which two routes may tell one movement differently; amounts and currencies are what pairs them. */
const fields = [
  'bookingDate',
  'valueDate',
  'kid',
  'endToEndId',
  'counterpartyName',
  'counterpartyAccount',
  'text',
  'bankTransactionCode',
] as const satisfies readonly (keyof EntryContent)[]
export type TwinField = (typeof fields)[number] | 'details'

/**
 * One difference between two routes to an account. Says which field of which transaction, never what stands in it: that
 * is read from the transaction itself.
 */
export type TwinDifference =
  | {
      readonly kind: 'told_differently'
      readonly transactionId: string
      readonly fields: readonly TwinField[]
      /** Fields that only one of the two states. */
      readonly onlyActive: readonly TwinField[]
      readonly onlyTwin: readonly TwinField[]
    }
  | { readonly kind: 'only_active'; readonly transactionId: string; readonly bookingDate: string | null }
  | {
      readonly kind: 'only_twin'
      readonly bookingDate: string | null
      readonly amount: { readonly amount: string; readonly currency: string }
    }

export type TwinReport = {
  /** Movements that both tell, and neither contradicts the other. */
  readonly same: number
  /** Movements that both tell, with at least one field told differently. */
  readonly changed: number
  readonly onlyActive: number
  readonly onlyTwin: number
  /** All but what only one of the two states, in the order of the days; at most `differencesKept`. */
  readonly differences: readonly TwinDifference[]
}

/** Differences that a report names; all are counted. */
const differencesKept = 200

/**
 * Holds the rows that a second route states of some days against the entries of the same days. Pure: nothing is
 * stored, and what pairs a row with an entry is the very rule that a switch to that route would go by.
 */
export function compareRoutes(
  entries: readonly StoredEntry[],
  rows: readonly ObservedRow[],
  asked: { readonly route: Route; readonly from: string; readonly to: string },
): TwinReport {
  const { from, to, route } = asked
  const found = matchAll(entries, rows, {
    route,
    permanentIds: false,
    complete: { from, to },
    pending: 'ignore',
  })
  const told = found.pairs.map(({ entry, row }) => tell(entry, row))
  const changed = told.filter((one) => one.fields.length > 0)
  const differences = [
    ...changed.map((difference) => ({ day: difference.day, difference: withoutDay(difference) })),
    ...found.entriesLeft.map((entry) => ({
      day: entry.content.bookingDate,
      difference: missingThere(entry),
    })),
    ...found.rowsLeft.map((row) => ({ day: row.content.bookingDate, difference: missingHere(row) })),
  ].sort((a, b) => ((a.day ?? '') < (b.day ?? '') ? -1 : 1))
  return {
    same: told.length - changed.length,
    changed: changed.length,
    onlyActive: found.entriesLeft.length,
    onlyTwin: found.rowsLeft.length,
    differences: differences.slice(0, differencesKept).map(({ difference }) => difference),
  }
}

type Told = Extract<TwinDifference, { kind: 'told_differently' }> & { readonly day: string | null }

function tell({ id, content }: StoredEntry, row: ObservedRow): Told {
  const other = row.content
  const both = (field: (typeof fields)[number]) => content[field] !== null && other[field] !== null
  const details = content.details.length > 1 && other.details.length > 1
  const differ = fields.filter((field) => both(field) && !saysTheSame(field, content[field], other[field]))
  return {
    kind: 'told_differently',
    transactionId: id,
    day: content.bookingDate,
    fields: [
      ...differ,
      ...(details && content.details.length !== other.details.length ? (['details'] as const) : []),
    ],
    onlyActive: fields.filter((field) => content[field] !== null && other[field] === null),
    onlyTwin: fields.filter((field) => content[field] === null && other[field] !== null),
  }
}

/** As rows are matched: routes dress one text in capitals, the day or an address, and that is no other text. */
function saysTheSame(field: (typeof fields)[number], one: string | null, other: string | null): boolean {
  if (field === 'text' || field === 'counterpartyName') return wordsLike(one, other) >= contained
  if (field === 'counterpartyAccount') return bareAccount(one) === bareAccount(other)
  if (field === 'kid') return bareKid(one) === bareKid(other)
  return one === other
}

const withoutDay = ({ day: _day, ...difference }: Told): TwinDifference => difference

const missingThere = ({ id, content }: StoredEntry): TwinDifference => ({
  kind: 'only_active',
  transactionId: id,
  bookingDate: content.bookingDate,
})

const missingHere = ({ content: { bookingDate, amountMinor, currency } }: ObservedRow): TwinDifference => ({
  kind: 'only_twin',
  bookingDate,
  amount: { amount: formatAmount({ minor: amountMinor, currency }), currency },
})
