import type { Tx } from '../db.ts'
import { type DetailRecord, detailOf } from './detail-rows.ts'
import type { EntryState, StoredEntry } from './identity.ts'
import { type AliasKind, type DetailRow, type EntryContent, type Route, statedJson } from './normal.ts'

export type EntryOwner = { readonly id: string; readonly companyId: string }

type EntryRecord = {
  id: string
  source_id: string
  route: Route
  state: EntryState
  booking_date: string | null
  value_date: string | null
  amount_minor: string
  currency: string
  reversal: boolean
  text: string | null
  bank_transaction_code: string | null
  proprietary_code: string | null
  counterparty_name: string | null
  counterparty_account: string | null
  kid: string | null
  end_to_end_id: string | null
  balance_after_minor: string | null
  amounts: unknown
  charges: unknown
  batches: unknown
  identity_hash: string
  hash: string
  revision: number
}

/** Entries with all that identity is judged by: three queries, however many there are. */
export async function loadEntries(tx: Tx, ids: readonly string[]): Promise<StoredEntry[]> {
  if (ids.length === 0) return []
  const where = 'where client_id = $1 and %s = any ($2::text[])'
  const values = [tx.clientId, ids]
  const entries = await tx.sql.query<EntryRecord>(`select * from entry ${where.replace('%s', 'id')}`, values)
  const details = await tx.sql.query<DetailRecord>(
    `select * from entry_detail ${where.replace('%s', 'entry_id')} order by entry_id, position`,
    values,
  )
  const aliases = await tx.sql.query<{ entry_id: string; kind: AliasKind; value: string }>(
    `select entry_id, kind, value from entry_alias ${where.replace('%s', 'entry_id')} order by kind, value`,
    values,
  )
  const detailsOf = Map.groupBy(details.rows, (row) => row.entry_id)
  const aliasesOf = Map.groupBy(aliases.rows, (row) => row.entry_id)
  return entries.rows.map((row) => ({
    id: row.id,
    state: row.state,
    revision: row.revision,
    sourceId: row.source_id.replace(/\..*$/, ''),
    route: row.route,
    hash: row.hash,
    identityHash: row.identity_hash,
    content: contentOf(row, (detailsOf.get(row.id) ?? []).map(detailOf)),
    aliases: (aliasesOf.get(row.id) ?? []).map(({ kind, value }) => ({ kind, value })),
  }))
}

function contentOf(row: EntryRecord, details: readonly DetailRow[]): EntryContent {
  return {
    bookingDate: row.booking_date,
    valueDate: row.value_date,
    amountMinor: BigInt(row.amount_minor),
    currency: row.currency,
    reversal: row.reversal,
    text: row.text,
    bankTransactionCode: row.bank_transaction_code,
    proprietaryCode: row.proprietary_code,
    counterpartyName: row.counterparty_name,
    counterpartyAccount: row.counterparty_account,
    kid: row.kid,
    endToEndId: row.end_to_end_id,
    balanceAfterMinor: row.balance_after_minor === null ? null : BigInt(row.balance_after_minor),
    amounts: statedJson(row.amounts),
    charges: statedJson(row.charges),
    batches: statedJson(row.batches),
    details,
  }
}

/** Columns that say what an entry is, in the order of `entryValues`. */
export const entryColumns = [
  ['source_id', 'text'],
  ['route', 'text'],
  ['state', 'text'],
  ['booking_date', 'text'],
  ['value_date', 'text'],
  ['amount_minor', 'int8'],
  ['currency', 'text'],
  ['reversal', 'bool'],
  ['text', 'text'],
  ['bank_transaction_code', 'text'],
  ['proprietary_code', 'text'],
  ['counterparty_name', 'text'],
  ['counterparty_account', 'text'],
  ['kid', 'text'],
  ['end_to_end_id', 'text'],
  ['balance_after_minor', 'int8'],
  ['amounts', 'jsonb'],
  ['charges', 'jsonb'],
  ['batches', 'jsonb'],
  ['identity_hash', 'text'],
  ['hash', 'text'],
] as const

export function entryValues(
  content: EntryContent,
  facts: { sourceId: string; route: Route; state: EntryState; identityHash: string; hash: string },
) {
  return [
    facts.sourceId,
    facts.route,
    facts.state,
    content.bookingDate,
    content.valueDate,
    content.amountMinor,
    content.currency,
    content.reversal,
    content.text,
    content.bankTransactionCode,
    content.proprietaryCode,
    content.counterpartyName,
    content.counterpartyAccount,
    content.kid,
    content.endToEndId,
    content.balanceAfterMinor,
    content.amounts,
    content.charges,
    content.batches,
    facts.identityHash,
    facts.hash,
  ]
}
