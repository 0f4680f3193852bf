// What banks wrote, written again by us: read back as it was, and valid where theirs was not.
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { StatementEntry } from '../../src/domain/statement.ts'
import { each } from '../../src/protocols/batches.ts'
import { readCamt } from '../../src/protocols/iso20022/camt.ts'
import { fitCamtEntry } from '../../src/protocols/iso20022/camt053-fit.ts'
import {
  camtEnd,
  camtStatementEnd,
  writeCamtStart,
  writeCamtStatementStart,
} from '../../src/protocols/iso20022/camt053-write.ts'
import { writeCamtEntry } from '../../src/protocols/iso20022/camt053-write-entry.ts'
import { readMt940 } from '../../src/protocols/mt940/mt940.ts'
import { mtLines, writeMtStatementEnd, writeMtStatementStart } from '../../src/protocols/mt940/write.ts'
import { fitMtEntry, writeMtEntry } from '../../src/protocols/mt940/write-entry.ts'
import { ReadFailure } from '../../src/protocols/read-failure.ts'
import { readStatementFile } from '../../src/protocols/statement-file.ts'
import { collect, inChunks } from '../protocols/read-parts.ts'
import { writtenStatement } from '../protocols/written.ts'
import { besideProject } from './beside.ts'
import { corpusMissing, corpusPath } from './corpus.ts'

const schema = besideProject('reference/iso20022/xsd/camt.053.001.08.xsd')
const lints = spawnSync('xmllint', ['--version']).status === 0
if (!lints) console.warn('SKIPPED: the schema of camt.053, for xmllint is not installed')
const folder = mkdtempSync(join(tmpdir(), 'kontobro-corpus-'))
afterAll(() => rmSync(folder, { recursive: true }))

const files = corpusMissing
  ? []
  : ['camt.052', 'camt.053', 'camt.054', 'mt940', 'mt942', 'ocr'].flatMap((kind) =>
      readdirSync(corpusPath(kind), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    )

/** Booked entries of one file in the currency that most of them are in; nothing of a file that is none. */
async function entriesOf(file: string): Promise<StatementEntry[]> {
  const found: StatementEntry[] = []
  try {
    for await (const part of readStatementFile(createReadStream(file))) {
      if (part.kind === 'entry' && part.entry.status === 'booked' && found.length < 300)
        found.push(part.entry)
    }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
  }
  const currency = found[0]?.amount.currency
  return found.filter((entry) => entry.amount.currency === currency)
}

const createdAt = '2026-03-05T08:00:00.000Z'

test.skipIf(corpusMissing)(
  'every file’s entries, written as camt.053 and MT940, are read back as they can be said there',
  async () => {
    let written = 0
    const valid: string[] = []
    for (const [i, file] of files.entries()) {
      const entries = await entriesOf(file)
      if (entries.length === 0) continue
      written++
      const head = writtenStatement(entries, 0n, entries[0]?.amount.currency)
      const camt = [
        writeCamtStart({ id: 'M', createdAt }),
        writeCamtStatementStart(head, createdAt),
        ...entries.map(writeCamtEntry),
        camtStatementEnd,
        camtEnd,
      ].join('')
      const back = await collect(each(readCamt(inChunks(Buffer.from(camt)))))
      expect(back.failure, file).toBeUndefined()
      expect(back.entries, file).toEqual(entries.map(fitCamtEntry))
      const mt = mtLines([
        ...writeMtStatementStart(head),
        ...entries.flatMap(writeMtEntry),
        ...writeMtStatementEnd(head),
      ])
      const again = await collect(each(readMt940(inChunks(Buffer.from(mt)))))
      expect({ file, failure: again.failure, warnings: again.warnings }).toEqual({
        file,
        failure: undefined,
        warnings: [],
      })
      expect(again.entries, file).toEqual(entries.map(fitMtEntry))
      valid.push(join(folder, `${i}.xml`))
      writeFileSync(join(folder, `${i}.xml`), camt)
    }
    expect(written).toBeGreaterThan(50)
    if (!lints || schema.missing) return
    const run = spawnSync('xmllint', ['--noout', '--schema', fileURLToPath(schema.url), ...valid])
    expect(
      run.status,
      run.stderr
        .toString()
        .replace(/.* validates\n/g, '')
        .slice(0, 2000),
    ).toBe(0)
  },
  180_000,
)
