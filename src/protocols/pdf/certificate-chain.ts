import type { X509Certificate } from 'node:crypto'

const chainAtMost = 8

const validAt = (certificate: X509Certificate, at: Date) =>
  new Date(certificate.validFrom) <= at && at <= new Date(certificate.validTo)

function issued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  // checkIssued compares names, key ids and key usage (RFC 5280, 6.1); verify does the signature.
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/**
 * The way from a certificate to a trusted root, both included; undefined when there is none. Every certificate
 * on the way must have been valid at `at`, and everyone but the first must be a certificate authority. Whether
 * one was revoked is not asked.
 */
export function chainToRoot(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  { roots, at }: { roots: readonly X509Certificate[]; at: Date },
): X509Certificate[] | undefined {
  const walk = (way: X509Certificate[]): X509Certificate[] | undefined => {
    const last = way.at(-1)
    if (!last || !validAt(last, at) || way.length > chainAtMost) return undefined
    if (roots.some((root) => root.fingerprint256 === last.fingerprint256)) return way
    for (const next of [...roots, ...others]) {
      const seen = way.some((one) => one.fingerprint256 === next.fingerprint256)
      const found = !seen && issued(next, last) ? walk([...way, next]) : undefined
      if (found) return found
    }
    return undefined
  }
  return certificate.ca ? undefined : walk([certificate])
}

/** The common name of a certificate's subject; empty when it has none. */
export function commonName(certificate: X509Certificate): string {
  const subject: unknown = certificate.toLegacyObject().subject
  const name = subject && typeof subject === 'object' && 'CN' in subject ? subject.CN : ''
  return typeof name === 'string' ? name : Array.isArray(name) ? String(name[0] ?? '') : ''
}
