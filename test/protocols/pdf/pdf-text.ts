import { inflateSync } from 'node:zlib'

type Objects = Map<string, string>

function objectsOf(raw: string): Objects {
  const objects: Objects = new Map()
  for (const [, id, body] of raw.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    if (id && body) objects.set(id, body)
  }
  return objects
}

function streamOf(body: string): string {
  const start = body.indexOf('stream\n') + 7
  const bytes = Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1')
  return (body.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1')
}

/** Letters by glyph number, from a font's /ToUnicode. */
function lettersOf(objects: Objects, font: string): string[] {
  const id = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font) ?? '')?.[1]
  const letters: string[] = []
  for (const [, from, list] of streamOf(objects.get(id ?? '') ?? '').matchAll(
    /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi,
  )) {
    const values = [...(list ?? '').matchAll(/<([0-9a-f]*)>/gi)].map((match) => match[1] ?? '')
    for (const [index, hex] of values.entries()) {
      const units = hex.match(/.{4}/g) ?? []
      letters[Number.parseInt(from ?? '0', 16) + index] = units
        .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
        .join('')
    }
  }
  return letters
}

/**
 * The words of a PDF that pdfkit wrote, by way of each font's /ToUnicode as a reader copies them; blanks are
 * single. For tests: it knows only what pdfkit writes.
 */
export function pdfText(pdf: Uint8Array): string {
  const objects = objectsOf(Buffer.from(pdf).toString('latin1'))
  const fonts = new Map<string, string[]>()
  for (const body of objects.values()) {
    for (const [, name, id] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      if (name && id && !fonts.has(name)) fonts.set(name, lettersOf(objects, id))
    }
  }
  let text = ''
  for (const body of objects.values()) {
    if (!body.includes('stream\n') || /\/(Length1|Type \/Metadata|Subtype)/.test(body)) continue
    let letters: string[] = []
    for (const [, font, shown] of streamOf(body).matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g)) {
      if (font) letters = fonts.get(font) ?? []
      for (const [, hex] of (shown ?? '').matchAll(/<([0-9a-f]+)>/g)) {
        for (const glyph of hex?.match(/.{4}/g) ?? []) text += letters[Number.parseInt(glyph, 16)] ?? ''
      }
      if (shown) text += ' '
    }
  }
  return text.replace(/\s+/g, ' ')
}
