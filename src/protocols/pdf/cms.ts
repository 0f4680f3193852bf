import {
  X509Certificate as Certificate,
  constants,
  createHash,
  verify,
  type X509Certificate,
} from 'node:crypto'
import forge from 'node-forge'
import {
  type Asn1,
  asSet,
  childrenOf,
  derLength,
  encodeDer,
  is,
  isTagged,
  octetsOf,
  oidOf,
  parseDer,
  sequenceOf,
  setOf,
  smallIntegerOf,
} from './asn1.ts'
import { PadesRefused } from './pades-refused.ts'

const { Type } = forge.asn1

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  rsa: '1.2.840.113549.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
} as const

/** SHA-2 only: with SHA-1 or MD5 two documents can share one signature. */
const digests: Record<string, string> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
/** Signature algorithms that name their digest: RSA (PKCS #1 v1.5) and ECDSA. */
const signatureDigests: Record<string, string> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

export type VerifiedCms = {
  readonly certificate: X509Certificate
  /** All certificates in the signature, the signer's own first. */
  readonly chain: readonly X509Certificate[]
  /** The content's digest and the signature over the attributes are both right. */
  readonly intact: boolean
  /** signing-certificate-v2 is there and names `certificate`. */
  readonly certificateBound: boolean
}

type SignedData = { certificates: readonly X509Certificate[]; digestOids: readonly string[]; signer: Asn1[] }

/** The one CMS value in `space`; what follows it may only be zeros. */
function cmsBytes(space: Buffer): Buffer {
  const length = derLength(space)
  if (length > space.length) throw new PadesRefused('malformed', 'the signature is cut off')
  if (space.subarray(length).some((byte) => byte !== 0)) {
    throw new PadesRefused('hidden_bytes', 'something follows the signature inside its space')
  }
  return space.subarray(0, length)
}

/** SignedData of a detached signature with exactly one signer (RFC 5652, 5.1). */
function readSignedData(bytes: Buffer): SignedData {
  const contentInfo = sequenceOf(parseDer(bytes), 'ContentInfo')
  if (oidOf(contentInfo[0], 'ContentInfo') !== OID.signedData || !isTagged(contentInfo[1], 0)) {
    throw new PadesRefused('malformed', 'the signature is no SignedData')
  }
  const parts = sequenceOf(childrenOf(contentInfo[1], 'ContentInfo')[0], 'SignedData')
  const version = smallIntegerOf(parts[0], 'SignedData version')
  const content = sequenceOf(parts[2], 'encapsulated content')
  if (
    (version !== 1 && version !== 3) ||
    content.length !== 1 ||
    oidOf(content[0], 'content type') !== OID.data
  ) {
    throw new PadesRefused('malformed', 'the signature is not detached')
  }
  const certificates = parts.find((part) => isTagged(part, 0))
  const signers = setOf(parts.at(-1), 'SignerInfos')
  if (!certificates || signers.length !== 1) {
    throw new PadesRefused('malformed', 'the signature has no certificates or not exactly one signer')
  }
  return {
    certificates: childrenOf(certificates, 'certificates').map((one) => new Certificate(encodeDer(one))),
    digestOids: setOf(parts[1], 'digest algorithms').map((one) =>
      oidOf(sequenceOf(one, 'digest')[0], 'digest'),
    ),
    signer: sequenceOf(signers[0], 'SignerInfo'),
  }
}

/** Issuer and serial number as they stand in a certificate (RFC 5280, 4.1). */
function issuerAndSerial(certificate: X509Certificate): [issuer: Buffer, serial: Buffer] {
  const fields = sequenceOf(sequenceOf(parseDer(certificate.raw), 'certificate')[0], 'certificate')
  const first = isTagged(fields[0], 0) ? 1 : 0
  const [serial, , issuer] = fields.slice(first)
  if (!serial || !issuer) throw new PadesRefused('malformed', 'a certificate without issuer')
  return [encodeDer(issuer), encodeDer(serial)]
}

function signerCertificate({ certificates, signer }: SignedData): X509Certificate {
  const wanted = sequenceOf(signer[1], 'signer identifier')
  const [issuer, serial] = wanted.map(encodeDer)
  const found = certificates.filter((certificate) => {
    const own = issuerAndSerial(certificate)
    return issuer?.equals(own[0]) && serial?.equals(own[1])
  })
  if (found.length !== 1 || !found[0]) {
    throw new PadesRefused('malformed', 'the signer’s certificate is not in the signature exactly once')
  }
  return found[0]
}

