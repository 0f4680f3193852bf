import { formatAmount, type Money } from '../../domain/money.ts'
import { isBban, isIban } from '../../domain/norwegian.ts'
import type {
  BatchSummary,
  Charge,
  EntryDetail,
  Party,
  References,
  StatedAmounts,
  StatementEntry,
} from '../../domain/statement.ts'
import { around, leaf } from '../xml/write.ts'
import { fitAmounts, fitCamtEntry, remittanceLines } from './camt053-fit.ts'

/** `<Amt Ccy="NOK">12.50</Amt>` without its sign. */
export function amountElement(money: Money, name = 'Amt'): string {
  const minor = money.minor < 0n ? -money.minor : money.minor
  return leaf(name, formatAmount({ ...money, minor }), ` Ccy="${money.currency}"`)
}

export const directionElement = (credit: boolean) => leaf('CdtDbtInd', credit ? 'CRDT' : 'DBIT')
/** The side that an amount's sign says; of zero, the other one's. */
const sideOf = (money: Money, otherwise: boolean) =>
  directionElement(money.minor === 0n ? otherwise : money.minor > 0n)

/** An account by its number: `<IBAN>`, or `<Othr>` with the scheme where it is a Norwegian BBAN. */
export function accountId(number: string): string {
  if (isIban(number)) return around('Id', leaf('IBAN', number))
  const scheme = isBban(number) ? '<SchmeNm><Cd>BBAN</Cd></SchmeNm>' : ''
  return around('Id', around('Othr', leaf('Id', number), scheme))
}

/**
 * `<Ntry>` of camt.053.001.08 (ReportEntry10), booked. What the message has no place for is left out; `fitCamtEntry`
 * says what.
 */
export function writeCamtEntry(given: StatementEntry): string {
  const entry = fitCamtEntry(given)
  const { amount, bankIds } = entry
  const credit = entry.direction === 'credit'
  const [domain, family, subFamily] = entry.bankTransactionCode?.split('-') ?? []
  const code = around(
    'Domn',
    leaf('Cd', domain),
    around('Fmly', leaf('Cd', family), leaf('SubFmlyCd', subFamily)),
  )
  return around(
    'Ntry',
    leaf('NtryRef', bankIds.entryReference),
    amountElement(amount),
    directionElement(credit),
    entry.reversal ? '<RvslInd>true</RvslInd>' : '',
    '<Sts><Cd>BOOK</Cd></Sts>',
    around('BookgDt', leaf('Dt', entry.bookingDate)),
    around('ValDt', leaf('Dt', entry.valueDate)),
    leaf('AcctSvcrRef', bankIds.servicerReference),
    around('BkTxCd', code, around('Prtry', leaf('Cd', entry.proprietaryCode))) || '<BkTxCd/>',
    amountDetails(fitAmounts(given.amounts)),
    chargesElement(entry.charges),
    entryDetails(entry, given, credit),
    leaf('AddtlNtryInf', entry.text),
  )
}

/**
 * One batch stands with its details where these name it themselves: its ids hold for all that stands beside it. Otherwise
 * batches and details stand apart.
 */
function entryDetails(entry: StatementEntry, given: StatementEntry, credit: boolean): string {
  const batches = entry.batches ?? []
  const details = entry.details.map((detail, i) => detailElement(detail, given.details[i], credit))
  const [batch] = batches
  const named = (detail: EntryDetail) =>
    (!batch?.messageId || detail.references.messageId !== undefined) &&
    (!batch?.paymentInformationId || detail.references.paymentInformationId !== undefined)
  if (batches.length === 1 && batch && entry.details.every(named)) {
    return `<NtryDtls>${batchElement(batch, credit)}${details.join('')}</NtryDtls>`
  }
  const apart = batches.map((one) => `<NtryDtls>${batchElement(one, credit)}</NtryDtls>`)
  return apart.join('') + around('NtryDtls', ...details)
}

function batchElement(
  { messageId, paymentInformationId, transactions, total }: BatchSummary,
  credit: boolean,
) {
  const inside = [
    leaf('MsgId', messageId),
    leaf('PmtInfId', paymentInformationId),
    leaf('NbOfTxs', transactions?.toString()),
    total ? amountElement(total, 'TtlAmt') + sideOf(total, credit) : '',
  ].join('')
  return inside === '' ? '<Btch/>' : `<Btch>${inside}</Btch>`
}

