import { PadesRefused } from './pades-refused.ts'
import { numberOf, openPdf, type PdfFile, readSection, startOfCrossReference } from './pdf-file.ts'
import { differingKeys, type PdfDictionary, type PdfValue, sameValue, UnreadablePdf } from './pdf-values.ts'

/** The file before and after a signature was added. */
type Change = { readonly before: PdfFile; readonly after: PdfFile }

const catalogMayGain = new Set(['AcroForm', 'Perms', 'DSS', 'Extensions', 'Version'])
const formMayHave = new Set(['Fields', 'SigFlags', 'DR', 'DA', 'NeedAppearances'])
const pageMayChange = new Set(['Annots', 'Contents', 'Resources'])
/** What lets a field act, or stand for more than itself. */
const fieldMayNotHave = ['A', 'AA', 'Kids', 'Parent', 'MK']

function changed(what: string): never {
  throw new PadesRefused('content_changed', what)
}

const refId = (value: PdfValue | undefined) => (value?.kind === 'reference' ? value.id : undefined)

function itemsOf(value: PdfValue | undefined): readonly PdfValue[] {
  if (!value) return []
  return value.kind === 'array' ? value.items : changed('a list is no list')
}

function dictionaryOf(value: PdfValue | undefined, what: string): PdfDictionary {
  return value?.kind === 'dictionary' ? value : changed(`${what} is no dictionary`)
}

function nameAt(dictionary: PdfDictionary, key: string): string | undefined {
  const value = dictionary.entries.get(key)
  return value?.kind === 'name' ? value.name : undefined
}

/** Alike, but for keys that were added with an empty dictionary: writers fill up a page's resources so. */
function sameButForEmpty(before: PdfValue | undefined, after: PdfValue | undefined): boolean {
  if (before?.kind !== 'dictionary' || after?.kind !== 'dictionary') return sameValue(before, after)
  return differingKeys(before, after).every((key) => {
    const now = after.entries.get(key)
    return !before.entries.has(key) && now?.kind === 'dictionary' && now.entries.size === 0
  })
}

/**
 * A signature field that shows nothing: a visible one could cover words of the document, and readers would
 * still call the signature good.
 */
function requireInvisibleSignature({ after }: Change, value: PdfValue): void {
  const field = dictionaryOf(after.resolve(value), 'an added field')
  const rectangle = itemsOf(after.resolve(field.entries.get('Rect'))).map(numberOf)
  const [left, bottom, right, top] = rectangle
  const flat =
    rectangle.length === 4 &&
    rectangle.every((edge) => edge !== undefined) &&
    (left === right || bottom === top)
  if (nameAt(field, 'FT') !== 'Sig' || nameAt(field, 'Subtype') !== 'Widget' || !flat) {
    changed('something else than an invisible signature field was added')
  }
  if (fieldMayNotHave.some((key) => field.entries.has(key)))
    changed('the signature field can do more than sign')
}

/** Everything that was listed is still there in its place; what was added are signature fields. */
function requireOnlyFieldsAdded(
  change: Change,
  before: PdfValue | undefined,
  after: PdfValue | undefined,
): void {
  const old = itemsOf(change.before.resolve(before))
  const now = itemsOf(change.after.resolve(after))
  if (!old.every((item, index) => sameValue(item, now[index])))
    changed('fields or notes of the document changed')
  for (const item of now.slice(old.length)) requireInvisibleSignature(change, item)
}

function judgeForm(change: Change, before: PdfValue | undefined, after: PdfValue | undefined): void {
  if (!before && !after) return
  const form = dictionaryOf(change.after.resolve(after), 'the form')
  const old = change.before.resolve(before)
  const oldFields = old?.kind === 'dictionary' ? old.entries.get('Fields') : undefined
  if ([...form.entries.keys()].some((key) => !formMayHave.has(key))) changed('the form can do more than sign')
  requireOnlyFieldsAdded(change, oldFields, form.entries.get('Fields'))
}

function judgeCatalog(change: Change, before: PdfDictionary, after: PdfDictionary): void {
  if (differingKeys(before, after).some((key) => !catalogMayGain.has(key))) changed('the catalogue changed')
  judgeForm(change, before.entries.get('AcroForm'), after.entries.get('AcroForm'))
}

