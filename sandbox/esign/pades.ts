import {
  PDFArray,
  type PDFContext,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFInvalidObject,
  PDFName,
  PDFNumber,
  type PDFRef,
  PDFString,
} from '@cantoo/pdf-lib'
import { SignPdf } from '@signpdf/signpdf'
import { Signer } from '@signpdf/utils'
import { type SigningIdentity, signDetached } from './cms.ts'

/** What the signature dictionary says. `at` is the claimed time of signing. */
export type SignatureClaims = { name: string; reason: string; at: Date }

const reservedSignatureBytes = 8192
const hiddenPrintLocked = 132

/**
 * The signature dictionary, its byte range still open, with space left for the CMS (ISO 32000-1, 12.8.1).
 * Registered as raw bytes: inside an object stream the byte range could not point at it.
 */
function registerSignature(context: PDFContext, claims: SignatureClaims): PDFRef {
  const byteRange = PDFArray.withContext(context)
  byteRange.push(PDFNumber.of(0))
  for (let open = 0; open < 3; open++) byteRange.push(PDFName.of('**********'))
  const dictionary = context.obj({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: byteRange,
    Contents: PDFHexString.of('00'.repeat(reservedSignatureBytes)),
    M: PDFString.fromDate(claims.at),
    Name: PDFHexString.fromText(claims.name),
    Reason: PDFHexString.fromText(claims.reason),
  })
  const bytes = new Uint8Array(dictionary.sizeInBytes())
  dictionary.copyBytesInto(bytes, 0)
  return context.register(PDFInvalidObject.of(bytes))
}

/** The form's fields; the form is made at the first signature. Several signers each get a field of their own. */
function formFields(document: PDFDocument): PDFArray {
  const name = PDFName.of('AcroForm')
  let form = document.catalog.lookupMaybe(name, PDFDict)
  if (!form) {
    const fields = PDFArray.withContext(document.context)
    form = document.context.obj({ Fields: fields, SigFlags: 3 })
    document.catalog.set(name, document.context.register(form))
  }
  return form.lookup(PDFName.of('Fields'), PDFArray)
}

async function withPlaceholder(pdf: Uint8Array, claims: SignatureClaims): Promise<Buffer> {
  const document = await PDFDocument.load(pdf, { forIncrementalUpdate: true, updateMetadata: false })
  const { context } = document
  const fields = formFields(document)
  const page = document.getPages()[0]
  if (!page) throw new Error('a PDF without pages cannot be signed')
  const noAppearance = context.register(context.formXObject([], { BBox: [0, 0, 0, 0], Resources: {} }))
  const widget = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      T: PDFString.of(`Signature${fields.size() + 1}`),
      V: registerSignature(context, claims),
      Rect: [0, 0, 0, 0],
      F: hiddenPrintLocked,
      P: page.ref,
      AP: { N: noAppearance },
    }),
  )
  page.node.addAnnot(widget)
  fields.push(widget)
  return Buffer.from(await document.commit({ useObjectStreams: false }))
}

/** Whether the bytes are a PDF that can be signed: readable, not encrypted, at least one page. */
export async function isSignable(pdf: Uint8Array): Promise<boolean> {
  try {
    return (await PDFDocument.load(pdf, { updateMetadata: false })).getPageCount() > 0
  } catch {
    return false
  }
}

/**
 * Signs a PDF as a PAdES baseline signature (ETSI EN 319 142-1, 6) by incremental update: the input is a
 * prefix of the output, so that earlier signatures stay valid. Throws when the input is no readable PDF.
 */
export async function signPdf(
  pdf: Uint8Array,
  who: SigningIdentity,
  claims: SignatureClaims,
): Promise<Buffer> {
  const signer = Object.assign(new Signer(), {
    sign: async (content: Buffer) => signDetached(content, who),
  })
  return new SignPdf().sign(await withPlaceholder(pdf, claims), signer)
}
