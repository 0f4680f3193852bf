import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'

/** Roles of a payment service provider (ETSI TS 119 495, 5.1), by the last arc of their object identifier. */
const roleByOid = {
  '0.4.0.19495.1.1': 'PSP_AS',
  '0.4.0.19495.1.2': 'PSP_PI',
  '0.4.0.19495.1.3': 'PSP_AI',
  '0.4.0.19495.1.4': 'PSP_IC',
} as const
export type PspRole = (typeof roleByOid)[keyof typeof roleByOid]

const oids = {
  qcStatements: '1.3.6.1.5.5.7.1.3',
  psd2: '0.4.0.19495.2',
  qcType: '0.4.0.1862.1.6',
  seal: '0.4.0.1862.1.6.2',
  web: '0.4.0.1862.1.6.3',
  organizationIdentifier: '2.5.4.97',
  organizationName: '2.5.4.10',
} as const

export type EidasCertificate = {
  /** QWAC proves a connection, QSealC a message; `other` has no qualified type. */
  readonly type: 'qwac' | 'qsealc' | 'other'
  readonly roles: readonly PspRole[]
  /** The competent authority, e.g. Finanstilsynet, NO-FSA; absent without a PSD2 statement. */
  readonly authority?: { readonly name: string; readonly id: string }
  readonly organizationName?: string
  /** `PSDNO-FSA-` and the organisation number. */
  readonly organizationIdentifier?: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly serialNumber: string
  /** SHA-256 over the DER bytes, lower-case hex. */
  readonly fingerprint: string
}

export class CertificateError extends Error {}

/**
 * Reads a QWAC or QSealC, RSA or EC, from PEM or DER (ETSI TS 119 495; qcStatements RFC 3739).
 * Nothing is verified here: the chain is TLS's business.
 * @throws CertificateError for bytes that are no certificate
 */
export function readCertificate(source: string | Uint8Array): EidasCertificate {
  const certificate = parseX509(source)
  const { subject, extensions } = readTbs(certificate.raw)
  const statements = extensions.get(oids.qcStatements)
  const psd2 = statements && readStatements(statements)
  const organizationName = subject.get(oids.organizationName)
  const organizationIdentifier = subject.get(oids.organizationIdentifier)
  return {
    type: psd2?.type ?? 'other',
    roles: psd2?.roles ?? [],
    ...(psd2?.authority && { authority: psd2.authority }),
    ...(organizationName && { organizationName }),
    ...(organizationIdentifier && { organizationIdentifier }),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  }
}

/**
 * For the start of the gateway: better no start than calls that every bank refuses with ROLE_INVALID.
 * Takes a certificate read before, or its PEM or DER.
 * @throws CertificateError naming the roles that are missing
 */
export function requireRoles(
  source: EidasCertificate | string | Uint8Array,
  roles: readonly PspRole[],
): void {
  const certificate =
    typeof source === 'string' || source instanceof Uint8Array ? readCertificate(source) : source
  const missing = roles.filter((role) => !certificate.roles.includes(role))
  if (missing.length === 0) return
  const has = certificate.roles.join(', ') || 'none'
  throw new CertificateError(`the certificate lacks the PSD2 role ${missing.join(', ')} (it has: ${has})`)
}

/** Whole days until the certificate ends, on real time; negative when it has. */
export function daysLeft(certificate: EidasCertificate, at: Date): number {
  return Math.floor((certificate.notAfter.getTime() - at.getTime()) / 86_400_000)
}

function parseX509(source: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(source)
  } catch {
    throw new CertificateError('not a certificate (PEM or DER expected)')
  }
}

type Asn1 = forge.asn1.Asn1

/**
 * Subject attributes and extensions by object identifier (RFC 5280, 4.1). node-forge's own reader knows RSA
 * keys only, and node:crypto shows no unknown extensions.
 */
function readTbs(der: Uint8Array): { subject: Map<string, string>; extensions: Map<string, Asn1> } {
  const subject = new Map<string, string>()
  const extensions = new Map<string, Asn1>()
  const root = forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(der).toString('binary')))
  const tbs = list(list(root)[0])
  const fields = tbs.filter(
    (f) => f.tagClass === forge.asn1.Class.UNIVERSAL && f.type === forge.asn1.Type.SEQUENCE,
  )
  // Sequences in order: signature, issuer, validity, subject, subjectPublicKeyInfo.
  for (const attribute of list(fields[3]).flatMap(list)) {
    const [type, value] = list(attribute)
    if (type && value) subject.set(oid(type), string(value).trim())
  }
  const tagged = tbs.find((f) => f.tagClass === forge.asn1.Class.CONTEXT_SPECIFIC && Number(f.type) === 3)
  for (const extension of list(list(tagged)[0])) {
    const parts = list(extension)
    const [id, octets] = [parts[0], parts.at(-1)]
    if (id && octets) extensions.set(oid(id), embedded(octets))
  }
  return { subject, extensions }
}

/** forge decodes an OCTET STRING's content by itself where it can; else the bytes are read here. */
function embedded(octets: Asn1): Asn1 {
  if (typeof octets.value !== 'string') return octets.value[0] ?? octets
  try {
    return forge.asn1.fromDer(forge.util.createBuffer(octets.value))
  } catch {
    return octets
  }
}

function readStatements(statements: Asn1) {
  let type: EidasCertificate['type'] = 'other'
  let roles: PspRole[] = []
  let authority: { name: string; id: string } | undefined
  // Seen: a lone statement without the sequence around it.
  const alone = oid(list(statements)[0]) !== ''
  for (const statement of alone ? [statements] : list(statements)) {
    const [id, info] = list(statement)
    if (!id || !info) continue
    if (oid(id) === oids.qcType) {
      const types = list(info).map(oid)
      type = types.includes(oids.web) ? 'qwac' : types.includes(oids.seal) ? 'qsealc' : 'other'
    } else if (oid(id) === oids.psd2) {
      const [named, name, authorityId] = list(info)
      // By identifier, not by the name beside it: some certificates disagree with themselves.
      roles = list(named).flatMap((role) => roleByOid[oid(list(role)[0]) as keyof typeof roleByOid] ?? [])
      if (name && authorityId) authority = { name: string(name), id: string(authorityId) }
    }
  }
  return { type, roles, ...(authority && { authority }) }
}

function list(node: Asn1 | undefined): Asn1[] {
  return node && Array.isArray(node.value) ? node.value : []
}

function oid(node: Asn1 | undefined): string {
  return node?.type === forge.asn1.Type.OID && typeof node.value === 'string'
    ? forge.asn1.derToOid(node.value)
    : ''
}

function string(node: Asn1): string {
  if (typeof node.value !== 'string') return ''
  if (node.type === forge.asn1.Type.BMPSTRING)
    return Buffer.from(node.value, 'binary').swap16().toString('utf16le')
  return Buffer.from(node.value, 'binary').toString(node.type === forge.asn1.Type.UTF8 ? 'utf8' : 'latin1')
}
