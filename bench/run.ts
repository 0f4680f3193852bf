/**
 * Runs one bench and prints its table. Usage: `npm run bench -- NAME [--json] [--quick] [--runs N] [--rows N]`; without a name
 * it lists what there is. Exit code 1 where the bench is not known or fails; an aim that is missed is said, not
 * punished, for another machine or hour may give other numbers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Aim, type Bench, type BenchReport, type Cell, isReached } from './bench.ts'

/** A bench is a file of this folder that exports `bench`; the others help. */
function names(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) =>
      readFileSync(`${import.meta.dirname}/${file}`, 'utf8').includes('\nexport const bench:'),
    )
    .map((file) => file.replace(/\.ts$/, ''))
}

async function load(name: string): Promise<Bench> {
  if (!names().includes(name)) {
    throw new Error(`There is no bench "${name}". There are: ${names().join(', ')}`)
  }
  return ((await import(`./${name}.ts`)) as { readonly bench: Bench }).bench
}

function table(rows: BenchReport['rows']): string {
  const columns = Object.keys(rows[0] ?? {})
  const text = (cell: Cell | undefined) =>
    cell === null || cell === undefined ? '-' : typeof cell === 'number' ? cell.toLocaleString('en') : cell
  const lines = [columns, ...rows.map((row) => columns.map((column) => text(row[column])))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

function aimLine(aim: Aim): string {
  const wanted = aim.atMost !== undefined ? `at most ${aim.atMost}` : `at least ${aim.atLeast}`
  const reached = isReached(aim)
  const verdict = reached === null ? 'not measured' : reached ? 'reached' : 'missed'
  return `${aim.what}: ${aim.measured ?? '-'} (aim: ${wanted}; ${verdict})`
}

function print(title: string, report: BenchReport): string {
  const facts = Object.entries(report.facts).map(([name, value]) => `${name}: ${value}`)
  return [title, ...facts, '', table(report.rows), '', ...report.aims.map(aimLine), ''].join('\n')
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      runs: { type: 'string' },
      rows: { type: 'string' },
    },
  })
  const [name] = positionals
  if (name === undefined) {
    process.stdout.write(`Benches: ${names().join(', ')}\n`)
    return 0
  }
  const bench = await load(name)
  const report = await bench.run({
    quick: values.quick ?? false,
    ...(values.runs && { runs: Number(values.runs) }),
    ...(values.rows && { rows: Number(values.rows) }),
    note: (line) => process.stderr.write(`${line}\n`),
  })
  const machine = {
    node: process.version,
    processors: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
  }
  const whole = { ...report, facts: { ...machine, ...report.facts } }
  const aims = report.aims.map((aim) => ({ ...aim, reached: isReached(aim) }))
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bench: name, title: bench.title, ...whole, aims }, null, 2)}\n`
      : print(bench.title, whole),
  )
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  return 1
})
