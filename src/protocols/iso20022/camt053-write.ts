import { formatAmount } from '../../domain/money.ts'
import type { WrittenBalance, WrittenStatement, WrittenTotal } from '../written-statement.ts'
import { around, leaf, xmlText } from '../xml/write.ts'
import { accountId, amountElement, directionElement } from './camt053-write-entry.ts'
import { derivedMark } from './derived-mark.ts'

const namespace = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'

/** A text of at most `most` characters; names may be cut. */
const upTo = (most: number, text: string | undefined) =>
  text === undefined
    ? undefined
    : [...xmlText(text).replace(/\n/g, ' ')].slice(0, most).join('').trim() || undefined

/** The document up to its first statement. `createdAt` is an RFC 3339 instant in UTC. */
export function writeCamtStart(message: { readonly id: string; readonly createdAt: string }): string {
  const header = around('GrpHdr', leaf('MsgId', message.id), leaf('CreDtTm', message.createdAt))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}"><BkToCstmrStmt>${header}\n`
}

/**
 * `<Stmt>` up to its first entry (camt.053.001.08, AccountStatement9). Its id tells account currency and days, so that the
 * same days have the same id whenever they are written.
 */
export function writeCamtStatementStart(statement: WrittenStatement, createdAt: string): string {
  const { account, from, to, opening, closing, credits, debits } = statement
  const { currency } = opening.amount
  const period = leaf('FrDtTm', `${from}T00:00:00`) + leaf('ToDtTm', `${to}T23:59:59`)
  const summary = around(
    'TxsSummry',
    around('TtlNtries', leaf('NbOfNtries', String(credits.entries + debits.entries))),
    totalElement('TtlCdtNtries', credits),
    totalElement('TtlDbtNtries', debits),
  )
  return [
    '<Stmt>',
    leaf('Id', `${from}-${to}-${currency}`),
    leaf('CreDtTm', createdAt),
    around('FrToDt', period),
    around(
      'Acct',
      accountId(account.number),
      leaf('Ccy', currency),
      leaf('Nm', upTo(70, account.name)),
      around('Ownr', leaf('Nm', upTo(140, account.owner))),
    ),
    balanceElement('OPBD', opening, from),
    balanceElement('CLBD', closing, to),
    summary,
    '\n',
  ].join('')
}

export const camtStatementEnd = '</Stmt>\n'
export const camtEnd = '</BkToCstmrStmt></Document>\n'

/** A balance that no bank wrote down is marked by a sub-type of our own. */
function balanceElement(code: 'OPBD' | 'CLBD', { amount, derived }: WrittenBalance, date: string): string {
  return around(
    'Bal',
    around(
      'Tp',
      around('CdOrPrtry', leaf('Cd', code)),
      derived ? around('SubTp', leaf('Prtry', derivedMark)) : '',
    ),
    amountElement(amount),
    directionElement(amount.minor >= 0n),
    around('Dt', leaf('Dt', date)),
  )
}

function totalElement(name: string, { entries, sum }: WrittenTotal): string {
  const minor = sum.minor < 0n ? -sum.minor : sum.minor
  return around(name, leaf('NbOfNtries', String(entries)), leaf('Sum', formatAmount({ ...sum, minor })))
}
