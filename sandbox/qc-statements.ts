import forge from 'node-forge'

/** Roles of a payment service provider (ETSI TS 119 495, 5.1). */
export type Psd2Role = 'PSP_AS' | 'PSP_PI' | 'PSP_AI' | 'PSP_IC'

const { asn1, util } = forge
const universal = asn1.Class.UNIVERSAL
const ia5 = 22 as forge.asn1.Type

export const sequence = (...parts: forge.asn1.Asn1[]): forge.asn1.Asn1 =>
  asn1.create(universal, asn1.Type.SEQUENCE, true, parts)
export const oid = (text: string): forge.asn1.Asn1 =>
  asn1.create(universal, asn1.Type.OID, false, asn1.oidToDer(text).getBytes())
const text = (type: forge.asn1.Type, value: string) =>
  asn1.create(universal, type, false, util.encodeUtf8(value))

const roleOids: Record<Psd2Role, string> = {
  PSP_AS: '0.4.0.19495.1.1',
  PSP_PI: '0.4.0.19495.1.2',
  PSP_AI: '0.4.0.19495.1.3',
  PSP_IC: '0.4.0.19495.1.4',
}
const qcTypes = { eseal: '0.4.0.1862.1.6.2', web: '0.4.0.1862.1.6.3' } as const
const extensionId = '1.3.6.1.5.5.7.1.3'
const psd2StatementId = '0.4.0.19495.2'

/** The qcStatements of a PSD2 certificate (ETSI TS 119 495, Annex A; EN 319 412-5). */
export function qcStatements(type: 'web' | 'eseal', roles: readonly Psd2Role[]): forge.asn1.Asn1 {
  const { UTF8, PRINTABLESTRING } = asn1.Type
  const psd2 = sequence(
    sequence(...roles.map((role) => sequence(oid(roleOids[role]), text(UTF8, role)))),
    text(UTF8, 'Finanstilsynet'),
    text(UTF8, 'NO-FSA'),
  )
  const disclosure = sequence(text(ia5, 'https://example.test/pds.pdf'), text(PRINTABLESTRING, 'en'))
  return sequence(
    sequence(oid('0.4.0.1862.1.1')),
    sequence(oid('0.4.0.1862.1.6'), sequence(oid(qcTypes[type]))),
    sequence(oid('0.4.0.1862.1.5'), sequence(disclosure)),
    sequence(oid(psd2StatementId), psd2),
  )
}

const children = (node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] =>
  Array.isArray(node?.value) ? node.value : []
const oidOf = (node: forge.asn1.Asn1 | undefined): string =>
  typeof node?.value === 'string' ? asn1.derToOid(node.value) : ''

/** Whose certificate this is and which PSD2 roles it carries; no roles when it is no PSD2 certificate. */
export function readTppCertificate(der: Buffer): { organisationIdentifier: string; roles: Psd2Role[] } {
  const cert = forge.pki.certificateFromAsn1(asn1.fromDer(der.toString('binary')))
  const subject = cert.subject.attributes.find((one) => one.type === '2.5.4.97')
  const extension = cert.extensions.find((one: { id?: string }) => one.id === extensionId) as
    | { value: string }
    | undefined
  const statements = extension ? children(asn1.fromDer(extension.value)) : []
  const psd2 = statements.find((one) => oidOf(children(one)[0]) === psd2StatementId)
  const found = children(children(children(psd2)[1])[0]).map((role) => oidOf(children(role)[0]))
  const all = Object.entries(roleOids) as [Psd2Role, string][]
  return {
    organisationIdentifier: String(subject?.value ?? ''),
    roles: all.filter(([, id]) => found.includes(id)).map(([role]) => role),
  }
}
