import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { insertRows } from './bulk.ts'
import type { EntryState, StoredEntry } from './identity.ts'
import type { Alias, AliasKind, DetailRow, EntryContent, Route } from './normal.ts'

/** Statements of files are sources of their own; everything else is a read of the bank. */
export function routeOf(sourceId: string): Route {
  return sourceId.startsWith('sta_') ? 'file' : 'sync'
}

export type EntryOwner = { readonly id: string; readonly companyId: string }

type EntryRecord = {
  id: string
  source_id: string
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
    route: routeOf(row.source_id),
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
    details,
  }
}

/** Columns that say what an entry is, in the order of `entryValues`. */
export const entryColumns = [
  ['source_id', 'text'],
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
  ['identity_hash', 'text'],
  ['hash', 'text'],
] as const

export function entryValues(
  content: EntryContent,
  facts: { sourceId: string; state: EntryState; identityHash: string; hash: string },
) {
  return [
    facts.sourceId,
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
    facts.identityHash,
    facts.hash,
  ]
}

type DetailRecord = {
  entry_id: string
  amount_minor: string | null
  currency: string | null
  kid: string | null
  end_to_end_id: string | null
  message_id: string | null
  payment_information_id: string | null
  instruction_id: string | null
  mandate_id: string | null
  debtor_name: string | null
  debtor_account: string | null
  creditor_name: string | null
  creditor_account: string | null
  text: string | null
}

function detailOf(row: DetailRecord): DetailRow {
  return {
    amountMinor: row.amount_minor === null ? null : BigInt(row.amount_minor),
    currency: row.currency,
    kid: row.kid,
    endToEndId: row.end_to_end_id,
    messageId: row.message_id,
    paymentInformationId: row.payment_information_id,
    instructionId: row.instruction_id,
    mandateId: row.mandate_id,
    debtorName: row.debtor_name,
    debtorAccount: row.debtor_account,
    creditorName: row.creditor_name,
    creditorAccount: row.creditor_account,
    text: row.text,
  }
}

const detailColumns = [
  ['id', 'text'],
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['entry_id', 'text'],
  ['position', 'int4'],
  ['amount_minor', 'int8'],
  ['currency', 'text'],
  ['kid', 'text'],
  ['end_to_end_id', 'text'],
  ['message_id', 'text'],
  ['payment_information_id', 'text'],
  ['instruction_id', 'text'],
  ['mandate_id', 'text'],
  ['debtor_name', 'text'],
  ['debtor_account', 'text'],
  ['creditor_name', 'text'],
  ['creditor_account', 'text'],
  ['text', 'text'],
] as const

type Of<T> = { readonly entryId: string } & T

/** Details keep their place and id when an entry is revised: matches point at them. They never become fewer. */
export async function writeDetails(
  tx: Tx,
  owner: EntryOwner,
  entries: readonly Of<{ readonly details: readonly DetailRow[] }>[],
): Promise<void> {
  const rows = entries.flatMap(({ entryId, details }) =>
    details.map((detail, position) => [
      newId('detail', tx.now),
      tx.clientId,
      owner.companyId,
      entryId,
      position,
      detail.amountMinor,
      detail.currency,
      detail.kid,
      detail.endToEndId,
      detail.messageId,
      detail.paymentInformationId,
      detail.instructionId,
      detail.mandateId,
      detail.debtorName,
      detail.debtorAccount,
      detail.creditorName,
      detail.creditorAccount,
      detail.text,
    ]),
  )
  const changing = detailColumns.slice(5).map(([name]) => `${name} = excluded.${name}`)
  const replace = `on conflict (client_id, entry_id, position) do update set ${changing.join(', ')}`
  await insertRows(tx.sql, 'entry_detail', detailColumns, rows, replace)
}

const aliasColumns = [
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['entry_id', 'text'],
  ['kind', 'text'],
  ['value', 'text'],
] as const

/** `replace`: entries that had ids before; theirs are written anew. */
export async function writeAliases(
  tx: Tx,
  owner: EntryOwner,
  entries: readonly Of<{ readonly aliases: readonly Alias[] }>[],
  replace = false,
): Promise<void> {
  if (entries.length === 0) return
  if (replace) {
    const ids = entries.map(({ entryId }) => entryId)
    const values = [tx.clientId, ids]
    await tx.sql.query('delete from entry_alias where client_id = $1 and entry_id = any ($2::text[])', values)
  }
  const rows = entries.flatMap(({ entryId, aliases }) =>
    aliases.map(({ kind, value }) => [tx.clientId, owner.companyId, owner.id, entryId, kind, value]),
  )
  await insertRows(tx.sql, 'entry_alias', aliasColumns, rows, 'on conflict do nothing')
}
