import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  if (sorted.length === 0) throw new Error('there is no median of nothing')
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Rounded to a number of decimals, for tables. */
export function rounded(value: number, decimals = 2): number {
  return Number(value.toFixed(decimals))
}

/** Seconds that some work takes, with what it gives. */
export async function timed<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly seconds: number; readonly value: T }> {
  const begun = performance.now()
  const value = await work()
  return { seconds: (performance.now() - begun) / 1_000, value }
}

/**
 * Measures things in turns (all once, then all again) so that a slow minute of the machine falls on all of them.
 * Gives the results of each, by its name.
 */
export async function inTurns<T>(
  things: Readonly<Record<string, () => Promise<T>>>,
  runs: number,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const results = new Map<string, T[]>(Object.keys(things).map((name) => [name, []]))
  for (let run = 0; run < runs; run++) {
    for (const [name, measure] of Object.entries(things)) results.get(name)?.push(await measure())
  }
  return results
}

export type ChildRun = {
  readonly exitCode: number | null
  /** From start to exit, the start of the program included. */
  readonly seconds: number
  /** Peak resident memory; null where the system does not tell (it does on Linux). */
  readonly peakMegabytes: number | null
  readonly output: string
  readonly errors: string
}

/** Milliseconds between two looks at a child's memory; the system keeps the peak between them. */
const lookEveryMs = 10

/**
 * Runs a program in a process of its own to its end.
 * @throws Error when it cannot be started (`code` ENOENT where it is not installed).
 */
export function runChild(
  command: string,
  args: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<ChildRun> {
  return new Promise((done, refuse) => {
    const begun = performance.now()
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 600_000,
    })
    let [output, errors] = ['', '']
    let peak: number | null = null
    const look = setInterval(() => {
      peak = Math.max(peak ?? 0, peakMegabytesOf(child.pid ?? 0) ?? 0) || null
    }, lookEveryMs)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    let seconds = 0
    child.on('exit', () => {
      seconds = (performance.now() - begun) / 1_000
      clearInterval(look)
    })
    child.on('error', (error) => {
      clearInterval(look)
      refuse(error)
    })
    child.on('close', (exitCode) => done({ exitCode, seconds, peakMegabytes: peak, output, errors }))
  })
}

/** Peak resident memory of a process, this one by default, in megabytes (2^20 bytes); null where it is not told. */
export function peakMegabytesOf(pid: number | 'self' = 'self'): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) / 1_024
  } catch {
    return null
  }
}
