import type { StatementEntry, StatementHead, StatementPart } from '../../src/domain/statement.ts'
import { ReadFailure } from '../../src/protocols/read-failure.ts'

export async function* inChunks(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export type Reading = {
  readonly parts: readonly StatementPart[]
  readonly entries: readonly StatementEntry[]
  /** Heads as they are at the end of their statements. */
  readonly heads: readonly StatementHead[]
  /** Rules of the warnings, in order. */
  readonly warnings: readonly string[]
  readonly failure:
    | { readonly code: string; readonly detail: string; readonly line: number | null }
    | undefined
}

/** Reads all there is and keeps the failure beside what came before it; any other error passes through. */
export async function collect(reader: AsyncIterable<StatementPart>): Promise<Reading> {
  const parts: StatementPart[] = []
  let failure: Reading['failure']
  try {
    for await (const part of reader) parts.push(part)
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
    failure = { code: error.code, detail: error.detail, line: error.line }
  }
  return {
    parts,
    entries: parts.flatMap((part) => (part.kind === 'entry' ? part.entry : [])),
    heads: parts.flatMap((part) => (part.kind === 'statementEnd' ? part.head : [])),
    warnings: parts.flatMap((part) => (part.kind === 'warning' ? part.warning.rule : [])),
    failure,
  }
}
