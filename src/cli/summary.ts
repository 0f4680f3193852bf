import { formatAmount, type Money } from '../domain/money.ts'
import type {
  BalanceType,
  StatedBalance,
  StatementEntry,
  StatementHead,
  StatementPart,
} from '../domain/statement.ts'
import { ReadFailure } from '../protocols/read-failure.ts'

/** What `inspect` says of one statement. Amounts are exact decimal strings. */
export type StatementSummary = {
  readonly id: string
  /** As the bank wrote it. */
  readonly account: string
  readonly currency: string | null
  readonly from: string | null
  readonly to: string | null
  readonly openingBalance: string | null
  readonly openingType: string | null
  readonly closingBalance: string | null
  readonly closingType: string | null
  /** Where the closing balance is stated in another currency than the statement's. */
  readonly closingCurrency?: string
  readonly entries: number
  readonly credits: number
  readonly debits: number
  readonly sumCredits: string
  readonly sumDebits: string
  /** Sums in currencies besides the one above, where entries are in several. */
  readonly otherCurrencies?: readonly { currency: string; sumCredits: string; sumDebits: string }[]
  /** Of the entries above those that are reserved or only announced: no balance counts them. Sum by currency, signed. */
  readonly notBooked?: {
    readonly entries: number
    readonly sums: readonly { currency: string; sum: string }[]
  }
  /** A notice (camt.054, Nets OCR): its entries stand on the account elsewhere, and it states no balance. */
  readonly detailsOnly?: true
  /** Opening booked balance and booked entries give the closing booked balance; null where one is not stated. */
  readonly proven: boolean | null
}

export type FileSummary = {
  readonly format: string
  readonly version: string
  readonly encoding: string
  readonly statements: readonly StatementSummary[]
  readonly warnings: readonly { rule: string; detail: string; line: number | null }[]
  /** What could not be read behind these statements, or beside them in an archive. */
  readonly error?: FileError
}
export type FileError = { readonly code: string; readonly detail: string; readonly line: number | null }

/** Warnings kept for one file; beyond it only their kinds matter. */
const warningsShown = 100

/**
 * Sums up what a reader yields, holding no more than the sums. Where it breaks off, or an entry could not be read (a total
 * without it would be wrong), the statements that had ended stand beside the error.
 * @throws ReadFailure where no statement had ended.
 */
export async function summarise(parts: AsyncIterable<StatementPart>): Promise<FileSummary> {
  let file: Extract<StatementPart, { kind: 'file' }> | undefined
  const statements: StatementSummary[] = []
  const warnings: { rule: string; detail: string; line: number | null }[] = []
  let error: FileError | undefined
  let sums = newSums()
  const take = (part: StatementPart) => {
    if (part.kind === 'file') file ??= part
    else if (part.kind === 'statement') sums = newSums()
    else if (part.kind === 'entry') addEntry(sums, part.entry)
    else if (part.kind === 'statementEnd') statements.push(summariseStatement(part.head, sums))
    else {
      const { rule, detail, line } = part.warning
      if (rule === 'entry_unreadable') throw new ReadFailure('entry_unreadable', detail, line ?? null)
      if (warnings.length < warningsShown) warnings.push({ rule, detail, line: line ?? null })
    }
  }
  try {
    for await (const part of parts) take(part)
  } catch (cause) {
    if (!(cause instanceof ReadFailure) || statements.length === 0) throw cause
    error = { code: cause.code, detail: cause.detail, line: cause.line }
  }
  if (!file) throw new ReadFailure('format_unknown', 'there is no account statement in the file', null)
  const { format, version, encoding } = file
  return { format, version, encoding, statements, warnings, ...(error && { error }) }
}

type Sums = {
  entries: number
  credits: number
  debits: number
  /** Minor units by currency. */
  readonly credited: Map<string, bigint>
  readonly debited: Map<string, bigint>
  readonly booked: Map<string, bigint>
  firstDay: string | undefined
  lastDay: string | undefined
  notBookedEntries: number
  readonly notBooked: Map<string, bigint>
}

function newSums(): Sums {
  return {
    entries: 0,
    credits: 0,
    debits: 0,
    credited: new Map(),
    debited: new Map(),
    booked: new Map(),
    firstDay: undefined,
    lastDay: undefined,
    notBookedEntries: 0,
    notBooked: new Map(),
  }
}

