import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import forge from 'node-forge'
import { oid, type Psd2Role, qcStatements, sequence } from './qc-statements.ts'
import { organisationNumbers } from './world.ts'

/** Paths of PEM files that a gateway under test needs. */
export type PkiPaths = {
  /** Root of the bank servers' and the TPP's certificates. */
  ca: string
  /** Root of the people's signing certificates. */
  personCa: string
  /** TPP web certificate with the roles PSP_AI and PSP_PI, and its key. */
  qwacCert: string
  qwacKey: string
  /** A web certificate of the same TPP with PSP_AI only: payments are refused with it. */
  qwacAiOnlyCert: string
  qwacAiOnlyKey: string
  /** TPP seal certificate, for signed requests. */
  qsealCert: string
  qsealKey: string
  /** Key (PKCS #8, EC P-256) of the BankID client `kontobro` for private_key_jwt. */
  bankidClientKey: string
}

export type KeyPair = { cert: string; key: string }

/** The sandbox's certificates as PEM text. */
export type Pki = {
  paths: PkiPaths
  ca: KeyPair
  personCa: KeyPair
  bankServer: KeyPair
  /** The same for a certificate that ended yesterday; made when it is first asked for. */
  expiredBankServer: () => KeyPair
  /** Public key (PEM, SPKI) of the BankID client. */
  bankidClientPublicKey: string
  /** Makes a signing certificate for a test person; `cert` is the leaf, its issuer is `personCa.cert`. */
  issuePerson: (subject: {
    name: string
    givenName: string
    familyName: string
    serialNumber: string
  }) => KeyPair
}

const { pki, asn1 } = forge
const utf8 = asn1.Type.UTF8

type Attribute = forge.pki.CertificateField
const attribute = (type: string, value: string): Attribute => ({
  type,
  value,
  valueTagClass: utf8 as unknown as forge.asn1.Class,
})
const names = {
  country: (value: string): Attribute => ({ name: 'countryName', value }),
  organisation: (value: string) => attribute('2.5.4.10', value),
  organisationIdentifier: (value: string) => attribute('2.5.4.97', value),
  common: (value: string) => attribute('2.5.4.3', value),
  given: (value: string) => attribute('2.5.4.42', value),
  family: (value: string) => attribute('2.5.4.4', value),
  serial: (value: string) => attribute('2.5.4.5', value),
}

const pemKey = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const newKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** `days` from now; when negative it has ended already. */
type Request = { subject: Attribute[]; days: number; extensions: object[] }

/** A certificate over a new key, signed by `issuer` or by itself. Validity is on real time. */
function issue(request: Request, issuer?: KeyPair): KeyPair {
  const keys = newKeys()
  const key = pemKey(keys.privateKey)
  const cert = pki.createCertificate()
  cert.publicKey = pki.publicKeyFromPem(keys.publicKey.export({ type: 'spki', format: 'pem' }) as string)
  // A leading byte below 0x80 keeps the serial number positive.
  cert.serialNumber = `4a${randomBytes(9).toString('hex')}`
  cert.validity.notBefore = new Date(Date.now() - 3_600_000 + Math.min(0, request.days * 2) * 86_400_000)
  cert.validity.notAfter = new Date(Date.now() + request.days * 86_400_000)
  const parent = issuer ? pki.certificateFromPem(issuer.cert) : cert
  cert.setSubject(request.subject)
  cert.setIssuer(issuer ? parent.subject.attributes : request.subject)
  const keyId = parent.generateSubjectKeyIdentifier().getBytes()
  cert.setExtensions([
    ...request.extensions,
    { name: 'subjectKeyIdentifier' },
    ...(issuer ? [{ name: 'authorityKeyIdentifier', keyIdentifier: keyId }] : []),
  ])
  cert.sign(pki.privateKeyFromPem(issuer?.key ?? key), forge.md.sha256.create())
  return { cert: pki.certificateToPem(cert), key }
}

const root = (name: string): KeyPair =>
  issue({
    subject: [names.country('NO'), names.organisation('Sandkasse'), names.common(name)],
    days: 3650,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })

