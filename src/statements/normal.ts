import { formatAmount, type Money, parseMoney } from '../domain/money.ts'
import type { EntryDetail, StatementEntry } from '../domain/statement.ts'
import { sha256 } from '../vault.ts'

/**
 * Whose words a row is told in: a route to the bank, or a format of files. What one of them leaves out, another may
 * have said; two sources of one route tell the same movement in the same words.
 */
export type Route = `bank:${string}` | `file:${string}`

/** Reads of the bank see the account as it is; a file shows some of what was booked. */
export const isBankRoute = (route: Route) => route.startsWith('bank:')

/**
 * Ids that the bank gave. `told:` and a route: the identity hash of the row by which a route other than the entry's own
 * tells it; kept so that it is known again, and shown to nobody.
 */
export type AliasKind = 'transactionId' | 'entryReference' | 'servicerReference' | `told:${string}`
export type Alias = { readonly kind: AliasKind; readonly value: string }

/** What has a form of its own, as JSON text with sorted keys: equal texts say the same. */
export type StatedJson = string | null

/** A payment inside an entry, flat. */
export type DetailRow = {
  readonly amountMinor: bigint | null
  readonly currency: string | null
  readonly kid: string | null
  readonly endToEndId: string | null
  readonly transactionId: string | null
  readonly servicerReference: string | null
  readonly messageId: string | null
  readonly paymentInformationId: string | null
  readonly instructionId: string | null
  readonly mandateId: string | null
  readonly debtorName: string | null
  readonly debtorAccount: string | null
  readonly debtorBic: string | null
  readonly creditorName: string | null
  readonly creditorAccount: string | null
  readonly creditorBic: string | null
  readonly text: string | null
  readonly returnReason: string | null
  readonly creditorReferences: StatedJson
  readonly amounts: StatedJson
  readonly charges: StatedJson
}

/** What is stored of an entry besides its own life (id, state, revision). Null: not stated. */
export type EntryContent = {
  readonly bookingDate: string | null
  readonly valueDate: string | null
  readonly amountMinor: bigint
  readonly currency: string
  readonly reversal: boolean
  readonly text: string | null
  readonly bankTransactionCode: string | null
  readonly proprietaryCode: string | null
  readonly counterpartyName: string | null
  readonly counterpartyAccount: string | null
  readonly kid: string | null
  readonly endToEndId: string | null
  readonly balanceAfterMinor: bigint | null
  readonly amounts: StatedJson
  readonly charges: StatedJson
  readonly batches: StatedJson
  readonly details: readonly DetailRow[]
}

/** A movement as a source stated it, ready to be compared. */
export type ObservedRow = {
  readonly status: 'pending' | 'booked'
  readonly content: EntryContent
  readonly aliases: readonly Alias[]
  /** Of everything that was stated, ids and balance included: equal means that nothing has changed. */
  readonly hash: string
  /** Of what tells one movement from another, without ids: equal rows of one day are told apart by nothing. */
  readonly identityHash: string
}

/**
 * The normal form as plain JSON, kept with the observation: amounts are decimal strings, keys are sorted, so that the
 * order in which a reader sets fields says nothing.
 */
export function toJson(entry: StatementEntry): string {
  return canonical(entry) ?? 'null'
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'minor' in value && typeof value.minor === 'bigint'
}

/** The reverse of `toJson`; takes what the database gives back for the column, already parsed. */
export function fromJson(row: unknown): StatementEntry {
  return revive(row) as StatementEntry
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Record<string, unknown>
  if (typeof record.amount === 'string' && typeof record.currency === 'string') {
    return parseMoney(record.amount, record.currency)
  }
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, revive(inner)]))
}

/**
 * Flattens one stated row. `information` rows move no balance and are nobody's entry: null.
 * @param hash `hashEntry` of it, where it is known already.
 */
export function toObserved(entry: StatementEntry, hash = hashEntry(entry)): ObservedRow | null {
  if (entry.status === 'information') return null
  const content = toContent(entry)
  return {
    status: entry.status,
    content,
    aliases: toAliases(entry),
    hash,
    identityHash: identityOf(entry.status, content),
  }
}

/** Hash of everything that was stated of a row. */
function hashEntry(entry: StatementEntry): string {
  return sha256(toJson(entry))
}

