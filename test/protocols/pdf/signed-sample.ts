import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import type { SigningIdentity } from '../../../sandbox/esign/cms.ts'
import { signPdf } from '../../../sandbox/esign/pades.ts'
import { openPki } from '../../../sandbox/pki.ts'
import { type AgreementFacts, agreementPdf } from '../../../src/protocols/pdf/agreement-document.ts'

export const facts: AgreementFacts = {
  language: 'nb',
  agreementId: 'agr_01k9z3v8h2e4b7m5q6t9w1x3y5',
  date: '2026-03-02',
  company: { name: 'Eksempelverkstedet AS', organisationNumber: '312345676' },
  operator: { name: 'Testdrift AS', organisationNumber: '318117001' },
  accountingSystem: { name: 'Regnskap Eksempel' },
  signers: [{ name: 'Kari Bøe Eksempel' }, { name: 'Ola Prøve' }],
  banks: [
    { name: 'Fjordbanken', processors: [] },
    { name: 'Tindebanken', processors: ['Testhub AS'] },
  ],
  processors: [{ name: 'Testhub AS', purpose: 'Formidler kontoinformasjon og betalinger' }],
}

/** A certificate for the holder of `key`, by anyone who has a certificate and a key: also who may not issue. */
export function issueBy(
  issuer: { certificate: X509Certificate; key: KeyObject },
  subject: { name: string; serial: string; key: KeyObject },
): X509Certificate {
  const pem = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pem(subject.key))
  certificate.serialNumber = subject.serial
  certificate.validity.notBefore = new Date(issuer.certificate.validFrom)
  certificate.validity.notAfter = new Date(issuer.certificate.validTo)
  const utf8 = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class
  certificate.setSubject([{ name: 'commonName', value: subject.name, valueTagClass: utf8 }])
  certificate.setIssuer(forge.pki.certificateFromPem(issuer.certificate.toString()).subject.attributes)
  const key = issuer.key.export({ type: 'pkcs8', format: 'pem' }) as string
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return new X509Certificate(forge.pki.certificateToPem(certificate))
}

/** An authority of its own: two of them do not trust each other. */
export function authority() {
  const directory = mkdtempSync(join(tmpdir(), 'kontobro-pki-'))
  const pki = openPki(directory)
  rmSync(directory, { recursive: true, force: true })
  const root = pki.personCa.cert
  const issuer = { certificate: new X509Certificate(root), key: createPrivateKey(pki.personCa.key) }
  const identity = (name: string): SigningIdentity => {
    const { cert, key } = pki.issuePerson({
      name,
      givenName: name.split(' ')[0] ?? '',
      familyName: name.split(' ').at(-1) ?? '',
      serialNumber: 'UN:NO-9578-5999-4-1000001',
    })
    return {
      certificate: new X509Certificate(cert),
      key: createPrivateKey(key),
      chain: [new X509Certificate(root)],
    }
  }
  return { root, issuer, identity }
}

/** The agreement, signed by one person, and by two. */
export async function signedSample() {
  const { root, issuer, identity } = authority()
  const original = Buffer.from(await agreementPdf(facts))
  const kari = identity('Kari Bøe Eksempel')
  const claims = { reason: 'Signerer avtalen', at: new Date() }
  const once = await signPdf(original, kari, { name: 'Kari Bøe Eksempel', ...claims })
  const twice = await signPdf(once, identity('Ola Prøve'), { name: 'Ola Prøve', ...claims })
  return { root, issuer, identity, kari, original, once, twice }
}