/** The amount as it was stated: in its own currency, beside those that stand behind it. */
function detailElement(detail: EntryDetail, given: EntryDetail | undefined, credit: boolean): string {
  const { references, debtor, creditor } = detail
  const amount = given?.amount
  const inside = [
    referencesElement(references),
    amount ? amountElement(amount) + sideOf(amount, credit) : '',
    amountDetails(fitAmounts(given?.amounts)),
    chargesElement(detail.charges),
    around('RltdPties', partyElements('Dbtr', debtor), partyElements('Cdtr', creditor)),
    around('RltdAgts', agentElement('DbtrAgt', debtor?.bic), agentElement('CdtrAgt', creditor?.bic)),
    around(
      'RmtInf',
      ...remittanceLines(detail.text).map((line) => leaf('Ustrd', line)),
      ...(references.creditorReferences ?? []).map((one) => creditorReference(one, references.kid)),
    ),
    around('RtrInf', reasonElement(detail.returnReason)),
  ].join('')
  return inside === '' ? '<TxDtls/>' : `<TxDtls>${inside}</TxDtls>`
}

function referencesElement(references: References): string {
  return around(
    'Refs',
    leaf('MsgId', references.messageId),
    leaf('AcctSvcrRef', references.servicerReference),
    leaf('PmtInfId', references.paymentInformationId),
    leaf('InstrId', references.instructionId),
    leaf('EndToEndId', references.endToEndId),
    leaf('TxId', references.transactionId),
    leaf('MndtId', references.mandateId),
  )
}

/** A KID, as a reference of ISO 11649, is a structured communication reference. */
function creditorReference(reference: string, kid: string | undefined): string {
  const structured = reference === kid || /^RF\d\d/.test(reference)
  const type = structured ? '<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>' : ''
  return around('Strd', around('CdtrRefInf', type, leaf('Ref', reference)))
}

function partyElements(role: 'Dbtr' | 'Cdtr', party: Party | undefined): string {
  if (!party) return ''
  return (
    around(role, around('Pty', leaf('Nm', party.name))) +
    (party.account === undefined ? '' : around(`${role}Acct`, accountId(party.account)))
  )
}

const agentElement = (name: string, bic: string | undefined) =>
  around(name, around('FinInstnId', leaf('BICFI', bic)))

function reasonElement(reason: string | undefined): string {
  if (reason === undefined) return ''
  if (/^[A-Z0-9]{1,4}$/.test(reason)) return around('Rsn', leaf('Cd', reason))
  return [...reason].length <= 35 ? around('Rsn', leaf('Prtry', reason)) : leaf('AddtlInf', reason)
}

/** The rate stands with the first of these that is there: what was exchanged, its counter-value, what was ordered. */
function amountDetails(amounts: StatedAmounts | undefined): string {
  if (!amounts) return ''
  const { instructed, transaction, counterValue, exchange } = amounts
  const rate = exchange
    ? around(
        'CcyXchg',
        leaf('SrcCcy', exchange.source),
        leaf('TrgtCcy', exchange.target),
        leaf('UnitCcy', exchange.unit),
        leaf('XchgRate', exchange.rate),
      )
    : ''
  const bearer = transaction ?? counterValue ?? instructed
  const part = (name: string, money: Money | undefined) =>
    money ? around(name, amountElement(money), money === bearer ? rate : '') : ''
  return around(
    'AmtDtls',
    part('InstdAmt', instructed),
    part('TxAmt', transaction),
    part('CntrValAmt', counterValue),
  )
}

function chargesElement(charges: readonly Charge[] | undefined): string {
  const records = (charges ?? []).map(({ amount, included, code }) =>
    around(
      'Rcrd',
      amountElement(amount),
      sideOf(amount, false),
      leaf('ChrgInclInd', included?.toString()),
      around(
        'Tp',
        code && /^[A-Z0-9]{1,4}$/.test(code) ? leaf('Cd', code) : around('Prtry', leaf('Id', code)),
      ),
    ),
  )
  return around('Chrgs', ...records)
}
