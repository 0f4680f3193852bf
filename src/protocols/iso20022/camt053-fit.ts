import { isKid } from '../../domain/norwegian.ts'
import type {
  BatchSummary,
  Charge,
  EntryDetail,
  Party,
  References,
  StatedAmounts,
  StatementEntry,
} from '../../domain/statement.ts'
import { xmlText } from '../xml/write.ts'
import { saysMore } from './camt-amounts.ts'

/** Characters, as XML Schema counts them. */
const lengthOf = (text: string) => [...text].length
const cut = (text: string, most: number) => [...text].slice(0, most).join('').trim()

/** A value of at most `most` characters on one line. A longer one would be another value: undefined. */
function value(text: string | undefined, most = 35): string | undefined {
  const plain = text === undefined ? '' : xmlText(text).replace(/\n/g, ' ')
  return plain === '' || lengthOf(plain) > most ? undefined : plain
}

const bicShape = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/
const codeShape = /^[^\s-]{1,4}-[^\s-]{1,4}-[^\s-]{1,4}$/

/** An object without members that are undefined: what a reader leaves out too. */
function stated<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/**
 * What of an entry a camt.053.001.08 can say, which is what a reader of it gets: texts within the lengths of the schema
 * (long lines wrapped, the words of the entry cut at 500), references that are too long left out rather than cut. What
 * fits already stays as it is.
 */
export function fitCamtEntry(entry: StatementEntry): StatementEntry {
  const { amount } = entry
  const credit = amount.minor === 0n ? entry.direction !== 'debit' : amount.minor > 0n
  const batches = entry.batches?.map(fitBatch) ?? []
  const only = entry.details.length === 1 && (batches[0]?.transactions ?? 1) === 1
  const charges = fitCharges(entry.charges)
  const { entryReference, servicerReference } = entry.bankIds
  const code = entry.bankTransactionCode && xmlText(entry.bankTransactionCode)
  return stated({
    status: entry.status,
    amount,
    direction: credit ? ('credit' as const) : ('debit' as const),
    bookingDate: entry.bookingDate,
    valueDate: entry.valueDate,
    reversal: entry.reversal,
    bankIds: stated({ entryReference: value(entryReference), servicerReference: value(servicerReference) }),
    bankTransactionCode: code && codeShape.test(code) ? code : undefined,
    proprietaryCode: value(entry.proprietaryCode),
    text: fitWords(entry.text),
    amounts: telling(fitAmounts(entry.amounts), amount),
    charges: charges.length > 0 ? charges : undefined,
    batches: batches.length > 0 ? batches : undefined,
    details: entry.details.map((detail) => fitDetail(detail, { entry, credit, only })),
  }) as StatementEntry
}

/** `AddtlNtryInf`, once and of 500 characters. */
function fitWords(text: string | undefined): string | undefined {
  const plain = text === undefined ? '' : xmlText(text)
  if (plain === '') return undefined
  return lengthOf(plain) > 500 ? `${cut(plain, 499)}…` : plain
}

type Around = { readonly entry: StatementEntry; readonly credit: boolean; readonly only: boolean }

function fitDetail(detail: EntryDetail, { entry, credit, only }: Around): EntryDetail {
  const amounts = fitAmounts(detail.amounts)
  const charges = fitCharges(detail.charges)
  const text = remittanceLines(detail.text).join('\n') || undefined
  const amount = fitDetailAmount(detail, amounts, { entry, credit, only })
  return stated({
    amount,
    references: fitReferences(detail.references),
    debtor: fitParty(detail.debtor),
    creditor: fitParty(detail.creditor),
    text,
    amounts: telling(amounts, amount),
    charges: charges.length > 0 ? charges : undefined,
    returnReason: fitReason(detail.returnReason),
  }) as EntryDetail
}

/** The amount in the account's currency, where one of those that stand there is. */
function fitDetailAmount(
  { amount }: EntryDetail,
  amounts: StatedAmounts | undefined,
  { entry, credit, only }: Around,
): EntryDetail['amount'] {
  const positive = amount && { ...amount, minor: amount.minor < 0n ? -amount.minor : amount.minor }
  const all = [positive, amounts?.transaction, amounts?.counterValue, amounts?.instructed].filter(
    (one) => one !== undefined,
  )
  const found = all.find((one) => one.currency === entry.amount.currency) ?? (only ? undefined : all[0])
  if (!found) return only ? entry.amount : undefined
  const incoming = amount && amount.minor !== 0n ? amount.minor > 0n : credit
  return incoming ? found : { ...found, minor: -found.minor }
}

