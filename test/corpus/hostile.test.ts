import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readStatementFile } from '../../src/protocols/statement-file.ts'
import { zip } from '../protocols/container/archives.ts'
import { collect, inChunks } from '../protocols/read-parts.ts'
import { corpusMissing, corpusPath, expectedIn } from './corpus.ts'

/** Reads to the end or the refusal, within a second of the processor's time. What is made by us: protocols/hostile. */
async function readWithin(bytes: Uint8Array, chunk: number) {
  const begun = process.cpuUsage()
  const reading = await collect(readStatementFile(inChunks(bytes, chunk)))
  const { user, system } = process.cpuUsage(begun)
  expect((user + system) / 1_000).toBeLessThan(1_000)
  return reading
}

test.skipIf(corpusMissing)('known attacks are refused, as they are and packed', async () => {
  const files = expectedIn('hostile')
  expect(files.length).toBeGreaterThan(10)
  for (const [file, { hasDoctype }] of files) {
    const bytes = readFileSync(corpusPath(file))
    const codes = hasDoctype ? /^(xml_doctype|xml_token_too_long|format_unknown)$/ : /^format_unknown$/
    for (const [form, packed] of [
      ['plain', bytes],
      ['gzip', gzipSync(bytes)],
      ['zip', zip([{ name: 'statement.xml', bytes }])],
    ] as const) {
      for (const chunk of [65_536, 100]) {
        const { failure, parts } = await readWithin(packed, chunk)
        expect(failure?.code, `${file}, ${form}`).toMatch(codes)
        expect(
          parts.filter(({ kind }) => kind !== 'warning'),
          `${file}, ${form}`,
        ).toEqual([])
      }
    }
  }
})
