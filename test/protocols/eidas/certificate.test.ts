import { createSign, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPki, type PkiPaths } from '../../../sandbox/pki.ts'
import {
  CertificateError,
  daysLeft,
  readCertificate,
  requireRoles,
} from '../../../src/protocols/eidas/certificate.ts'

let dir = ''
let paths: PkiPaths
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'kontobro-pki-'))
  paths = openPki(dir).paths
}, 60_000)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const { asn1 } = forge
const { Type, Class } = asn1
const node = (type: number, value: string | forge.asn1.Asn1[], cls = Class.UNIVERSAL as number) =>
  asn1.create(cls as forge.asn1.Class, type, Array.isArray(value), value)
const seq = (...parts: forge.asn1.Asn1[]) => node(Type.SEQUENCE, parts)
const oid = (id: string) => node(Type.OID, asn1.oidToDer(id).getBytes())
const utf8 = (text: string) => node(Type.UTF8, Buffer.from(text).toString('binary'))
const bytes = (data: Buffer) => asn1.fromDer(forge.util.createBuffer(data.toString('binary')))

/** A certificate with an EC key, which node-forge cannot make: its parts put together by hand (RFC 5280). */
function ecCertificate(statements: forge.asn1.Asn1): Buffer {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = seq(oid('1.2.840.10045.4.3.2'))
  const name = seq(
    node(Type.SET, [seq(oid('2.5.4.10'), utf8('Eksempel Ærlig AS'))]),
    node(Type.SET, [seq(oid('2.5.4.97'), utf8('PSDNO-FSA-999999999'))]),
  )
  const extension = node(Type.OCTETSTRING, asn1.toDer(statements).getBytes())
  const tbs = seq(
    node(0, [node(Type.INTEGER, '\x02')], Class.CONTEXT_SPECIFIC),
    node(Type.INTEGER, '\x11\x22'),
    algorithm,
    name,
    seq(node(Type.UTCTIME, '260101000000Z'), node(Type.UTCTIME, '280101000000Z')),
    name,
    bytes(keys.publicKey.export({ type: 'spki', format: 'der' })),
    node(3, [seq(seq(oid('1.3.6.1.5.5.7.1.3'), extension))], Class.CONTEXT_SPECIFIC),
  )
  const signed = createSign('sha256')
    .update(Buffer.from(asn1.toDer(tbs).getBytes(), 'binary'))
    .sign(keys.privateKey)
  const certificate = seq(tbs, algorithm, node(Type.BITSTRING, `\x00${signed.toString('binary')}`))
  return Buffer.from(asn1.toDer(certificate).getBytes(), 'binary')
}

const role = (arc: number, name: string) => seq(oid(`0.4.0.19495.1.${arc}`), utf8(name))
const psd2 = (...roles: forge.asn1.Asn1[]) =>
  seq(
    seq(oid('0.4.0.1862.1.1')),
    seq(oid('0.4.0.19495.2'), seq(seq(...roles), utf8('Finanstilsynet'), utf8('NO-FSA'))),
  )

