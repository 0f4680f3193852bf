import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, BenchOptions, BenchReport, Cell } from './bench.ts'
import { type MadeFile, writeCamtFile } from './camt-file.ts'
import { type ChildRun, inTurns, median, rounded, runChild } from './measure.ts'
import type { ChildReport } from './parse-child.ts'

const limit = 'xmllint --stream'
const ours = 'kontobro'
/** What the readers beside ours do; all of them read the file to its end. */
const peers = ['saxes', 'fast-xml-parser', 'iso20022.js'] as const
/** Those that hold the whole file as objects need more memory than Node takes by itself. */
const trees: ReadonlySet<string> = new Set(['fast-xml-parser', 'iso20022.js'])
const heapMegabytes = 12_288

/** Null: it is not installed here. `seconds`: reading alone; xmllint starts at once, so all of its time is reading. */
type Run = (Pick<ChildRun, 'seconds' | 'peakMegabytes'> & { readonly found: ChildReport | null }) | null

async function runReader(reader: string, file: string): Promise<Run> {
  const child = join(import.meta.dirname, 'parse-child.ts')
  const heap = trees.has(reader) ? [`--max-old-space-size=${heapMegabytes}`] : []
  const run = await runChild(process.execPath, [...heap, child, reader, file])
  if (run.exitCode === 3) return null
  if (run.exitCode !== 0) throw new Error(`${reader} failed: ${run.errors.slice(-2_000)}`)
  const found = JSON.parse(run.output) as ChildReport
  return { seconds: found.seconds, peakMegabytes: run.peakMegabytes, found }
}

async function runXmllint(file: string): Promise<Run> {
  try {
    const run = await runChild('xmllint', ['--stream', '--noout', file])
    if (run.exitCode !== 0) throw new Error(`xmllint failed: ${run.errors.slice(-2_000)}`)
    return { ...run, found: null }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** @throws Error where a reader did not find what is in the file: its time would mean nothing. */
function check(name: string, made: MadeFile, runs: readonly Run[]): void {
  for (const run of runs) {
    if (!run?.found) continue
    const { entries, sum } = run.found
    if (entries !== made.entries || (sum !== null && sum !== String(made.sum))) {
      throw new Error(`${name} found ${entries} entries, sum ${sum}; there are ${made.entries}, ${made.sum}`)
    }
  }
}

type Measured = { readonly seconds: number; readonly peak: number | null } | null

function summary(runs: readonly Run[]): Measured {
  const done = runs.filter((run) => run !== null)
  if (done.length === 0) return null
  const peaks = done.flatMap(({ peakMegabytes }) => peakMegabytes ?? [])
  const peak = peaks.length > 0 ? Math.max(...peaks) : null
  return { seconds: median(done.map(({ seconds }) => seconds)), peak }
}

function row(name: string, made: MadeFile, measured: Measured, base: Measured): Record<string, Cell> {
  const megabytes = made.bytes / 2 ** 20
  return {
    reader: measured ? name : `${name} (not installed)`,
    entries: made.entries,
    'seconds (median)': measured && rounded(measured.seconds),
    'MB/s': measured && rounded(megabytes / measured.seconds, 0),
    'times xmllint': measured && base && rounded(measured.seconds / base.seconds),
    'peak MB': measured?.peak ? rounded(measured.peak, 0) : null,
  }
}

async function measure(folder: string, options: BenchOptions): Promise<BenchReport> {
  const entries = options.rows ?? (options.quick ? 2_000 : 100_000)
  const runs = options.runs ?? (options.quick ? 1 : 7)
  const [file, great] = [join(folder, 'camt.053.xml'), join(folder, 'great.xml')]
  options.note(`writing files of ${entries} and ${entries * 10} entries`)
  const [made, madeGreat] = [await writeCamtFile(file, entries), await writeCamtFile(great, entries * 10)]
  options.note(`reading them, ${runs} times`)
  const results = await inTurns<Run>(
    {
      [limit]: () => runXmllint(file),
      [ours]: () => runReader(ours, file),
      saxes: () => runReader('saxes', file),
    },
    runs,
  )
  // They are slow, and how they vary says nothing here.
  const slow = await inTurns<Run>(
    {
      'fast-xml-parser': () => runReader('fast-xml-parser', file),
      'iso20022.js': () => runReader('iso20022.js', file),
    },
    Math.min(runs, 3),
  )
  const whole = await inTurns<Run>({ [ours]: () => runReader(ours, great) }, Math.min(runs, 2))
  const of = (name: string) => results.get(name) ?? slow.get(name) ?? []
  for (const name of [ours, ...peers]) check(name, made, of(name))
  check(ours, madeGreat, whole.get(ours) ?? [])
  const base = summary(of(limit))
  const [small, large] = [summary(of(ours)), summary(whole.get(ours) ?? [])]
  return {
    facts: { 'file, MB': rounded(made.bytes / 2 ** 20, 0), details: made.details, runs },
    rows: [
      row(limit, made, base, base),
      row(ours, made, small, base),
      ...peers.map((name) => row(name, made, summary(of(name)), base)),
      row(`${ours}, ten times the file`, madeGreat, large, null),
    ],
    aims: [
      { what: 'times xmllint', measured: small && base && rounded(small.seconds / base.seconds), atMost: 2 },
      { what: 'peak MB', measured: small?.peak ? rounded(small.peak, 0) : null, atMost: 150 },
      {
        what: 'peak MB, ten times the file',
        measured: large?.peak ? rounded(large.peak, 0) : null,
        atMost: 150,
      },
    ],
  }
}

export const bench: Bench = {
  title:
    'Reading a camt.053: our whole reader (bytes to normal form) beside xmllint, which only checks the XML, and other readers; each in its own process, whose start does not count',
  async run(options) {
    const folder = await mkdtemp(join(tmpdir(), 'kontobro-bench-'))
    try {
      return await measure(folder, options)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}
