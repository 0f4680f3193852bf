/**
 * Reads every statement file of a corpus as `kontobro inspect` does and prints what became of it: read, read with a
 * warning, refused, each with its reasons. Usage: `node scripts/corpus.ts [FOLDER]`; by default the corpus that lies
 * beside the project. Exit code 1 where there is none.
 */
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FileSummary, summarise } from '../src/cli/summary.ts'
import { ReadFailure } from '../src/protocols/read-failure.ts'
import { readStatementFile } from '../src/protocols/statement-file.ts'

const folders = ['camt.052', 'camt.053', 'camt.054', 'mt940', 'mt942', 'ocr', 'hostile'] as const

type Refusal = { readonly code: string; readonly detail: string; readonly line: number | null }
type Outcome = { readonly file: string; readonly summary?: FileSummary; readonly refusal?: Refusal }

async function read(file: string): Promise<Outcome> {
  try {
    return { file, summary: await summarise(readStatementFile(createReadStream(file))) }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    return { file, refusal: { code: error.code, detail: error.detail, line: error.line } }
  }
}

/** Columns of text, the first one to the left and numbers to the right. */
function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

const isClean = ({ summary }: Outcome) => summary?.warnings.length === 0
const statementsOf = ({ summary }: Outcome) => summary?.statements ?? []

function countRow(name: string, outcomes: readonly Outcome[]): readonly (string | number)[] {
  const refused = outcomes.filter((one) => one.refusal).length
  const clean = outcomes.filter(isClean).length
  const statements = outcomes.flatMap(statementsOf)
  return [
    name,
    outcomes.length,
    clean,
    outcomes.length - clean - refused,
    refused,
    statements.length,
    statements.reduce((sum, one) => sum + one.entries, 0),
    statements.filter((one) => one.proven === true).length,
    statements.filter((one) => one.proven === false).length,
  ]
}

/** Rules of warnings, with the number of files and one example each. */
function warningRows(outcomes: readonly Outcome[]): readonly string[] {
  const files = new Map<string, Set<string>>()
  const examples = new Map<string, string>()
  for (const { file, summary } of outcomes) {
    for (const { rule, detail } of summary?.warnings ?? []) {
      files.set(rule, (files.get(rule) ?? new Set()).add(file))
      if (!examples.has(rule)) examples.set(rule, detail)
    }
  }
  return [...files]
    .sort(([, one], [, other]) => other.size - one.size)
    .map(([rule, where]) => `${String(where.size).padStart(5)}  ${rule}: ${examples.get(rule)}`)
}

async function main(corpus: string): Promise<number> {
  if (!existsSync(corpus)) {
    process.stderr.write(`There is no corpus at ${corpus}\n`)
    return 1
  }
  const all: Outcome[] = []
  const titles = ['', 'files', 'read', 'with warning', 'refused', 'statements', 'entries', 'add up', 'do not']
  const rows: (readonly (string | number)[])[] = [titles]
  for (const folder of folders.filter((one) => existsSync(join(corpus, one)))) {
    const outcomes: Outcome[] = []
    for (const name of readdirSync(join(corpus, folder)).sort())
      outcomes.push(await read(join(corpus, folder, name)))
    rows.push(countRow(folder, outcomes))
    all.push(...outcomes)
  }
  rows.push(countRow('all', all))
  const refused = all.flatMap(({ file, refusal }) => {
    const line = refusal?.line ? `, line ${refusal.line}` : ''
    return refusal ? [`  ${basename(file)}${line}: ${refusal.detail} (${refusal.code})`] : []
  })
  process.stdout.write(
    [table(rows), '', 'Warnings, by files', ...warningRows(all), '', 'Refused', ...refused, ''].join('\n'),
  )
  return 0
}

const beside = fileURLToPath(new URL('../../shared/corpus/', import.meta.url))
process.exitCode = await main(process.argv[2] ?? beside)
