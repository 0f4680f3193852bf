import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContainerLimits } from '../../../src/protocols/container/limits.ts'
import { readStatementFile } from '../../../src/protocols/statement-file.ts'
import { dialects } from '../mt940/samples.ts'
import { transmission } from '../nets-ocr/samples.ts'
import { collect, inChunks, type Reading } from '../read-parts.ts'
import { type Packed, zip } from './archives.ts'

const camt = readFileSync(new URL('../../../fixtures/camt053/2026-03-03.v08.xml', import.meta.url))
const mt = Buffer.from(dialects)
const ocr = Buffer.from(transmission([{ ore: 102_000n, kid: '1234567897' }]))

const read = (
  bytes: Uint8Array,
  container: Partial<ContainerLimits> = {},
  chunk?: number,
): Promise<Reading> => collect(readStatementFile(inChunks(bytes, chunk), { container }))

const codeOf = async (files: readonly Packed[], container: Partial<ContainerLimits> = {}) =>
  (await read(zip(files), container)).failure?.code

describe('a statement file', () => {
  test.each([
    ['camt', camt],
    ['MT940', mt],
    ['Nets OCR', ocr],
  ])('of %s is the same in gzip and in zip as plain', async (_, bytes) => {
    const plain = await read(bytes)
    expect(plain.failure).toBeUndefined()
    expect(plain.heads.length).toBeGreaterThan(0)
    expect(await read(gzipSync(bytes))).toEqual(plain)
    expect(await read(zip([{ name: 'statement', bytes }]))).toEqual(plain)
    expect(await read(zip([{ name: 'statement', bytes, stored: true }], 'a comment'), {}, 7)).toEqual(plain)
  })
  test.each([
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['words', Buffer.from('Kontoutskrift for mars\nsaldo 100,00\n')],
    ['a table', Buffer.from('dato;tekst;inn;ut\n02.03.2026;Leie;;100,00\n')],
    ['JSON', Buffer.from('{"transactions":{"booked":[]}}')],
  ])('is not %s', async (_, bytes) => {
    const { parts, failure } = await read(bytes)
    expect([parts, failure?.code]).toEqual([[], 'format_unknown'])
  })
  test.each([Buffer.alloc(0), Buffer.from(' \n\t\n'), gzipSync('')])('is not empty (%#)', async (bytes) => {
    expect((await read(bytes)).failure?.code).toBe('file_empty')
  })
})

