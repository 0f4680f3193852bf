import { addDays } from '../../domain/clock.ts'
import { isBban, isIban } from '../../domain/norwegian.ts'
import type { StatedBalance, StatementHead } from '../../domain/statement.ts'

/** What is known of a statement's head; it grows while the message is read. */
export type HeadDraft = {
  reference: string
  account: string
  sequence: string
  /** BIC of field 25P. */
  bic: string
  currency: string | undefined
  opening: StatedBalance | undefined
  closing: StatedBalance | undefined
  /** Day up to which an interim report (MT942) goes. */
  reportedOn: string | undefined
  readonly others: StatedBalance[]
}

export function newHead(reference: string): HeadDraft {
  return {
    reference,
    account: '',
    sequence: '',
    bic: '',
    currency: undefined,
    opening: undefined,
    closing: undefined,
    reportedOn: undefined,
    others: [],
  }
}

/** The head as far as it is known; `firstDay` is the earliest booking date of its entries. */
export function buildMtHead(draft: HeadDraft, firstDay: string | undefined): StatementHead {
  const { opening, closing, currency, sequence } = draft
  const account = readAccount(draft.account, currency)
  const bic = account.bic ?? draft.bic
  const stated = opening && { ...opening, type: openingType(opening, closing, firstDay) }
  const from = stated?.type === 'previouslyClosedBooked' ? addDays(stated.date as string, 1) : stated?.date
  const to = closing?.date ?? draft.reportedOn
  return {
    id: draft.reference,
    ...(sequence && { sequence }),
    account: account.number,
    ...(account.number !== draft.account && { accountAsWritten: draft.account }),
    accountKind: account.kind,
    ...(currency && { currency }),
    ...(from && to && from <= to && { from }),
    ...(to && { to }),
    ...(bic && { bic }),
    balances: [...(stated ? [stated] : []), ...(closing ? [closing] : []), ...draft.others],
  }
}

/**
 * Most banks date the opening balance on the evening it was the closing one, some on the day that it opens. It opens
 * its day where the statement ends on that day, or has entries of it.
 */
function openingType(
  opening: StatedBalance,
  closing: StatedBalance | undefined,
  firstDay: string | undefined,
): StatedBalance['type'] {
  if (opening.type !== 'openingBooked' || !opening.date) return opening.type
  const opens = opening.date === closing?.date || (firstDay !== undefined && firstDay <= opening.date)
  return opens || !closing?.date ? 'openingBooked' : 'previouslyClosedBooked'
}

type Account = { number: string; kind: StatementHead['accountKind']; bic?: string }

/** Field 25: IBAN, national number, or either with the bank before it (`BANK/…`) or the currency behind it. */
function readAccount(written: string, currency: string | undefined): Account {
  const plain = written.replace(/\s/g, '')
  const bare = currency && /\d[A-Z]{3}$/.test(plain) && plain.endsWith(currency) ? plain.slice(0, -3) : plain
  const [bank = '', behind = ''] = bare.split('/')
  if (isIban(bare)) return { number: bare, kind: 'IBAN' }
  if (isBban(bare.replaceAll('.', ''))) return { number: bare.replaceAll('.', ''), kind: 'BBAN' }
  if (/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bank) && isIban(behind)) {
    return { number: behind, kind: 'IBAN', bic: bank }
  }
  return { number: bare, kind: 'other' }
}