/** JSON with sorted keys; undefined for what JSON leaves out. Written by hand: a replacer takes several times as long. */
function canonical(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isMoney(value))
    return `{"amount":"${formatAmount(value)}","currency":${JSON.stringify(value.currency)}}`
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one) ?? 'null').join(',')}]`
  const record = value as Record<string, unknown>
  let text = ''
  for (const key of Object.keys(record).sort()) {
    const inner = canonical(record[key])
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${inner}`
  }
  return `{${text}}`
}

/** Null for what was not stated, or says nothing. Takes what the database gives back as well. */
export function statedJson(value: unknown): StatedJson {
  if (typeof value !== 'object' || value === null) return null
  return Object.keys(value).length === 0 ? null : (canonical(value) ?? null)
}

/** Digest of what tells one movement from another within an account. */
function identityOf(status: 'pending' | 'booked', content: EntryContent): string {
  const told = [
    status,
    content.bookingDate,
    content.valueDate,
    content.amountMinor.toString(),
    content.currency,
    content.reversal,
    content.kid,
    content.endToEndId,
    content.counterpartyAccount,
    content.counterpartyName,
    content.text,
  ]
  return sha256(JSON.stringify(told))
}

const fillable = [
  'kid',
  'endToEndId',
  'counterpartyAccount',
  'counterpartyName',
  'text',
  'valueDate',
] as const

/**
 * What the route whose words they are had said itself: the content without what other sources have added to it since,
 * found by its identity. The content as it is where no part of it has that identity.
 */
export function ownWords(content: EntryContent, identityHash: string): EntryContent {
  const added = fillable.filter((name) => content[name] !== null)
  for (let set = 0; set < 2 ** added.length; set++) {
    const left = added.filter((_name, i) => (set >> i) % 2 === 1)
    const own = { ...content, ...Object.fromEntries(left.map((name) => [name, null])) }
    if (identityOf('booked', own) === identityHash) return own
  }
  return content
}

function toAliases(entry: StatementEntry): readonly Alias[] {
  const kinds = ['transactionId', 'entryReference', 'servicerReference'] as const
  return kinds.flatMap((kind) => {
    const value = entry.bankIds[kind]
    return value ? [{ kind, value }] : []
  })
}

function toContent(entry: StatementEntry): EntryContent {
  const details = entry.details.map(toDetail)
  const only = details.length === 1 ? details[0] : undefined
  const incoming = entry.amount.minor > 0n
  return {
    bookingDate: entry.bookingDate ?? null,
    valueDate: entry.valueDate ?? null,
    amountMinor: entry.amount.minor,
    currency: entry.amount.currency,
    reversal: entry.reversal,
    text: entry.text ?? only?.text ?? null,
    bankTransactionCode: entry.bankTransactionCode ?? null,
    proprietaryCode: entry.proprietaryCode ?? null,
    counterpartyName: (incoming ? only?.debtorName : only?.creditorName) ?? null,
    counterpartyAccount: (incoming ? only?.debtorAccount : only?.creditorAccount) ?? null,
    kid: only?.kid ?? null,
    endToEndId: only?.endToEndId ?? null,
    balanceAfterMinor: entry.balanceAfter?.minor ?? null,
    amounts: statedJson(entry.amounts),
    charges: statedJson(entry.charges),
    batches: statedJson(entry.batches),
    details,
  }
}

function toDetail(detail: EntryDetail): DetailRow {
  const { references } = detail
  return {
    amountMinor: detail.amount?.minor ?? null,
    currency: detail.amount?.currency ?? null,
    kid: references.kid ?? null,
    endToEndId: references.endToEndId ?? null,
    transactionId: references.transactionId ?? null,
    servicerReference: references.servicerReference ?? null,
    messageId: references.messageId ?? null,
    paymentInformationId: references.paymentInformationId ?? null,
    instructionId: references.instructionId ?? null,
    mandateId: references.mandateId ?? null,
    debtorName: detail.debtor?.name ?? null,
    debtorAccount: detail.debtor?.account ?? null,
    debtorBic: detail.debtor?.bic ?? null,
    creditorName: detail.creditor?.name ?? null,
    creditorAccount: detail.creditor?.account ?? null,
    creditorBic: detail.creditor?.bic ?? null,
    text: detail.text ?? null,
    returnReason: detail.returnReason ?? null,
    // A KID is one of them: some sources list it among the others, some state it by itself.
    creditorReferences: statedJson(references.creditorReferences ?? (references.kid && [references.kid])),
    amounts: statedJson(detail.amounts),
    charges: statedJson(detail.charges),
  }
}
