import type { XmlAttributes } from '../xml/attributes.ts'

/** The three account reports of ISO 20022: name of the format, element of the message, element of one record. */
export const camtMessages = {
  BkToCstmrAcctRpt: { format: 'camt.052', record: 'Rpt' },
  BkToCstmrStmt: { format: 'camt.053', record: 'Stmt' },
  BkToCstmrDbtCdtNtfctn: { format: 'camt.054', record: 'Ntfctn' },
} as const
export type CamtMessage = keyof typeof camtMessages
export type CamtFormat = (typeof camtMessages)[CamtMessage]['format']

/** What other ISO 20022 messages are, so that a file in the wrong place is refused by its name. */
export const otherMessages: Readonly<Record<string, string>> = {
  CstmrCdtTrfInitn: 'pain.001, a payment order',
  CstmrPmtStsRpt: 'pain.002, a payment status report',
  CstmrDrctDbtInitn: 'pain.008, a direct debit order',
  CstmrPmtCxlReq: 'camt.055, a request to cancel',
  RsltnOfInvstgtn: 'camt.029, the answer to an investigation',
}

/** The message that an element begins; that of the first version (.01) carries its version in its name. */
export function camtMessage(name: string): CamtMessage | undefined {
  const bare = name.replace(/V01$/, '')
  return Object.hasOwn(camtMessages, bare) ? (bare as CamtMessage) : undefined
}

/**
 * `camt.053.001.02` out of whatever namespaces an element declares: `urn:iso:std:iso:20022:tech:xsd:camt.053.001.02`,
 * or a national one that carries the name. Undefined where none does.
 */
export function versionIn(attributes: XmlAttributes): string | undefined {
  for (let i = 0; i < attributes.length; i += 2) {
    const [name = '', value = ''] = attributes.slice(i, i + 2)
    if (name !== 'xmlns' && !name.startsWith('xmlns:') && !name.endsWith('schemaLocation')) continue
    const version = /camt\.0\d\d\.\d{3}\.\d{2}/.exec(value)?.[0]
    if (version) return version
  }
  return undefined
}
