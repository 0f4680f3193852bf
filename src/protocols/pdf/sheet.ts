import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'

/** A text holds a character that the embedded typeface cannot show; printing a gap would change a name. */
export class UnprintableText extends Error {
  readonly codePoint: number
  constructor(codePoint: number) {
    super(`no glyph for U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`)
    this.name = 'UnprintableText'
    this.codePoint = codePoint
  }
}

export const palette = {
  ink: '#17211e',
  muted: '#5c6b66',
  accent: '#0e5a48',
  tint: '#eff5f3',
  rule: '#cddad5',
} as const
export const margin = { side: 64, top: 60, bottom: 74 } as const
export const pageSize = { width: 595.28, height: 841.89 } as const
export const contentWidth = pageSize.width - 2 * margin.side

export type Weight = 'regular' | 'medium' | 'bold'
export type TextStyle = {
  readonly size: number
  readonly weight?: Weight
  readonly color?: string
  /** Points between lines beyond the typeface's own. */
  readonly leading?: number
}

const weights: Record<Weight, number> = { regular: 400, medium: 600, bold: 700 }
const resolve = createRequire(import.meta.url).resolve
const fontFile = (subset: string, weight: Weight) =>
  readFileSync(resolve(`@fontsource/inter/files/inter-${subset}-${weights[weight]}-normal.woff`))

type Doc = PDFKit.PDFDocument
const fontName = (weight: Weight, extended: boolean) => `${weight}${extended ? '-extended' : ''}`

/** Inter comes in files by script: western Europe, and the rest of Latin (Sami, Polish, Czech …). */
const western = /[\u0020-\u007e\u00a0-\u00ff\u0131\u0152\u0153\u2010-\u2026\u20ac]/u
const extendedLatin = /[\u0100-\u024f\u1e00-\u1e9f\u1ef2-\u1eff]/u

type Run = { text: string; extended: boolean }

/** Splits a text by the font file that has its letters. Throws `UnprintableText`. */
function runsOf(text: string): Run[] {
  const runs: Run[] = []
  for (const letter of text) {
    const extended = !western.test(letter)
    if (extended && !extendedLatin.test(letter)) throw new UnprintableText(letter.codePointAt(0) ?? 0)
    const last = runs.at(-1)
    if (last?.extended === extended) last.text += letter
    else runs.push({ text: letter, extended })
  }
  return runs
}

export type Place = { readonly x: number; readonly y: number; readonly width: number }

/** A page under the pen: `y` is where the next block begins. All lengths are in points. */
export type Sheet = {
  readonly doc: Doc
  y: number
  /** Draws a text and answers where it ends. Several parts run on in one paragraph. */
  write: (parts: readonly (readonly [string, TextStyle])[], place: Place, align?: 'right') => number
  /** Height that a text will take. */
  height: (text: string, style: TextStyle, width: number) => number
  /** A block in the reading order: `P`, `H1`, `TD` … its text is drawn in `draw`. */
  tag: (type: string, draw: () => void, parent?: PDFKit.PDFStructureElement) => void
  /** Opens an element that holds others; end it with `.end()`. */
  open: (type: string, parent?: PDFKit.PDFStructureElement, scope?: 'Column') => PDFKit.PDFStructureElement
  /** Lines and surfaces that a reading aid skips. */
  decorate: (draw: () => void) => void
  /** Begins a new page unless `height` more points fit on this one; says whether it did. */
  room: (height: number) => boolean
  finish: () => Promise<Uint8Array>
}

/** Without contextual forms: Inter would print the x of `1x3` in an id as a multiplication sign. */
const plainForms = { calt: false } as unknown as PDFKit.Mixins.OpenTypeFeatures[]

function writer(doc: Doc): Pick<Sheet, 'write' | 'height'> {
  const use = (style: TextStyle, extended: boolean) =>
    doc
      .font(fontName(style.weight ?? 'regular', extended))
      .fontSize(style.size)
      .fillColor(style.color ?? palette.ink)
  return {
    write(parts, { x, y, width }, align) {
      const runs = parts.flatMap(([text, style]) => runsOf(text).map((run) => ({ ...run, style })))
      for (const [index, { text, extended, style }] of runs.entries()) {
        const options = {
          width,
          features: plainForms,
          lineGap: style.leading ?? 0,
          continued: index < runs.length - 1,
          ...(align && { align }),
        }
        if (index === 0) use(style, extended).text(text, x, y, options)
        else use(style, extended).text(text, options)
      }
      return doc.y
    },
    height(text, style, width) {
      runsOf(text)
      use(style, false)
      return doc.heightOfString(text, { width, features: plainForms, lineGap: style.leading ?? 0 })
    },
  }
}

function collect(doc: Doc): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
    doc.on('error', reject)
  })
}

function openDocument(info: { title: string; author: string; locale: string; date: Date }): Doc {
  const doc = new PDFDocument({
    size: [pageSize.width, pageSize.height],
    margins: { top: margin.top, bottom: 0, left: margin.side, right: margin.side },
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: info.locale,
    displayTitle: true,
    bufferPages: true,
    info: {
      Title: info.title,
      Author: info.author,
      Creator: 'Kontobro',
      CreationDate: info.date,
      ModDate: info.date,
    },
  })
  for (const weight of ['regular', 'medium', 'bold'] as const) {
    doc.registerFont(fontName(weight, false), fontFile('latin', weight))
    doc.registerFont(fontName(weight, true), fontFile('latin-ext', weight))
  }
  return doc
}

/**
 * A tagged A4 document (ISO 14289 reading order, PDF/A-2a metadata) with Inter embedded. Nothing in it depends
 * on anything but what is given: the same calls make the same bytes.
 */
export function openSheet(info: { title: string; author: string; locale: string; date: Date }): Sheet {
  const doc = openDocument(info)
  const done = collect(doc)
  const root = doc.struct('Document')
  doc.addStructure(root)
  const sheet: Sheet = {
    doc,
    y: margin.top,
    ...writer(doc),
    tag(type, draw, parent = root) {
      parent.add(doc.struct(type, {}, [draw]))
    },
    open(type, parent = root, scope) {
      const element = scope ? doc.struct(type, { scope } as { title?: string }) : doc.struct(type)
      parent.add(element)
      return element
    },
    decorate(draw) {
      doc.markContent('Artifact', { type: 'Layout' })
      draw()
      doc.endMarkedContent()
    },
    room(height) {
      if (sheet.y + height <= pageSize.height - margin.bottom) return false
      doc.addPage()
      sheet.y = margin.top
      return true
    },
    async finish() {
      root.end()
      doc.end()
      return await done
    },
  }
  return sheet
}
