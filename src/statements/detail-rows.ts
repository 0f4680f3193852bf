import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { type Insert, insertRows, prepareInsert } from './bulk.ts'
import type { EntryOwner } from './entry-rows.ts'
import { type Alias, type DetailRow, statedJson } from './normal.ts'

export type DetailRecord = {
  entry_id: string
  amount_minor: string | null
  currency: string | null
  kid: string | null
  end_to_end_id: string | null
  transaction_id: string | null
  servicer_reference: string | null
  message_id: string | null
  payment_information_id: string | null
  instruction_id: string | null
  mandate_id: string | null
  debtor_name: string | null
  debtor_account: string | null
  debtor_bic: string | null
  creditor_name: string | null
  creditor_account: string | null
  creditor_bic: string | null
  text: string | null
  return_reason: string | null
  creditor_references: unknown
  amounts: unknown
  charges: unknown
}

export function detailOf(row: DetailRecord): DetailRow {
  return {
    amountMinor: row.amount_minor === null ? null : BigInt(row.amount_minor),
    currency: row.currency,
    kid: row.kid,
    endToEndId: row.end_to_end_id,
    transactionId: row.transaction_id,
    servicerReference: row.servicer_reference,
    messageId: row.message_id,
    paymentInformationId: row.payment_information_id,
    instructionId: row.instruction_id,
    mandateId: row.mandate_id,
    debtorName: row.debtor_name,
    debtorAccount: row.debtor_account,
    debtorBic: row.debtor_bic,
    creditorName: row.creditor_name,
    creditorAccount: row.creditor_account,
    creditorBic: row.creditor_bic,
    text: row.text,
    returnReason: row.return_reason,
    creditorReferences: statedJson(row.creditor_references),
    amounts: statedJson(row.amounts),
    charges: statedJson(row.charges),
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
  ['transaction_id', 'text'],
  ['servicer_reference', 'text'],
  ['message_id', 'text'],
  ['payment_information_id', 'text'],
  ['instruction_id', 'text'],
  ['mandate_id', 'text'],
  ['debtor_name', 'text'],
  ['debtor_account', 'text'],
  ['debtor_bic', 'text'],
  ['creditor_name', 'text'],
  ['creditor_account', 'text'],
  ['creditor_bic', 'text'],
  ['text', 'text'],
  ['return_reason', 'text'],
  ['creditor_references', 'jsonb'],
  ['amounts', 'jsonb'],
  ['charges', 'jsonb'],
] as const

type Of<T> = { readonly entryId: string } & T

type Detailed = Of<{ readonly details: readonly DetailRow[] }>

/** Details keep their place and id when an entry is revised: matches point at them. They never become fewer. */
export async function writeDetails(tx: Tx, owner: EntryOwner, entries: readonly Detailed[]): Promise<void> {
  const changing = detailColumns.slice(5).map(([name]) => `${name} = excluded.${name}`)
  const replace = `on conflict (client_id, entry_id, position) do update set ${changing.join(', ')}`
  await insertRows(tx.sql, 'entry_detail', detailColumns, detailValues(tx, owner, entries), replace)
}

/** Details of entries that are new. */
export const newDetails = (tx: Tx, owner: EntryOwner, entries: readonly Detailed[]): Insert =>
  prepareInsert('entry_detail', detailColumns, detailValues(tx, owner, entries))

function detailValues(tx: Tx, owner: EntryOwner, entries: readonly Detailed[]) {
  return entries.flatMap(({ entryId, details }) =>
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
      detail.transactionId,
      detail.servicerReference,
      detail.messageId,
      detail.paymentInformationId,
      detail.instructionId,
      detail.mandateId,
      detail.debtorName,
      detail.debtorAccount,
      detail.debtorBic,
      detail.creditorName,
      detail.creditorAccount,
      detail.creditorBic,
      detail.text,
      detail.returnReason,
      detail.creditorReferences,
      detail.amounts,
      detail.charges,
    ]),
  )
}

const aliasColumns = [
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['entry_id', 'text'],
  ['kind', 'text'],
  ['value', 'text'],
] as const

type Named = Of<{ readonly aliases: readonly Alias[] }>

/** Writes the ids of entries that had some before anew. */
export async function replaceAliases(tx: Tx, owner: EntryOwner, entries: readonly Named[]): Promise<void> {
  if (entries.length === 0) return
  await tx.sql.query('delete from entry_alias where client_id = $1 and entry_id = any ($2::text[])', [
    tx.clientId,
    entries.map(({ entryId }) => entryId),
  ])
  const rows = aliasValues(tx, owner, entries)
  await insertRows(tx.sql, 'entry_alias', aliasColumns, rows, 'on conflict do nothing')
}

/** Ids of entries that are new: one of a kind each. */
export const newAliases = (tx: Tx, owner: EntryOwner, entries: readonly Named[]): Insert =>
  prepareInsert('entry_alias', aliasColumns, aliasValues(tx, owner, entries))

function aliasValues(tx: Tx, owner: EntryOwner, entries: readonly Named[]) {
  return entries.flatMap(({ entryId, aliases }) =>
    aliases.map(({ kind, value }) => [tx.clientId, owner.companyId, owner.id, entryId, kind, value]),
  )
}
