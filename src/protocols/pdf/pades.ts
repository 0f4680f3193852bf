import { X509Certificate } from 'node:crypto'
import { chainToRoot, commonName } from './certificate-chain.ts'
import { verifyCms } from './cms.ts'
import { PadesRefused } from './pades-refused.ts'
import { requireOnlySignatureAdded } from './revision.ts'
import { claimedTime, type SignaturePlace, signaturePlaces } from './signature-places.ts'

export type Trust = {
  /** PEM certificates of the authorities whose signing certificates count; a text may hold several. */
  readonly roots: readonly string[]
  /** When the certificates must have been valid; the claimed time of signing when left out. */
  readonly at?: Date
}

/** One signature and what was found about it. */
export type Signature = {
  /** Common name in the signer's certificate. */
  readonly signerName: string
  readonly certificatePem: string
  /** From the signer's certificate to the trusted root; as sent when there is no way to one. */
  readonly chainPem: readonly string[]
  /** As the signer claims it (`/M`); null when nothing is claimed. */
  readonly signedAt: Date | null
  /** Neither the covered bytes nor the signed attributes were changed. */
  readonly intact: boolean
  /** Covers everything up to the end of the file. Only the last signature can. */
  readonly coversWholeFile: boolean
  readonly chainValid: boolean
  /** The signature names the certificate it was made with (signing-certificate-v2). */
  readonly certificateBound: boolean
  /** Bytes from the start of the file that belong to the revision that was signed. */
  readonly revisionEnd: number
}

/** Only the PAdES baseline form: a time stamp or an older signature form is not a person's signature. */
const subFilter = /\/SubFilter\s*\/ETSI\.CAdES\.detached(?![A-Za-z0-9.])/

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

type Judging = { roots: readonly X509Certificate[]; at: Date | undefined }

function judge(pdf: Uint8Array, place: SignaturePlace, trust: Judging): Signature {
  if (!subFilter.test(place.dictionary)) {
    throw new PadesRefused('unsupported', 'the signature is not ETSI.CAdES.detached')
  }
  const content = [pdf.subarray(0, place.gapStart), pdf.subarray(place.gapEnd, place.end)]
  const cms = verifyCms(place.value, content)
  const signedAt = claimedTime(place.dictionary)
  const at = trust.at ?? signedAt
  const way = at ? chainToRoot(cms.certificate, cms.chain, { roots: trust.roots, at }) : undefined
  return {
    signerName: commonName(cms.certificate),
    certificatePem: cms.certificate.toString(),
    chainPem: (way ?? cms.chain).map((certificate) => certificate.toString()),
    signedAt,
    intact: cms.intact,
    coversWholeFile: place.end === pdf.byteLength,
    chainValid: way !== undefined,
    certificateBound: cms.certificateBound,
    revisionEnd: place.end,
  }
}

/**
 * Reads and verifies every signature in a PDF, first to last (ISO 32000-1, 12.8; ETSI EN 319 142-1, 6).
 * Empty for an unsigned one. Throws `PadesRefused` for what cannot be judged or is built to mislead; what can
 * be judged is told in the fields. Revocation and time stamps are not asked for.
 */
export function verifyPades(pdf: Uint8Array, trust: Trust): Signature[] {
  const roots = trust.roots
    .flatMap((text) => text.match(pemBlock) ?? [])
    .map((pem) => new X509Certificate(pem))
  return signaturePlaces(pdf).map((place) => judge(pdf, place, { roots, at: trust.at }))
}

function isPrefix(part: Uint8Array, whole: Uint8Array): boolean {
  return part.byteLength < whole.byteLength && Buffer.compare(part, whole.subarray(0, part.byteLength)) === 0
}

function refuseBad(signature: Signature): void {
  const { intact, chainValid, certificateBound, signerName } = signature
  if (!intact) throw new PadesRefused('altered', 'what was signed has been changed')
  if (!certificateBound) throw new PadesRefused('unbound', 'the signature does not name its certificate')
  if (!chainValid) throw new PadesRefused('untrusted', 'the certificate does not lead to a trusted root')
  if (signerName === '') throw new PadesRefused('malformed', 'the certificate names nobody')
}

/**
 * Checks that `signed` is `original` with one more good signature at its end, and answers all signatures, the
 * new one last. `original` may be signed already: its signatures are verified again. No page may look different.
 * Throws `PadesRefused`, whose reason tells which rule was broken.
 */
export function verifySignedRevision(original: Uint8Array, signed: Uint8Array, trust: Trust): Signature[] {
  if (!isPrefix(original, signed)) {
    throw new PadesRefused('not_a_revision', 'the document does not begin with what was to be signed')
  }
  const signatures = verifyPades(signed, trust)
  const added = signatures.filter(({ revisionEnd }) => revisionEnd > original.byteLength)
  if (added.length === 0) throw new PadesRefused('unsigned', 'no signature was added')
  if (added.length > 1) throw new PadesRefused('several_signatures', `${added.length} signatures were added`)
  if (!signatures.at(-1)?.coversWholeFile) {
    throw new PadesRefused('trailing_bytes', 'something follows the last signature')
  }
  signatures.forEach(refuseBad)
  requireOnlySignatureAdded(original, signed)
  return signatures
}