describe('a certificate of a payment service provider', () => {
  test('a QWAC tells its roles, authority, organisation and end', () => {
    const read = readCertificate(readFileSync(paths.qwacCert))
    expect(read).toMatchObject({ type: 'qwac', authority: { id: 'NO-FSA' } })
    expect([...read.roles].sort()).toEqual(['PSP_AI', 'PSP_PI'])
    expect(read.organizationIdentifier).toMatch(/^PSDNO-FSA-\d{9}$/)
    expect(read.notAfter.getTime()).toBeGreaterThan(read.notBefore.getTime())
    expect(read.fingerprint).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a QSealC is told from a QWAC', () => {
    expect(readCertificate(readFileSync(paths.qsealCert, 'utf8')).type).toBe('qsealc')
  })

  test('the start refuses a certificate that lacks a role, naming it', () => {
    requireRoles(readCertificate(readFileSync(paths.qwacCert)), ['PSP_AI', 'PSP_PI'])
    const aiOnly = readCertificate(readFileSync(paths.qwacAiOnlyCert))
    requireRoles(aiOnly, ['PSP_AI'])
    expect(() => requireRoles(aiOnly, ['PSP_AI', 'PSP_PI'])).toThrow(
      'lacks the PSD2 role PSP_PI (it has: PSP_AI)',
    )
    expect(() => requireRoles(readCertificate(readFileSync(paths.ca)), ['PSP_AI'])).toThrow('it has: none')
  })

  test('EC keys are read too, and roles go by identifier where the name beside it differs', () => {
    const read = readCertificate(ecCertificate(psd2(role(3, 'PSP_PI'), role(9, 'PSP_XX'))))
    expect(read).toMatchObject({
      type: 'other',
      roles: ['PSP_AI'],
      authority: { name: 'Finanstilsynet', id: 'NO-FSA' },
      organizationName: 'Eksempel Ærlig AS',
      organizationIdentifier: 'PSDNO-FSA-999999999',
      serialNumber: '1122',
    })
    expect(daysLeft(read, new Date('2027-12-31T12:00:00Z'))).toBe(0)
    expect(daysLeft(read, new Date('2028-01-03T00:00:00Z'))).toBe(-2)
  })

  test('statements that make no sense give no roles', () => {
    for (const odd of [
      seq(),
      utf8('x'),
      seq(seq(oid('0.4.0.19495.2'))),
      seq(seq(oid('0.4.0.19495.2'), utf8('x'))),
      psd2(),
    ]) {
      expect(readCertificate(ecCertificate(odd)).roles).toEqual([])
    }
  })

  test('what is no certificate is refused', () => {
    for (const source of ['', 'hello', Buffer.from([0x30, 0x03, 1, 2, 3])]) {
      expect(() => readCertificate(source)).toThrow(CertificateError)
    }
  })
})

const corpus = new URL('../../../../shared/corpus/cert/', import.meta.url)
const present = existsSync(corpus)
if (!present) console.log('certificate corpus skipped: no folder shared/corpus/cert beside the project')
describe.skipIf(!present)('certificates in the corpus', () => {
  const expected: Record<string, [string, string, string | undefined]> = {
    'OpenBankingToolkit+eidas-psd2-sdk__dev-transport.pem': ['qwac', 'PSP_AI,PSP_IC,PSP_PI', 'GB-FFA'],
    'OpenBankingToolkit+eidas-psd2-sdk__multicert-psd2-eidas.cer': ['qwac', 'PSP_AI,PSP_PI', 'GB-FCA'],
    'OpenBankingToolkit+eidas-psd2-sdk__ob-transport.pem': ['qwac', 'PSP_AI', 'GB-FCA'],
    'adorsys+xs2a-adapter__xs2a_sandbox_comdirect_de.crt': [
      'qwac',
      'PSP_AI,PSP_AS,PSP_IC,PSP_PI',
      'DE-BAFIN',
    ],
    'adorsys+xs2a__certificateWithDNSValid.crt': ['other', 'PSP_AI,PSP_PI', 'DE-FAKENCA'],
    'adorsys+xs2a__certificateValid.crt': ['qsealc', 'PSP_AI,PSP_AS,PSP_PI', 'EU-NCA'],
  }
  test('those with PSD2 statements are read, the others have no roles', () => {
    for (const file of present ? readdirSync(corpus) : []) {
      const source = readFileSync(new URL(encodeURIComponent(file), corpus))
      // This one is not readable for OpenSSL either.
      if (file.includes('testCertificate')) {
        expect(() => readCertificate(source), file).toThrow(CertificateError)
        continue
      }
      const read = readCertificate(source)
      const [type, roles, authority] = expected[file] ?? ['other', '', undefined]
      expect([read.type, [...read.roles].sort().join(), read.authority?.id], file).toEqual([
        type,
        roles,
        authority,
      ])
    }
  })
})