describe('a zip', () => {
  test('of several files gives them in order, each with its own beginning', async () => {
    const { parts, heads, failure } = await read(
      zip([
        { name: 'mars/a.xml', bytes: camt },
        { name: 'mars/', bytes: Buffer.alloc(0), stored: true },
        { name: '__MACOSX/mars/._a.xml', bytes: Buffer.from('x') },
        { name: 'mars/b.sta', bytes: mt },
      ]),
    )
    expect(failure).toBeUndefined()
    expect(parts.flatMap((part) => (part.kind === 'file' ? part.format : []))).toEqual(['camt.053', 'mt940'])
    expect(heads.map((head) => head.id)).toContain('STMT-62')
  })
  test('passes over what is no statement, with a warning', async () => {
    const files = [
      { name: 'les meg.txt', bytes: Buffer.from('Hei') },
      { name: 'a.sta', bytes: mt },
    ]
    const { warnings, heads, failure } = await read(zip(files))
    expect([warnings, heads.length, failure]).toEqual([['archive_file_skipped'], 2, undefined])
  })
  test('in which nothing is a statement is refused, and so is an empty one', async () => {
    expect(await codeOf([{ name: 'a.txt', bytes: Buffer.from('Hei') }])).toBe('format_unknown')
    expect(await codeOf([])).toBe('archive_empty')
  })
  test('with one broken file gives the others, and then names it', async () => {
    const files = [
      { name: 'a.xml', bytes: camt.subarray(0, 2_000) },
      { name: 'b.sta', bytes: mt },
    ]
    const { heads, failure } = await read(zip(files))
    expect(heads.map((head) => head.id)).toContain('STMT-62')
    expect(failure).toMatchObject({ code: 'xml_truncated', detail: expect.stringContaining('a.xml: ') })
  })
  test('does not show the control characters of a name', async () => {
    const files = [{ name: '\u001b[31m\u202ea.txt', bytes: Buffer.from('Hei') }]
    expect((await read(zip(files))).failure?.detail).toMatch(/^\?\[31m\?a\.txt: /)
  })
})

describe('is refused', () => {
  const zeros = Buffer.alloc(4 * 2 ** 20)
  test.each<[string, string, readonly Packed[]]>([
    ['a file that swells', 'archive_too_large', [{ name: 'a', bytes: zeros }]],
    ['a file larger than it says', 'archive_damaged', [{ name: 'a', bytes: mt, lie: { size: 10 } }]],
    [
      'a file smaller than it says',
      'archive_damaged',
      [{ name: 'a', bytes: mt, lie: { size: mt.length + 1 } }],
    ],
    ['a file that was changed', 'archive_damaged', [{ name: 'a', bytes: mt, lie: { crc32: 1 } }]],
    ['an encrypted file', 'archive_damaged', [{ name: 'a', bytes: mt, lie: { flags: 1 } }]],
    ['another method', 'archive_damaged', [{ name: 'a', bytes: mt, lie: { method: 12 } }]],
    [
      'shared bytes',
      'archive_damaged',
      [
        { name: 'a', bytes: mt },
        { name: 'b', bytes: mt, shared: true },
      ],
    ],
    ['a zip in a zip', 'archive_nested', [{ name: 'a.zip', bytes: zip([{ name: 'b', bytes: mt }]) }]],
    ['a gzip in a zip', 'archive_nested', [{ name: 'a.gz', bytes: gzipSync(mt) }]],
  ])('%s: %s', async (_, code, files) => {
    expect(await codeOf(files)).toBe(code)
  })
  test('an archive in a gzip', async () => {
    expect((await read(gzipSync(gzipSync(mt)))).failure?.code).toBe('archive_nested')
    expect((await read(gzipSync(zip([{ name: 'a', bytes: mt }])))).failure?.code).toBe('archive_nested')
  })
  test('more files or bytes than the limit', async () => {
    const two = [
      { name: 'a', bytes: mt },
      { name: 'b', bytes: mt },
    ]
    expect(await codeOf(two, { files: 1 })).toBe('archive_too_large')
    expect(await codeOf(two, { bytes: mt.length * 2 - 1 })).toBe('archive_too_large')
    expect(await codeOf(two, { bytes: mt.length * 2 })).toBeUndefined()
    expect(await codeOf(two, { archiveBytes: 100 })).toBe('archive_too_large')
    expect((await read(gzipSync(mt), { bytes: mt.length - 1 })).failure?.code).toBe('archive_too_large')
  })
  test('a gzip that swells to a quarter of a gigabyte, at once', async () => {
    // A statement that goes on with blanks, so that its reader does not refuse it first.
    const blanks = gzipSync(Buffer.alloc(64 * 2 ** 20, '\n'))
    const bomb = Buffer.concat([gzipSync(mt), blanks, blanks, blanks, blanks])
    const begun = process.cpuUsage()
    expect((await read(bomb)).failure?.code).toBe('archive_too_large')
    // Of the processor's time, so that the test holds on a busy machine too.
    expect(process.cpuUsage(begun).user / 1_000).toBeLessThan(1_000)
  })
})

describe.each([
  ['gzip', gzipSync(mt)],
  ['zip', zip([{ name: 'a.sta', bytes: mt }])],
])('%s', (kind, bytes) => {
  test('cut short at any byte ends in a failure', async () => {
    for (let length = 0; length < bytes.length; length++) {
      const { failure } = await read(bytes.subarray(0, length))
      expect(failure?.code, `after ${length} bytes`).toMatch(/^(archive_damaged|file_empty|format_unknown)$/)
    }
  })
  test('with a bit turned gives what was packed, or a failure', async () => {
    const whole = await read(bytes)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
        const { failure, entries, heads } = await read(changed)
        if (failure) expect(failure.code).toMatch(/^(archive|format|file|record)_/)
        else expect([entries, heads], kind).toEqual([whole.entries, whole.heads])
      }),
      { numRuns: 300 },
    )
  })
})
