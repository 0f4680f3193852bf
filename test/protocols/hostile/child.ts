/**
 * Reads the attack of a name in a process that may open nothing but the project itself, and prints as JSON what
 * became of it, the processor's time, the peak of memory and how often the network was asked for.
 */
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { ReadFailure } from '../../../src/protocols/read-failure.ts'
import { readStatementFile } from '../../../src/protocols/statement-file.ts'
import { type Attack, attacks } from './attacks.ts'

export type AttackReport = {
  /** The code of the refusal; null where it was read; any other error by its words. */
  readonly code: string | null
  readonly milliseconds: number
  /** Null where the system does not tell. */
  readonly peakMegabytes: number | null
  readonly calls: number
}

let calls = 0
Socket.prototype.connect = () => {
  calls++
  throw new Error('the reader called the network')
}

/** The attack itself is made before the clock runs, as far as it is one piece. */
async function* inPieces(pieces: Iterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece
}

async function outcome(source: AsyncIterable<Uint8Array>): Promise<string | null> {
  try {
    for await (const part of readStatementFile(source)) if (part.kind === 'file') continue
    return null
  } catch (error) {
    return error instanceof ReadFailure ? error.code : String(error)
  }
}

function peakMegabytes(): number | null {
  if (process.platform !== 'linux') return null
  const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kibibytes) / 1_024
}

async function run([, make]: Attack): Promise<AttackReport> {
  const source = inPieces(make())
  const begun = process.cpuUsage()
  const code = await outcome(source)
  const { user, system } = process.cpuUsage(begun)
  return {
    code,
    milliseconds: (user + system) / 1_000,
    peakMegabytes: peakMegabytes(),
    calls,
  }
}

const attack = attacks.find(([name]) => name === process.argv[2])
if (attack) process.stdout.write(JSON.stringify(await run(attack)))
