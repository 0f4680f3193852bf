import { createHash, createVerify, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import PDFKit from 'pdfkit'

const { asn1 } = forge
type Asn1 = forge.asn1.Asn1

const parts = (node: Asn1 | undefined): Asn1[] => (Array.isArray(node?.value) ? node.value : [])
const bytes = (node: Asn1 | undefined) =>
  Buffer.from(typeof node?.value === 'string' ? node.value : '', 'binary')
const encode = (node: Asn1) => Buffer.from(asn1.toDer(node).getBytes(), 'binary')

/** A small PDF of one page. */
export function plainPdf(text: string): Promise<Buffer> {
  const document = new PDFKit({ size: 'A4' })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const done = new Promise<Buffer>((resolve) => document.on('end', () => resolve(Buffer.concat(chunks))))
  document.text(text).end()
  return done
}

export type Signature = {
  /** Where the bytes end that this signature covers. */
  end: number
  intact: boolean
  valid: boolean
  boundToCertificate: boolean
  issuedBy: (root: string) => boolean
  subject: string
}

function readSignature(cms: Asn1, content: Buffer): Omit<Signature, 'end'> {
  const signedData = parts(parts(parts(cms)[1])[0])
  const first = parts(signedData[3])[0]
  const info = parts(parts(signedData[4])[0])
  const attributes = info[3]
  if (!first || !attributes) throw new Error('no certificate or no signed attributes')
  const certificate = new X509Certificate(encode(first))
  const attribute = (type: string) => {
    const found = parts(attributes).find(
      (item) => asn1.derToOid(bytes(parts(item)[0]).toString('binary')) === type,
    )
    return parts(parts(found)[1])[0]
  }
  const signed = encode(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, parts(attributes)))
  const certificateHash = bytes(parts(parts(parts(attribute('1.2.840.113549.1.9.16.2.47'))[0])[0])[0])
  const digest = createHash('sha256').update(content).digest()
  return {
    intact: bytes(attribute('1.2.840.113549.1.9.4')).equals(digest),
    valid: createVerify('sha256').update(signed).verify(certificate.publicKey, bytes(info[5])),
    boundToCertificate: certificateHash.equals(createHash('sha256').update(certificate.raw).digest()),
    issuedBy: (root) => {
      const issuer = new X509Certificate(root)
      return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
    },
    subject: certificate.subject,
  }
}

/** The signatures of a PDF, first to last, checked by their bytes alone (ISO 32000-1, 12.8.1; RFC 5652, 5.4). */
export function signaturesOf(pdf: Buffer): Signature[] {
  const text = pdf.toString('latin1')
  return [...text.matchAll(/\/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]/g)].map((match) => {
    const [start = 0, length = 0, after = 0, rest = 0] = match.slice(1).map(Number)
    const hex = /^<([0-9a-f]+)>$/i.exec(text.slice(start + length, after))?.[1]
    if (start !== 0 || hex === undefined) throw new Error('the byte range does not frame one hex string')
    const content = Buffer.concat([pdf.subarray(0, length), pdf.subarray(after, after + rest)])
    const cms = asn1.fromDer(forge.util.createBuffer(Buffer.from(hex, 'hex').toString('binary')), {
      parseAllBytes: false,
    } as unknown as boolean)
    return { end: after + rest, ...readSignature(cms, content) }
  })
}
