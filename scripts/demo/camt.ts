import type { LedgerAccount, LedgerRow } from './sandbox.ts'
import { amountOf, minorOf } from './walk.ts'

/**
 * Statements as the bank would send them by file, one for each day: camt.053.001.08, opening and closing booked balance,
 * one entry for each booking.
 */
export function camt053(account: LedgerAccount, dates: readonly string[]): string {
  const last = dates.at(-1) ?? ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>${account.bban}-${last}</MsgId><CreDtTm>${last}T23:30:00Z</CreDtTm></GrpHdr>
${dates.map((date) => statement(account, date)).join('\n')}
 </BkToCstmrStmt>
</Document>
`
}

function statement(account: LedgerAccount, date: string): string {
  const rows = account.bookings.filter(({ bookingDate }) => bookingDate === date)
  const closing = account.dailyClosing.find((day) => day.date === date)?.amount ?? account.balance
  const sum = rows.reduce((total, { amount }) => total + minorOf(amount), 0n)
  const opening = amountOf(minorOf(closing) - sum)
  return `  <Stmt>
   <Id>${account.bban}-${date}</Id>
   <CreDtTm>${date}T23:30:00Z</CreDtTm>
   <Acct><Id><IBAN>${account.iban}</IBAN></Id><Ccy>NOK</Ccy><Ownr><Nm>${escaped(account.owner)}</Nm></Ownr></Acct>
   ${balance('OPBD', opening, date)}
   ${balance('CLBD', closing, date)}
${rows.map(entry).join('\n')}
  </Stmt>`
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const unsigned = (amount: string) => amount.replace('-', '')
const side = (amount: string) => (amount.startsWith('-') ? 'DBIT' : 'CRDT')

const balance = (code: string, amount: string, date: string) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">${unsigned(amount)}</Amt>` +
  `<CdtDbtInd>${side(amount)}</CdtDbtInd><Dt><Dt>${date}</Dt></Dt></Bal>`

function entry(row: LedgerRow): string {
  const kid = row.kid
    ? `<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>${row.kid}</Ref></CdtrRefInf></Strd>`
    : ''
  const text = row.text ? `<Ustrd>${escaped(row.text)}</Ustrd>` : ''
  const details = `<NtryDtls><TxDtls><RmtInf>${text}${kid}</RmtInf></TxDtls></NtryDtls>`
  return `   <Ntry>
    <Amt Ccy="NOK">${unsigned(row.amount)}</Amt><CdtDbtInd>${side(row.amount)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>${row.bookingDate}</Dt></BookgDt><ValDt><Dt>${row.bookingDate}</Dt></ValDt>
    <AcctSvcrRef>${row.id}</AcctSvcrRef>
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${row.amount.startsWith('-') ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
    ${text || kid ? details : ''}
   </Ntry>`
}
