/** Where a command writes to and reads from: the process's own streams, or a test's. */
export type Terminal = {
  out(text: string): void
  err(text: string): void
  readonly stdin: AsyncIterable<Uint8Array>
}

export const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get stdin() {
    return process.stdin
  },
}

/** Does the work; answers the exit code. */
export type Run = (args: readonly string[], io: Terminal) => Promise<number>

export type Command = {
  readonly name: string
  readonly usage: string
  readonly summary: string
  load(): Promise<Run>
}

/** A command called in a way it cannot work: exit code 2 and the usage line. */
export class UsageError extends Error {}