const bankServer = (ca: KeyPair, days: number): KeyPair =>
  issue(
    {
      subject: [names.common('127.0.0.1')],
      days,
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 7, ip: '127.0.0.1' },
            { type: 2, value: 'localhost' },
          ],
        },
      ],
    },
    ca,
  )

const policies = { web: '0.4.0.19495.3.1', eseal: '0.4.0.194112.1.1' } as const

/** A PSD2 certificate as ETSI TS 119 495 lays it out: QWAC (`web`) or QSealC (`eseal`). */
function psd2Certificate(ca: KeyPair, type: 'web' | 'eseal', roles: Psd2Role[]): KeyPair {
  const web = type === 'web'
  return issue(
    {
      subject: [
        names.country('NO'),
        names.organisation('Prøvetilbyder AS'),
        names.organisationIdentifier(`PSDNO-FSA-${organisationNumbers.tpp}`),
        names.common(web ? 'tpp.example.test' : 'Prøvetilbyder AS segl'),
      ],
      days: 730,
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, nonRepudiation: !web, critical: true },
        ...(web
          ? [
              { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
              { name: 'subjectAltName', altNames: [{ type: 2, value: 'tpp.example.test' }] },
            ]
          : []),
        { id: '2.5.29.32', value: sequence(sequence(oid(policies[type]))) },
        { id: '1.3.6.1.5.5.7.1.3', critical: false, value: qcStatements(type, roles) },
      ],
    },
    ca,
  )
}

function issuePersonFrom(personCa: KeyPair): Pki['issuePerson'] {
  return (subject) =>
    issue(
      {
        subject: [
          names.country('NO'),
          names.common(subject.name),
          names.given(subject.givenName),
          names.family(subject.familyName),
          names.serial(subject.serialNumber),
        ],
        days: 730,
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true },
        ],
      },
      personCa,
    )
}

function makeAll(directory: string): void {
  const write = (name: string, pair: KeyPair) => {
    writeFileSync(join(directory, `${name}.crt.pem`), pair.cert)
    writeFileSync(join(directory, `${name}.key.pem`), pair.key, { mode: 0o600 })
  }
  const ca = root('Sandkasse test-CA')
  write('person-ca', root('Sandkasse person-CA'))
  write('bank', bankServer(ca, 730))
  write('qwac', psd2Certificate(ca, 'web', ['PSP_AI', 'PSP_PI']))
  write('qwac-ai-only', psd2Certificate(ca, 'web', ['PSP_AI']))
  write('qseal', psd2Certificate(ca, 'eseal', ['PSP_AI', 'PSP_PI']))
  const client = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(directory, 'bankid-client.key.pem'), pemKey(client.privateKey), { mode: 0o600 })
  writeFileSync(
    join(directory, 'bankid-client.pub.pem'),
    client.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  )
  // Last, so that its presence says that all the others are there.
  write('ca', ca)
}

/** The PKI in `dataDir/pki`, made at the first start and reused later. */
export function openPki(dataDir: string): Pki {
  const directory = join(dataDir, 'pki')
  mkdirSync(directory, { recursive: true })
  if (!existsSync(join(directory, 'ca.key.pem'))) makeAll(directory)
  const file = (name: string) => join(directory, `${name}.pem`)
  const pair = (name: string): KeyPair => ({
    cert: readFileSync(file(`${name}.crt`), 'utf8'),
    key: readFileSync(file(`${name}.key`), 'utf8'),
  })
  const ca = pair('ca')
  const personCa = pair('person-ca')
  let expired: KeyPair | undefined
  return {
    paths: {
      ca: file('ca.crt'),
      personCa: file('person-ca.crt'),
      qwacCert: file('qwac.crt'),
      qwacKey: file('qwac.key'),
      qwacAiOnlyCert: file('qwac-ai-only.crt'),
      qwacAiOnlyKey: file('qwac-ai-only.key'),
      qsealCert: file('qseal.crt'),
      qsealKey: file('qseal.key'),
      bankidClientKey: file('bankid-client.key'),
    },
    ca,
    personCa,
    bankServer: pair('bank'),
    expiredBankServer: () => {
      expired ??= bankServer(ca, -1)
      return expired
    },
    bankidClientPublicKey: readFileSync(file('bankid-client.pub'), 'utf8'),
    issuePerson: issuePersonFrom(personCa),
  }
}
