import { createHash, createSign, type KeyObject, type X509Certificate } from 'node:crypto'
import forge from 'node-forge'

/** Who signs: the person's certificate and private key, and the certificates up to the root. */
export type SigningIdentity = { certificate: X509Certificate; key: KeyObject; chain: X509Certificate[] }

type Asn1 = forge.asn1.Asn1
const { asn1 } = forge

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha256WithEcdsa: '1.2.840.10045.4.3.2',
} as const

const universal = (type: number, constructed: boolean, value: string | Asn1[]) =>
  asn1.create(asn1.Class.UNIVERSAL, type, constructed, value)
const context = (tag: number, value: Asn1[]) => asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, value)
const sequence = (...parts: Asn1[]) => universal(asn1.Type.SEQUENCE, true, parts)
const setOf = (...parts: Asn1[]) => universal(asn1.Type.SET, true, parts)
const oid = (dotted: string) => universal(asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes())
const octets = (bytes: Buffer) => universal(asn1.Type.OCTETSTRING, false, bytes.toString('binary'))
const version1 = () => universal(asn1.Type.INTEGER, false, asn1.integerToDer(1).getBytes())
const parse = (bytes: Buffer) => asn1.fromDer(bytes.toString('binary'))
const encode = (node: Asn1) => Buffer.from(asn1.toDer(node).getBytes(), 'binary')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

function children(node: Asn1 | undefined): Asn1[] {
  if (!node || typeof node.value === 'string') throw new Error('certificate is not a constructed ASN.1 value')
  return node.value
}

/** Issuer name and serial number as they stand in the certificate (RFC 5280, 4.1). */
function issuerAndSerial(certificate: X509Certificate): { issuer: Asn1; serial: Asn1 } {
  const fields = children(children(parse(certificate.raw))[0])
  const afterVersion = fields[0]?.tagClass === asn1.Class.CONTEXT_SPECIFIC ? 1 : 0
  const serial = fields[afterVersion]
  const issuer = fields[afterVersion + 2]
  if (!serial || !issuer) throw new Error('certificate has no issuer or serial number')
  return { issuer, serial }
}

/**
 * The attributes that the signature covers. signing-certificate-v2 (RFC 5035, 3) binds the signature to one
 * certificate; node-forge's own pkcs7 cannot write it. DER demands that a SET OF is sorted by its encoding.
 */
function signedAttributes(content: Buffer, certificate: X509Certificate): Asn1[] {
  const { issuer, serial } = issuerAndSerial(certificate)
  const directoryName = sequence(context(4, [issuer]))
  const certificateId = sequence(octets(sha256(certificate.raw)), sequence(directoryName, serial))
  return [
    sequence(oid(OID.contentType), setOf(oid(OID.data))),
    sequence(oid(OID.messageDigest), setOf(octets(sha256(content)))),
    sequence(oid(OID.signingCertificateV2), setOf(sequence(sequence(certificateId)))),
  ].toSorted((a, b) => Buffer.compare(encode(a), encode(b)))
}

/**
 * Detached CMS SignedData over `content` as a CAdES baseline signature.
 * RFC 5652, 5; RFC 5035; ETSI EN 319 122-1, 6. Returns DER.
 */
export function signDetached(content: Buffer, who: SigningIdentity): Buffer {
  const digestAlgorithm = sequence(oid(OID.sha256))
  const attributes = signedAttributes(content, who.certificate)
  const signature = createSign('sha256')
    .update(encode(setOf(...attributes)))
    .sign(who.key)
  const signatureAlgorithm =
    who.key.asymmetricKeyType === 'ec'
      ? sequence(oid(OID.sha256WithEcdsa))
      : sequence(oid(OID.sha256WithRsa), universal(asn1.Type.NULL, false, ''))
  const { issuer, serial } = issuerAndSerial(who.certificate)
  const signerInfo = sequence(
    version1(),
    sequence(issuer, serial),
    digestAlgorithm,
    context(0, attributes),
    signatureAlgorithm,
    octets(signature),
  )
  const certificates = [who.certificate, ...who.chain].map((certificate) => parse(certificate.raw))
  const signedData = sequence(
    version1(),
    setOf(digestAlgorithm),
    sequence(oid(OID.data)),
    context(0, certificates),
    setOf(signerInfo),
  )
  return encode(sequence(oid(OID.signedData), context(0, [signedData])))
}
