import type { StatementPart } from '../../domain/statement.ts'
import { gather, type StatementParts } from '../batches.ts'
import { createLineReader, type LineLimits, lineLimits } from './lines.ts'

export type Emit = (part: StatementPart) => void

/** A format that is read line by line; what it finds it emits at once. */
export type LineFormat = {
  /** `open`: the file ends in this line, so it may be cut off. */
  line(text: string, number: number, open: boolean): void
  /** The file ends here. */
  end(): void
}

const stepBytes = 65_536

/**
 * Reads a text file through a format made of lines and gives out the parts as they are found.
 * @throws ReadFailure after all parts that stand before the fault.
 */
export function readTextParts(
  source: AsyncIterable<Uint8Array>,
  limits: Partial<LineLimits> | undefined,
  createFormat: (emit: Emit, encoding: () => string) => LineFormat,
): StatementParts {
  return gather(source, (emit) => {
    const format = createFormat(emit, () => lines.encoding())
    let mixedFrom: number | undefined
    const otherEncoding = (line: number) => {
      mixedFrom = line
    }
    const lines = createLineReader({ line: format.line, otherEncoding }, { ...lineLimits, ...limits })
    const end = () => {
      lines.end()
      format.end()
      if (mixedFrom !== undefined) emit(encodingMixed(mixedFrom))
    }
    return { stepBytes, write: lines.write, end }
  })
}

function encodingMixed(line: number): StatementPart {
  const detail = 'there are lines that are not UTF-8, as those before them; they are read as windows-1252'
  return { kind: 'warning', warning: { rule: 'encoding_mixed', detail, line } }
}