/** The values of the signed attributes by their OID; each may stand there once only (RFC 5652, 5.3). */
function readAttributes(node: Asn1 | undefined): Map<string, Asn1> {
  if (!isTagged(node, 0)) throw new PadesRefused('malformed', 'no signed attributes')
  const attributes = new Map<string, Asn1>()
  for (const attribute of childrenOf(node, 'signed attributes')) {
    const [type, values] = sequenceOf(attribute, 'signed attribute')
    const name = oidOf(type, 'signed attribute')
    const [value, ...more] = setOf(values, 'signed attribute')
    if (!value || more.length > 0 || attributes.has(name)) {
      throw new PadesRefused('malformed', 'a signed attribute stands there twice')
    }
    attributes.set(name, value)
  }
  return attributes
}

/** signing-certificate-v2 (RFC 5035, 3): the first certificate hash is the signer's. SHA-256 when unnamed. */
function namesCertificate(attribute: Asn1 | undefined, certificate: X509Certificate): boolean {
  if (!attribute) return false
  const ids = sequenceOf(sequenceOf(attribute, 'signing certificate')[0], 'signing certificate')
  const id = sequenceOf(ids[0], 'certificate id')
  const named = is(id[0], Type.SEQUENCE) && is(id[1], Type.OCTETSTRING)
  const digest = named ? digests[oidOf(sequenceOf(id[0], 'hash')[0], 'hash')] : 'sha256'
  if (!digest) return false
  return createHash(digest)
    .update(certificate.raw)
    .digest()
    .equals(octetsOf(id[named ? 1 : 0], 'certificate hash'))
}

/** Verifies the signature value over the signed attributes with the digest that the signer named. */
function valueVerifies(signer: Asn1[], certificate: X509Certificate, digest: string): boolean {
  const attributes = asSet(childrenOf(signer[3], 'signed attributes'))
  const algorithm = oidOf(sequenceOf(signer[4], 'signature algorithm')[0], 'signature algorithm')
  const value = octetsOf(signer[5], 'signature value')
  const key = certificate.publicKey
  if (algorithm === OID.rsaPss) {
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
    return verify(digest, attributes, pss, value)
  }
  if (algorithm !== OID.rsa && signatureDigests[algorithm] !== digest) {
    throw new PadesRefused('unsupported', `signature algorithm ${algorithm}`)
  }
  return verify(digest, attributes, key, value)
}

function judge(data: SignedData, content: readonly Uint8Array[]): VerifiedCms {
  const { signer, certificates, digestOids } = data
  const version = smallIntegerOf(signer[0], 'SignerInfo version')
  const digestOid = oidOf(sequenceOf(signer[2], 'digest algorithm')[0], 'digest algorithm')
  const digest = digests[digestOid]
  if (!digest) throw new PadesRefused('unsupported', `digest algorithm ${digestOid}`)
  if (version !== 1 || !digestOids.includes(digestOid)) {
    throw new PadesRefused('malformed', 'version or digest algorithm do not fit each other')
  }
  const certificate = signerCertificate(data)
  const attributes = readAttributes(signer[3])
  if (oidOf(attributes.get(OID.contentType), 'content type') !== OID.data) {
    throw new PadesRefused('malformed', 'the signed content type is another')
  }
  const hash = createHash(digest)
  for (const part of content) hash.update(part)
  const rightDigest = octetsOf(attributes.get(OID.messageDigest), 'message digest').equals(hash.digest())
  return {
    certificate,
    chain: [certificate, ...certificates.filter((other) => other !== certificate)],
    intact: rightDigest && valueVerifies(signer, certificate, digest),
    certificateBound: namesCertificate(attributes.get(OID.signingCertificateV2), certificate),
  }
}

/**
 * Verifies a detached CAdES signature in `space` (zero-filled at its end) over `content`. Whether the
 * certificate is to be trusted is not judged here. RFC 5652, 5; RFC 5035; ETSI EN 319 122-1, 5.
 * Throws `PadesRefused`.
 */
export function verifyCms(space: Buffer, content: readonly Uint8Array[]): VerifiedCms {
  try {
    return judge(readSignedData(cmsBytes(space)), content)
  } catch (error) {
    if (error instanceof PadesRefused) throw error
    throw new PadesRefused('malformed', 'the signature cannot be read', error)
  }
}
