// Statements as camt.053, written by hand for tests.
import type { BankRow } from './account-at-bank.ts'

export type CamtStatement = {
  id: string
  day: string
  to?: string
  opening: bigint
  rows: readonly BankRow[]
  sequence?: string
  account?: string
  /** By how much the closing balance says more than the rows. */
  missing?: bigint
  message?: string
}

const amount = (minor: bigint) => {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, '0')
  return `<Amt Ccy="NOK">${digits.slice(0, -2)}.${digits.slice(-2)}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`
}
const balance = (code: string, minor: bigint, day: string) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor)}<Dt><Dt>${day}</Dt></Dt></Bal>`

/** A row as an entry with one detail. */
export const ntry = (row: BankRow) =>
  `<Ntry>${amount(row.minor)}<Sts>${row.pending ? 'PDNG' : 'BOOK'}</Sts><BookgDt><Dt>${row.day}</Dt></BookgDt><ValDt><Dt>${row.day}</Dt></ValDt>` +
  `<BkTxCd/>${row.id ? `<AcctSvcrRef>${row.id}</AcctSvcrRef>` : ''}<NtryDtls><TxDtls><RmtInf>${
    row.kid ? `<Strd><CdtrRefInf><Ref>${row.kid}</Ref></CdtrRefInf></Strd>` : ''
  }${row.text ? `<Ustrd>${row.text}</Ustrd>` : ''}</RmtInf></TxDtls></NtryDtls></Ntry>`

export const sum = (rows: readonly BankRow[], opening: bigint) =>
  rows.reduce((total, row) => total + row.minor, opening)

const accountOf = (account: string) =>
  `<Acct><Id><Othr><Id>${account}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id><Ccy>NOK</Ccy></Acct>`

export const stmt = ({
  id,
  day,
  to = day,
  opening,
  rows,
  sequence,
  account = '86011117947',
  missing = 0n,
}: CamtStatement) =>
  `<Stmt><Id>${id}</Id>${sequence ? `<ElctrncSeqNb>${sequence}</ElctrncSeqNb>` : ''}<CreDtTm>${day}T23:00:00</CreDtTm>` +
  `${accountOf(account)}${balance('OPBD', opening, day)}${balance('CLBD', sum(rows, opening) + missing, to)}${rows.map(ntry).join('\n')}</Stmt>`

export const document = (kind: '052' | '053' | '054', body: string, message = 'M') => {
  const name = { '052': 'BkToCstmrAcctRpt', '053': 'BkToCstmrStmt', '054': 'BkToCstmrDbtCdtNtfctn' }[kind]
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.02"><${name}>` +
      `<GrpHdr><MsgId>${message}</MsgId></GrpHdr>${body}</${name}></Document>`,
  )
}

/** A file with one statement. */
export const camt = (statement: CamtStatement) => document('053', stmt(statement), statement.message)

/** A camt.054: entries of notices, which move no balance. */
export const notice = (id: string, entries: string, { account = '86011117947', message = id } = {}) =>
  document(
    '054',
    `<Ntfctn><Id>${id}</Id><CreDtTm>2026-03-02T23:00:00</CreDtTm>${accountOf(account)}${entries}</Ntfctn>`,
    message,
  )
