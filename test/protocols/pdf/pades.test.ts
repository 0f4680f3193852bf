import { beforeAll, describe, expect, test, vi } from 'vitest'
import { signDetached } from '../../../sandbox/esign/cms.ts'
import { signPdf } from '../../../sandbox/esign/pades.ts'
import { verifyPades, verifySignedRevision } from '../../../src/protocols/pdf/pades.ts'
import { PadesRefused } from '../../../src/protocols/pdf/pades-refused.ts'
import { signaturePlaces } from '../../../src/protocols/pdf/signature-places.ts'
import { authority, issueBy, signedSample } from './signed-sample.ts'

// Keys and typefaces take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

let sample: Awaited<ReturnType<typeof signedSample>>
beforeAll(async () => {
  sample = await signedSample()
}, 60_000)

const trust = () => ({ roots: [sample.root] })
const reasonOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return error instanceof PadesRefused ? error.reason : String(error)
  }
  return 'accepted'
}
const revision = (signed: Buffer, original = sample.original) =>
  reasonOf(() => verifySignedRevision(original, signed, trust()))

/** Replaces the first (or last) occurrence of a text by one of the same length. */
function swap(pdf: Buffer, from: string, to: string, last = false): Buffer {
  const text = pdf.toString('latin1')
  const index = last ? text.lastIndexOf(from) : text.indexOf(from)
  if (index < 0 || from.length !== to.length) throw new Error(`cannot swap ${from}`)
  return Buffer.from(text.slice(0, index) + to + text.slice(index + from.length), 'latin1')
}

/** Puts another CMS into the signature's space. */
function withCms(pdf: Buffer, cms: Buffer): Buffer {
  const [place] = signaturePlaces(pdf)
  if (!place) throw new Error('unsigned')
  const space = place.gapEnd - place.gapStart - 2
  const hex = cms.toString('hex').padEnd(space, '0')
  return Buffer.concat([
    pdf.subarray(0, place.gapStart + 1),
    Buffer.from(hex),
    pdf.subarray(place.gapEnd - 1),
  ])
}

function signedContent(pdf: Buffer): Buffer {
  const [place] = signaturePlaces(pdf)
  if (!place) throw new Error('unsigned')
  return Buffer.concat([pdf.subarray(0, place.gapStart), pdf.subarray(place.gapEnd, place.end)])
}

describe('a good signature', () => {
  test('says who signed, when as claimed, and what it covers', () => {
    const [signature, ...more] = verifySignedRevision(sample.original, sample.once, trust())
    expect(more).toEqual([])
    expect(signature).toMatchObject({
      signerName: 'Kari Bøe Eksempel',
      intact: true,
      coversWholeFile: true,
      chainValid: true,
      certificateBound: true,
      revisionEnd: sample.once.length,
    })
    expect(signature?.chainPem).toHaveLength(2)
    expect(Math.abs(Date.now() - (signature?.signedAt?.getTime() ?? 0))).toBeLessThan(120_000)
  })
  test('stays good when a second person signs after it', () => {
    const signatures = verifySignedRevision(sample.once, sample.twice, trust())
    expect(signatures.map(({ signerName, coversWholeFile }) => [signerName, coversWholeFile])).toEqual([
      ['Kari Bøe Eksempel', false],
      ['Ola Prøve', true],
    ])
    expect(signatures[0]?.revisionEnd).toBe(sample.once.length)
  })
  test('roots may come as a bundle', () => {
    const bundle = [`# TEST\n${authority().root}\n${sample.root}`]
    expect(verifyPades(sample.once, { roots: bundle })).toMatchObject([{ chainValid: true }])
  })
  test('an unsigned document has none', () => expect(verifyPades(sample.original, trust())).toEqual([]))
})

