import type { ReadWarning, StatementPart } from '../domain/statement.ts'
import { each, type StatementParts } from './batches.ts'
import { type ContainerLimits, containerLimits, packedKind } from './container/limits.ts'
import { gunzip } from './container/unpack.ts'
import { readZip } from './container/zip.ts'
import { readCamt } from './iso20022/camt.ts'
import { readMt940 } from './mt940/mt940.ts'
import { readNetsOcr } from './nets-ocr/nets-ocr.ts'
import { ReadFailure } from './read-failure.ts'
import { decodeText } from './text/encoding.ts'

export type StatementFileOptions = { readonly container?: Partial<ContainerLimits> }

/**
 * Reads a statement file of any format by its content: camt.052, camt.053 and camt.054, MT940 and MT942, Nets OCR
 * giro and AvtaleGiro, each plain, in gzip or several in a zip. Encodings by byte order mark, declaration or content:
 * UTF-8, UTF-16, ISO-8859-1, windows-1252. Parts come as from `readCamt`; heads marked `detailsOnly` move no balance.
 * Of a zip each file begins with a `file` part of its own; what is no statement in it gives a warning.
 * @throws ReadFailure after all parts that could be read; of a zip after the last file.
 */
export function readStatementFile(
  source: AsyncIterable<Uint8Array>,
  options: StatementFileOptions = {},
): AsyncGenerator<StatementPart> {
  return each(readBatches(source, options))
}

async function* readBatches(
  source: AsyncIterable<Uint8Array>,
  options: StatementFileOptions,
): StatementParts {
  const limits = { ...containerLimits, ...options.container }
  const { head, whole, close } = await peek(source)
  try {
    const kind = packedKind(head)
    if (kind === 'zip') yield* readZipParts(whole, limits)
    else if (kind === 'gzip') yield* readPlain(gunzip(whole, limits))
    else yield* readPlain(whole)
  } finally {
    await close()
  }
}

const camtFormats = ['camt.053', 'camt.052', 'camt.054'] as const

/** Reads what is no archive, or came out of one. */
async function* readPlain(source: AsyncIterable<Uint8Array>): StatementParts {
  const { head, whole, close } = await peek(source)
  try {
    if (packedKind(head))
      throw new ReadFailure('archive_nested', 'there is an archive inside the archive', null)
    const format = formatOf(head)
    if (format === 'nets-ocr') yield* readNetsOcr(whole)
    else if (format === 'mt') yield* readMt940(whole)
    else yield* readCamt(whole, { formats: camtFormats })
  } finally {
    await close()
  }
}

/** What a file may be refused with in an archive without harm to the others: there is no statement in it. */
const noStatement: readonly string[] = ['format_unknown', 'format_unsupported', 'file_empty']

async function* readZipParts(source: AsyncIterable<Uint8Array>, limits: ContainerLimits): StatementParts {
  let found = false
  let fault: ReadFailure | undefined
  let skipped = new ReadFailure('archive_empty', 'there is no file in the archive', null)
  for (const { name, open } of await readZip(source, limits)) {
    try {
      for await (const parts of readPlain(open())) {
        found ||= parts.some((part) => part.kind === 'file')
        yield parts.map((part) =>
          part.kind === 'warning' ? { ...part, warning: named(name, part.warning) } : part,
        )
      }
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error
      const failure = new ReadFailure(error.code, `${name}: ${error.detail}`, error.line)
      if (noStatement.includes(failure.code)) {
        skipped = failure
        yield [{ kind: 'warning', warning: { rule: 'archive_file_skipped', detail: failure.detail } }]
      } else fault ??= failure
    }
  }
  if (fault) throw fault
  if (!found) throw skipped
}

const named = (name: string, warning: ReadWarning): ReadWarning => ({
  ...warning,
  detail: `${name}: ${warning.detail}`,
})

/** Bytes by which a format is told; some put pages of words before the first statement. */
const headBytes = 65_536

/** The first bytes of a source, and the whole of it again. */
async function peek(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < headBytes) {
    const { value, done } = await iterator.next()
    if (done) break
    chunks.push(value)
    length += value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* chunks.splice(0)
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return {
    head: Buffer.concat(chunks).subarray(0, headBytes),
    whole: whole(),
    /** Lets go of the source, also where it was not read to its end. */
    close: async () => void (await iterator.return?.()),
  }
}

/** Blank files count as XML, whose reader says what is wrong with them. */
function formatOf(head: Uint8Array): 'xml' | 'nets-ocr' | 'mt' {
  const text = decodeText(head)
  const first = text.trimStart()[0]
  if (first === undefined || first === '<') return 'xml'
  if (/^\s*NY\d{6}/.test(text)) return 'nets-ocr'
  if (/^:20:/m.test(text)) return 'mt'
  const detail =
    'this is no account statement in camt, MT940, MT942 or Nets OCR, and no archive of such files'
  throw new ReadFailure('format_unknown', detail, 1)
}