/** Lines of `Ustrd`, each of 140 characters at most and each once. */
export function remittanceLines(text: string | undefined): readonly string[] {
  const lines = text === undefined ? [] : xmlText(text).split('\n')
  return [...new Set(lines.flatMap((line) => wrap(line.trim(), 140)).filter((line) => line !== ''))]
}

function wrap(line: string, width: number): string[] {
  const signs = [...line]
  if (signs.length <= width) return [line]
  const blank = signs.lastIndexOf(' ', width)
  const at = blank > width / 2 ? blank : width
  return [signs.slice(0, at).join('').trim(), ...wrap(signs.slice(at).join('').trim(), width)]
}

/** Banks write `NOTPROVIDED` where there is none. */
function fitReferences(references: References): References {
  const { endToEndId, kid } = references
  const all = references.creditorReferences ?? (kid === undefined ? [] : [kid])
  const creditorReferences = all.flatMap((one) => value(one) ?? [])
  const end = value(endToEndId)
  return stated({
    endToEndId: end && /^not ?provided$/i.test(end) ? undefined : end,
    messageId: value(references.messageId),
    paymentInformationId: value(references.paymentInformationId),
    instructionId: value(references.instructionId),
    mandateId: value(references.mandateId),
    transactionId: value(references.transactionId),
    servicerReference: value(references.servicerReference),
    kid: creditorReferences.find(isKid),
    creditorReferences: creditorReferences.length > 0 ? creditorReferences : undefined,
  }) as References
}

function fitParty(party: Party | undefined): Party | undefined {
  if (!party) return undefined
  const name = party.name === undefined ? '' : cut(xmlText(party.name).replace(/\n/g, ' '), 140)
  const fit = stated({
    name: name === '' ? undefined : name,
    account: value(party.account?.replace(/\s/g, ''), 34),
    bic: party.bic && bicShape.test(party.bic) ? party.bic : undefined,
  }) as Party
  return Object.keys(fit).length > 0 ? fit : undefined
}

/** A code, a reason of the bank's own, or words. */
function fitReason(reason: string | undefined): string | undefined {
  const plain = reason === undefined ? '' : xmlText(reason).replace(/\n/g, ' ')
  return plain === '' ? undefined : cut(plain, 105)
}

function fitCharges(charges: readonly Charge[] | undefined): readonly Charge[] {
  return (charges ?? []).map(
    ({ amount, included, code }) => stated({ amount, included, code: value(code) }) as Charge,
  )
}

function fitBatch(batch: BatchSummary): BatchSummary {
  return stated({
    transactions: batch.transactions,
    total: batch.total,
    messageId: value(batch.messageId),
    paymentInformationId: value(batch.paymentInformationId),
  }) as BatchSummary
}

/** Amounts have no sign there; a rate has eleven digits, ten of them behind the point, and stands beside an amount. */
export function fitAmounts(amounts: StatedAmounts | undefined): StatedAmounts | undefined {
  if (!amounts) return undefined
  const unsigned = (money: StatedAmounts['instructed']) =>
    money && { ...money, minor: money.minor < 0n ? -money.minor : money.minor }
  const [instructed, transaction, counterValue] = [
    unsigned(amounts.instructed),
    unsigned(amounts.transaction),
    unsigned(amounts.counterValue),
  ]
  if (!instructed && !transaction && !counterValue) return undefined
  return stated({ instructed, transaction, counterValue, exchange: fitExchange(amounts.exchange) })
}

/** Amounts that only repeat the one beside them say nothing. */
const telling = (amounts: StatedAmounts | undefined, amount: EntryDetail['amount']) =>
  amounts && saysMore(amounts, amount) ? amounts : undefined

function fitExchange(exchange: StatedAmounts['exchange']): StatedAmounts['exchange'] | undefined {
  if (!exchange || !/^[A-Z]{3}$/.test(exchange.source)) return undefined
  const { source, rate } = exchange
  if (!/^\d{1,11}(\.\d{1,10})?$/.test(rate) || rate.replace('.', '').length > 11) return undefined
  const code = (text: string | undefined) => (text && /^[A-Z]{3}$/.test(text) ? text : undefined)
  return stated({
    source,
    target: code(exchange.target),
    unit: code(exchange.unit),
    rate,
  }) as StatedAmounts['exchange']
}