describe('each attack has its refusal', () => {
  test('nothing was signed', () => {
    expect(revision(Buffer.concat([sample.original, Buffer.from('\n%more')]))).toBe('unsigned')
  })
  test('another document was signed', async () => {
    const other = await signPdf(swap(sample.original, '/Title', '/Titel'), sample.kari, {
      name: 'x',
      reason: 'x',
      at: new Date(),
    })
    expect(revision(other)).toBe('not_a_revision')
    expect(revision(sample.original)).toBe('not_a_revision')
  })
  test('something was added after the last signature', () => {
    expect(revision(Buffer.concat([sample.once, Buffer.from('\n% more')]))).toBe('trailing_bytes')
    expect(revision(Buffer.concat([sample.once, Buffer.from('\n')]))).toBe('trailing_bytes')
  })
  test('two signatures were added where one was asked for', () => {
    expect(revision(sample.twice)).toBe('several_signatures')
  })
  test('a signed byte was changed', () => {
    const reasonText = swap(sample.once, '/Filter /Adobe.PPKLite', '/Filter /Adobe.PPKLitt')
    expect(revision(reasonText)).toBe('altered')
    const changed = Buffer.from(sample.once)
    changed[900] = (changed[900] ?? 0) ^ 1
    expect(verifyPades(changed, trust())[0]?.intact).toBe(false)
  })
  test('a byte range leaves out more, less, or something else', () => {
    const [place] = signaturePlaces(sample.once)
    if (!place) throw new Error('unsigned')
    const numbers = /\/ByteRange *\[ *0 (\d+) (\d+) (\d+)/.exec(sample.once.toString('latin1'))
    const [, first, second, third] = numbers ?? []
    const more = String(Number(first) - 1).padStart(first?.length ?? 0, '0')
    expect(revision(swap(sample.once, `0 ${first} `, `0 ${more} `))).toBe('byte_range')
    const later = String(Number(second) + 1)
    expect(revision(swap(sample.once, ` ${second} ${third}`, ` ${later} ${third}`))).toBe('byte_range')
    const beyond = String(Number(third) + 1).padStart(third?.length ?? 0, '0')
    expect(revision(swap(sample.once, ` ${second} ${third}`, ` ${second} ${beyond}`))).toBe('byte_range')
    expect(revision(swap(sample.once, `[0 ${first}`, `[1 ${first}`))).toBe('byte_range')
  })
  test('a text stands in the space of the signature', () => {
    expect(revision(swap(sample.once, '00000000>', '(hello)0>'))).toBe('byte_range')
    expect(revision(swap(sample.once, '00000000>', '<<0000>>>'))).toBe('byte_range')
  })
  test('bytes hide behind the signature in its space', () => {
    expect(revision(swap(sample.once, '00000000>', '0000beef>'))).toBe('hidden_bytes')
  })
  test('a byte range that no signature belongs to', () => {
    const stray = '\n9999 0 obj\n<< /ByteRange [0 10 20 30] >>\nendobj\n'
    expect(revision(Buffer.concat([sample.once, Buffer.from(stray)]))).toBe('byte_range')
    const disguised = '\n9999 0 obj\n<< /Byte#52ange [0 10 20 30] >>\nendobj\n'
    expect(revision(Buffer.concat([sample.once, Buffer.from(disguised)]))).toBe('byte_range')
  })
  test('another kind of signature', () => {
    expect(revision(swap(sample.once, 'ETSI.CAdES.detached', 'adbe.pkcs7.detached'))).toBe('unsupported')
  })
  test('a signer of an authority that we do not trust', async () => {
    const stranger = authority()
    const claims = { name: 'Kari Bøe Eksempel', reason: 'x', at: new Date() }
    const forged = await signPdf(sample.original, stranger.identity('Kari Bøe Eksempel'), claims)
    expect(revision(forged)).toBe('untrusted')
    expect(reasonOf(() => verifySignedRevision(sample.original, sample.once, { roots: [] }))).toBe(
      'untrusted',
    )
    const chained = { ...stranger.identity('Kari Bøe Eksempel'), chain: sample.kari.chain }
    expect(revision(await signPdf(sample.original, chained, claims))).toBe('untrusted')
  })
  test('a person’s certificate that issues another', async () => {
    const { key } = sample.identity('Ola Prøve')
    const certificate = issueBy(sample.kari, { name: 'Ola Prøve', serial: '4a01', key })
    const under = { certificate, key, chain: [sample.kari.certificate, ...sample.kari.chain] }
    const claims = { name: 'Ola Prøve', reason: 'x', at: new Date() }
    expect(revision(await signPdf(sample.original, under, claims))).toBe('untrusted')
  })
  test('a certificate that was not valid then', async () => {
    const late = { roots: [sample.root], at: new Date(Date.now() + 20 * 365 * 86_400_000) }
    expect(reasonOf(() => verifySignedRevision(sample.original, sample.once, late))).toBe('untrusted')
    const early = { name: 'Kari Bøe Eksempel', reason: 'x', at: new Date('2001-01-01T00:00:00Z') }
    expect(revision(await signPdf(sample.original, sample.kari, early))).toBe('untrusted')
  })
  test('a signature under another person’s certificate', () => {
    const impostor = { ...sample.kari, certificate: sample.identity('Ola Prøve').certificate }
    const cms = signDetached(signedContent(sample.once), impostor)
    expect(revision(withCms(sample.once, cms))).toBe('altered')
  })
  test('a certificate put in the place of the one that was signed with', async () => {
    const { key } = sample.kari
    const certified = (name: string) => issueBy(sample.issuer, { name, serial: '4a02', key })
    const [own, substitute] = [certified('Kari Bøe Eksempel'), certified('Lise Bøe Eksempel')]
    const claims = { name: 'Kari Bøe Eksempel', reason: 'x', at: new Date() }
    const who = { certificate: own, key, chain: sample.kari.chain }
    const signed = await signPdf(sample.original, who, claims)
    expect(revision(signed)).toBe('accepted')
    // Same issuer, serial number and key: only signing-certificate-v2 tells the two apart.
    const swapped = swap(signed, own.raw.toString('hex'), substitute.raw.toString('hex'))
    expect(verifyPades(swapped, trust())).toMatchObject([
      { signerName: 'Lise Bøe Eksempel', intact: true, chainValid: true, certificateBound: false },
    ])
    expect(revision(swapped)).toBe('unbound')
  })
  test('a signature that does not name its certificate at all', () => {
    const cms = signDetached(signedContent(sample.once), sample.kari).toString('latin1')
    // The attribute's OID 1.2.840.113549.1.9.16.2.47 turned into .46: an attribute nobody knows.
    const oid = '\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02'
    const unnamed = Buffer.from(cms.replace(`${oid}\x2f`, `${oid}\x2e`), 'latin1')
    const [found] = verifyPades(withCms(sample.once, unnamed), trust())
    expect(found).toMatchObject({ certificateBound: false, intact: false })
  })
  test('SHA-1', () => {
    const cms = signDetached(signedContent(sample.once), sample.kari).toString('hex')
    const sha256 = '0609608648016503040201'
    const weak = cms.replaceAll(sha256, '0609608648016503040211')
    expect(revision(withCms(sample.once, Buffer.from(weak, 'hex')))).toBe('unsupported')
  })
  test('rubbish instead of a signature', () => {
    expect(revision(withCms(sample.once, Buffer.from('hello')))).toBe('malformed')
    expect(revision(withCms(sample.once, Buffer.from('3003020105', 'hex')))).toBe('malformed')
    expect(revision(withCms(sample.once, Buffer.alloc(0)))).toBe('malformed')
    expect(revision(withCms(sample.once, Buffer.from('3084ffffffff', 'hex')))).toBe('malformed')
  })
})

describe('tampering byte by byte', () => {
  const flipped = (pdf: Buffer, index: number, bit: number) => {
    const copy = Buffer.from(pdf)
    copy[index] = (copy[index] ?? 0) ^ bit
    return copy
  }

  test('no sampled bit of what is signed can be turned', () => {
    const [place] = signaturePlaces(sample.once)
    if (!place) throw new Error('unsigned')
    const step = 97
    for (let index = 0; index < sample.once.length; index += step) {
      if (index >= place.gapStart && index < place.gapEnd) continue
      const bit = 1 << (index % 8)
      expect(revision(flipped(sample.once, index, bit)), `bit ${bit} of byte ${index}`).not.toBe('accepted')
    }
  })

  test('a bit turned in the signature’s own space is refused or changes nothing that is said', () => {
    const [place] = signaturePlaces(sample.once)
    if (!place) throw new Error('unsigned')
    const [before] = verifySignedRevision(sample.original, sample.once, trust())
    let refused = 0
    let tried = 0
    for (let index = place.gapStart; index < place.gapEnd; index += 7) {
      const turned = flipped(sample.once, index, 1)
      tried++
      const reason = revision(turned)
      if (reason !== 'accepted') refused++
      else expect(verifySignedRevision(sample.original, turned, trust())).toEqual([before])
    }
    // What may change are the copies of certificates that trust does not rest on.
    expect(refused / tried).toBeGreaterThan(0.8)
  })

  test('no cut-off file is accepted', () => {
    for (let length = sample.original.length; length < sample.once.length; length += 501) {
      expect(revision(sample.once.subarray(0, length)), `${length} bytes`).not.toBe('accepted')
    }
  })
})
