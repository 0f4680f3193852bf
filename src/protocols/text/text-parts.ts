import type { StatementPart } from '../../domain/statement.ts'
import type { StatementParts } from '../batches.ts'
import { createLineReader, type LineLimits, lineLimits } from './lines.ts'

export type Emit = (part: StatementPart) => void

/** A format that is read line by line; what it finds it emits at once. */
export type LineFormat = {
  /** `open`: the file ends in this line, so it may be cut off. */
  line(text: string, number: number, open: boolean): void
  /** The file ends here. */
  end(): void
}

/** Bytes between two looks at what was found: bounds what waits in memory. */
const stepBytes = 65_536

/**
 * Reads a text file through a format made of lines and gives out the parts as they are found.
 * @throws ReadFailure after all parts that stand before the fault.
 */
export async function* readTextParts(
  source: AsyncIterable<Uint8Array>,
  limits: Partial<LineLimits> | undefined,
  createFormat: (emit: Emit, encoding: () => string) => LineFormat,
): StatementParts {
  let found: StatementPart[] = []
  const take = (): readonly StatementPart[] => {
    const taken = found
    found = []
    return taken
  }
  const emit: Emit = (part) => found.push(part)
  const format = createFormat(emit, () => lines.encoding())
  let mixedFrom: number | undefined
  const otherEncoding = (line: number) => {
    mixedFrom = line
  }
  const lines = createLineReader({ line: format.line, otherEncoding }, { ...lineLimits, ...limits })
  try {
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length; from += stepBytes) {
        lines.write(chunk.subarray(from, from + stepBytes))
        if (found.length > 0) yield take()
      }
    }
    lines.end()
    format.end()
    if (mixedFrom !== undefined) emit(encodingMixed(mixedFrom))
  } catch (error) {
    yield take()
    throw error
  }
  yield take()
}

function encodingMixed(line: number): StatementPart {
  const detail = 'there are lines that are not UTF-8, as those before them; they are read as windows-1252'
  return { kind: 'warning', warning: { rule: 'encoding_mixed', detail, line } }
}