function addEntry(sums: Sums, entry: StatementEntry): void {
  const { minor, currency } = entry.amount
  sums.entries++
  const day = entry.bookingDate ?? entry.valueDate
  if (day && (!sums.firstDay || day < sums.firstDay)) sums.firstDay = day
  if (day && (!sums.lastDay || day > sums.lastDay)) sums.lastDay = day
  if ((entry.direction ?? (minor < 0n ? 'debit' : 'credit')) === 'credit') {
    sums.credits++
    add(sums.credited, currency, minor)
  } else {
    sums.debits++
    add(sums.debited, currency, -minor)
  }
  if (entry.status === 'booked') add(sums.booked, currency, minor)
  else {
    sums.notBookedEntries++
    add(sums.notBooked, currency, minor)
  }
}

function add(to: Map<string, bigint>, currency: string, minor: bigint): void {
  to.set(currency, (to.get(currency) ?? 0n) + minor)
}

function summariseStatement(head: StatementHead, sums: Sums): StatementSummary {
  const opening = openingBooked(head) ?? findCode(head, 'OPAV')
  const closing = closingBooked(head) ?? findLast(head, ['interimBooked', 'closingAvailable'])
  const currencies = [...new Set([...sums.credited.keys(), ...sums.debited.keys()])]
  const main = currencies.find((one) => one === head.currency) ?? currencies[0] ?? head.currency ?? ''
  const sumsIn = (currency: string) => ({
    sumCredits: formatAmount({ minor: sums.credited.get(currency) ?? 0n, currency }),
    sumDebits: formatAmount({ minor: sums.debited.get(currency) ?? 0n, currency }),
  })
  const currency = head.currency ?? currencies[0] ?? null
  // A notice is of the days of its entries.
  const own = head.detailsOnly && sums
  const others = currencies.filter((one) => one !== main)
  return {
    id: head.id,
    account: head.accountAsWritten ?? head.account,
    currency,
    from: head.from ?? opening?.date ?? own?.firstDay ?? null,
    to: head.to ?? closing?.date ?? own?.lastDay ?? null,
    openingBalance: opening ? formatAmount(opening.amount) : null,
    openingType: opening?.code ?? null,
    closingBalance: closing ? formatAmount(closing.amount) : null,
    closingType: closing?.code ?? null,
    ...(closing && closing.amount.currency !== currency && { closingCurrency: closing.amount.currency }),
    entries: sums.entries,
    credits: sums.credits,
    debits: sums.debits,
    ...sumsIn(main),
    ...(others.length > 0 && {
      otherCurrencies: others.map((currency) => ({ currency, ...sumsIn(currency) })),
    }),
    ...(sums.notBookedEntries > 0 && { notBooked: notBookedOf(sums) }),
    ...(own && { detailsOnly: true }),
    proven: prove(head, sums.booked),
  }
}

function notBookedOf({ notBookedEntries, notBooked }: Sums): NonNullable<StatementSummary['notBooked']> {
  const sums = [...notBooked].map(([currency, minor]) => ({
    currency,
    sum: formatAmount({ minor, currency }),
  }))
  return { entries: notBookedEntries, sums }
}

/** Only stated booked balances prove anything, and only in their own currency. */
function prove(head: StatementHead, booked: ReadonlyMap<string, bigint>): boolean | null {
  const opening = openingBooked(head)?.amount
  const closing = closingBooked(head)?.amount
  if (!opening || !closing) return null
  const elsewhere = [...booked.keys()].some((currency) => currency !== opening.currency)
  return (
    !elsewhere &&
    isEqual(closing, { ...opening, minor: opening.minor + (booked.get(opening.currency) ?? 0n) })
  )
}

const isEqual = (one: Money, other: Money) => one.minor === other.minor && one.currency === other.currency

/** A message that goes on with a statement (MT940, 60M and 62M) has booked balances of its own. */
const openingBooked = (head: StatementHead) =>
  find(head, ['openingBooked', 'previouslyClosedBooked']) ?? findCode(head, '60M')
const closingBooked = (head: StatementHead) => findLast(head, ['closingBooked']) ?? findCode(head, '62M')

/** The first balance of the first type that is there. */
function find(head: StatementHead, types: readonly BalanceType[]): StatedBalance | undefined {
  return types.map((type) => head.balances.find((balance) => balance.type === type)).find(Boolean)
}

/** The last balance of the first type that is there: a statement in pages repeats its closing balance. */
function findLast(head: StatementHead, types: readonly BalanceType[]): StatedBalance | undefined {
  return types.map((type) => head.balances.findLast((balance) => balance.type === type)).find(Boolean)
}

function findCode(head: StatementHead, code: string): StatedBalance | undefined {
  return head.balances.find((balance) => balance.code === code)
}