const partsOf = (file: PdfFile, contents: PdfValue | undefined): readonly PdfValue[] => {
  const value = contents?.kind === 'reference' ? file.resolve(contents) : contents
  return value?.kind === 'array' ? value.items : contents ? [contents] : []
}

/** Writers may put the old content between "save" and "restore" (q, Q); nothing else may be drawn. */
function judgeContents(change: Change, before: PdfValue | undefined, after: PdfValue | undefined): void {
  const old = partsOf(change.before, before)
  let kept = 0
  for (const part of partsOf(change.after, after)) {
    if (sameValue(part, old[kept])) {
      kept++
      continue
    }
    const id = refId(part)
    const drawn = id === undefined ? undefined : change.after.stream(id)
    if (drawn === undefined || !/^[qQ\s]*$/.test(drawn)) changed('the content of a page changed')
  }
  if (kept < old.length) changed('content of a page was taken out')
}

function judgePage(change: Change, before: PdfDictionary, after: PdfDictionary): void {
  if (differingKeys(before, after).some((key) => !pageMayChange.has(key))) changed('a page changed')
  const drawnWith = change.before.resolve(before.entries.get('Resources'))
  if (!sameButForEmpty(drawnWith, change.after.resolve(after.entries.get('Resources')))) {
    changed('what a page is drawn with changed')
  }
  requireOnlyFieldsAdded(change, before.entries.get('Annots'), after.entries.get('Annots'))
  judgeContents(change, before.entries.get('Contents'), after.entries.get('Contents'))
}

type Roles = { readonly root: number; readonly form: number | undefined }

/** Judges an object that was there before and was written again. */
function judgeRewritten(change: Change, id: number, roles: Roles): void {
  const before = change.before.object(id)
  const after = change.after.object(id)
  if (id === refId(change.before.trailer.entries.get('Info'))) return
  if (before?.kind === 'array' && after?.kind === 'array') requireOnlyFieldsAdded(change, before, after)
  else if (before?.kind !== 'dictionary' || after?.kind !== 'dictionary') {
    if (!sameValue(before, after)) changed(`object ${id} of the document was written anew`)
  } else if (id === roles.root) judgeCatalog(change, before, after)
  else if (id === roles.form) judgeForm(change, before, after)
  else if (nameAt(before, 'Type') === 'Page') judgePage(change, before, after)
  // The dictionary of a stream says nothing about the stream's bytes.
  else if (before.entries.has('Length') || !sameButForEmpty(before, after)) {
    changed(`object ${id} of the document was written anew`)
  }
}

function judgeRevision(original: string, signed: string): void {
  const change = { before: openPdf(original), after: openPdf(signed) }
  const section = readSection(signed, startOfCrossReference(signed))
  // The one new table must follow the original's own: nothing in between is looked up by a reader.
  if (numberOf(section.trailer.entries.get('Prev')) !== startOfCrossReference(original)) {
    changed('there is more than one revision after the original')
  }
  const root = refId(change.before.trailer.entries.get('Root'))
  if (root === undefined || refId(section.trailer.entries.get('Root')) !== root) changed('another catalogue')
  if (section.freed.some((id) => id !== 0)) changed('objects of the document were taken out')
  const catalog = dictionaryOf(change.before.object(root), 'the catalogue')
  const form = refId(catalog.entries.get('AcroForm'))
  for (const [id, offset] of section.used) {
    if (offset < original.length) changed(`object ${id} was pointed elsewhere`)
    if (change.before.offsets.has(id)) judgeRewritten(change, id, { root, form })
  }
}

/**
 * Checks that what follows `original` in `signed` is one incremental update (ISO 32000-1, 7.5.6) which adds an
 * invisible signature and leaves every page as it was. Without this check a signing provider could show one
 * text and have another one signed: the original would still be the beginning of the file.
 * Throws `PadesRefused`: `content_changed`, or `unsupported` for files that are not written with classic
 * cross-reference tables.
 */
export function requireOnlySignatureAdded(original: Uint8Array, signed: Uint8Array): void {
  const latin1 = (bytes: Uint8Array) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  try {
    judgeRevision(latin1(original), latin1(signed))
  } catch (error) {
    if (!(error instanceof UnreadablePdf)) throw error
    throw new PadesRefused('unsupported', error.message, error)
  }
}
