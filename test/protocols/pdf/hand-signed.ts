import type { SigningIdentity } from '../../../sandbox/esign/cms.ts'
import { signDetached } from '../../../sandbox/esign/cms.ts'

/** Objects that an update writes, by their id: the text between `obj` and `endobj`. */
export type Objects = Record<number, string>

const zeros = '0'.repeat(8192)
const hole = '**********'

export function bodyOf(pdf: Buffer, id: number): string {
  const text = pdf.toString('latin1')
  const start = text.lastIndexOf(`\n${id} 0 obj\n`)
  if (start < 0) throw new Error(`no object ${id}`)
  const from = start + `\n${id} 0 obj\n`.length
  return text.slice(from, text.indexOf('\nendobj', from))
}

const last = (pdf: Buffer, pattern: RegExp) =>
  Number([...pdf.toString('latin1').matchAll(pattern)].at(-1)?.[1])

/** The parts of a document that a signature touches. */
export function partsOf(pdf: Buffer) {
  const root = last(pdf, /\/Root (\d+) 0 R/g)
  const page = Number(/\n(\d+) 0 obj\n<<\n\/Type \/Page\n/.exec(pdf.toString('latin1'))?.[1])
  return { root, page, next: last(pdf, /\/Size (\d+)/g), prev: last(pdf, /startxref\n(\d+)/g) }
}

/** What an honest signing provider writes: the catalogue gains a form, the first page an invisible field. */
export function honestUpdate(pdf: Buffer): Objects {
  const { root, page, next } = partsOf(pdf)
  return {
    [root]: bodyOf(pdf, root).replace(/>>$/, `/AcroForm ${next} 0 R\n>>`),
    [page]: bodyOf(pdf, page).replace(/>>$/, `/Annots [${next + 1} 0 R]\n>>`),
    [next]: `<< /Fields [${next + 1} 0 R] /SigFlags 3 >>`,
    [next + 1]:
      `<< /Type /Annot /Subtype /Widget /FT /Sig /T (S1) /V ${next + 2} 0 R /Rect [0 0 0 0] /F 132 /P ${page} 0 R >>`,
    [next + 2]:
      `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 ${hole} ${hole} ${hole}] /Contents <${zeros}> /M (D:${new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z) >>`,
  }
}

type Trailer = { root?: number; prev?: number; free?: number; offsets?: Record<number, number> }

function crossReference(pdf: Buffer, offsets: Map<number, number>, trailer: Trailer): string {
  const { root, prev, next } = partsOf(pdf)
  const ten = (value: number) => String(value).padStart(10, '0')
  const rows = [...offsets].map(
    ([id, offset]) => `${id} 1\n${ten(trailer.offsets?.[id] ?? offset)} 00000 n \n`,
  )
  if (trailer.free) rows.push(`${trailer.free} 1\n0000000000 00001 f \n`)
  const end = `/Size ${next + 10} /Root ${trailer.root ?? root} 0 R /Prev ${trailer.prev ?? prev}`
  return `xref\n${rows.join('')}trailer\n<< ${end} >>\n`
}

/**
 * Appends one incremental update with these objects, one of which is a signature with open byte range, and
 * signs it. Written by hand so that it can also write what no library would.
 */
export function handSigned(
  pdf: Buffer,
  objects: Objects,
  who: SigningIdentity,
  trailer: Trailer = {},
): Buffer {
  let text = `${pdf.toString('latin1')}\n`
  const offsets = new Map<number, number>()
  for (const [id, body] of Object.entries(objects)) {
    offsets.set(Number(id), text.length)
    text += `${id} 0 obj\n${body}\nendobj\n`
  }
  const start = text.length
  text += `${crossReference(pdf, offsets, trailer)}startxref\n${start}\n%%EOF\n`
  const gapStart = text.indexOf(`<${zeros}>`)
  const gapEnd = gapStart + zeros.length + 2
  const range = [gapStart, gapEnd, text.length - gapEnd]
  for (const value of range) text = text.replace(hole, String(value).padEnd(hole.length))
  const signed = Buffer.from(text, 'latin1')
  const cms = signDetached(Buffer.concat([signed.subarray(0, gapStart), signed.subarray(gapEnd)]), who)
  signed.write(cms.toString('hex'), gapStart + 1, 'latin1')
  return signed
}
