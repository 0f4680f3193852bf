import type { StatementEntry, StatementHead, StatementPart } from '../../../src/domain/statement.ts'
import { type CamtOptions, readCamt } from '../../../src/protocols/iso20022/camt.ts'
import { ReadFailure } from '../../../src/protocols/read-failure.ts'

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export type Reading = {
  readonly parts: readonly StatementPart[]
  readonly entries: readonly StatementEntry[]
  readonly heads: readonly StatementHead[]
  readonly warnings: readonly string[]
  readonly failure: Pick<ReadFailure, 'code' | 'line'> | undefined
}

/** Reads a whole file given as text or bytes, in chunks of a size, and keeps the failure beside what came before it. */
export async function readAll(
  input: string | Uint8Array,
  options: CamtOptions & { readonly chunk?: number } = {},
): Promise<Reading> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  const parts: StatementPart[] = []
  let failure: Reading['failure']
  try {
    for await (const batch of readCamt(inChunks(bytes, options.chunk ?? (bytes.length || 1)), options))
      parts.push(...batch)
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    failure = { code: error.code, line: error.line }
  }
  return {
    parts,
    entries: parts.flatMap((part) => (part.kind === 'entry' ? part.entry : [])),
    heads: parts.flatMap((part) => (part.kind === 'statementEnd' ? part.head : [])),
    warnings: parts.flatMap((part) => (part.kind === 'warning' ? part.warning.rule : [])),
    failure,
  }
}

const account = '<Acct><Id><IBAN>NO5499990100019</IBAN></Id><Ccy>NOK</Ccy></Acct>'

/** A small statement around the given entries and balances; `head` replaces account and period. */
export function statement(inside: string, head = account, namespace = 'camt.053.001.08'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${namespace}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-03T01:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-03-03T01:00:00</CreDtTm>${head}
${inside}
</Stmt></BkToCstmrStmt></Document>`
}

export type EntryText = {
  amount?: string
  direction?: string
  status?: string
  dates?: string
  more?: string
}

/** `<Ntry>` with an amount element, an indicator, a status element, dates, and whatever follows. */
export function entry(text: EntryText = {}): string {
  const amount = text.amount ?? '<Amt Ccy="NOK">10.00</Amt>'
  const direction = text.direction ?? '<CdtDbtInd>CRDT</CdtDbtInd>'
  const status = text.status ?? '<Sts><Cd>BOOK</Cd></Sts>'
  const dates = text.dates ?? '<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-02</Dt></ValDt>'
  return `<Ntry>${amount}${direction}${status}${dates}${text.more ?? ''}</Ntry>`
}

export function balance(
  code: string,
  amount: string,
  more = '<CdtDbtInd>CRDT</CdtDbtInd>',
  date = '2026-03-02',
): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">${amount}</Amt>${more}<Dt><Dt>${date}</Dt></Dt></Bal>`
}
