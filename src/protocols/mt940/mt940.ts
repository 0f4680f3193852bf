import type { StatementParts } from '../batches.ts'
import { ReadFailure } from '../read-failure.ts'
import type { LineLimits } from '../text/lines.ts'
import { readTextParts } from '../text/text-parts.ts'
import { createMtCollector } from './collector.ts'
import { createFieldReader, type MtLimits, mtLimits } from './fields.ts'

export type MtOptions = { readonly lines?: Partial<LineLimits>; readonly limits?: Partial<MtLimits> }

/**
 * Reads SWIFT customer statements (MT940) and interim reports (MT942) in the dialects of many banks, in constant
 * memory. Parts come in file order, as those of `readCamt`. An MT942 states no balances. A statement in several
 * messages (60M, 62M) gives one statement for each. What is odd but readable gives a warning; a movement whose money
 * cannot be read for certain is left out with the warning `entry_unreadable`. A statement that the file breaks off in
 * (no closing balance, 62F or 62M, and no end of the message) has no end: its last movement may have lost its words.
 * @throws ReadFailure after all parts that stand before the fault.
 */
export function readMt940(source: AsyncIterable<Uint8Array>, options: MtOptions = {}): StatementParts {
  const limits = { ...mtLimits, ...options.limits }
  return readTextParts(source, options.lines, (emit, encoding) => {
    const collector = createMtCollector(emit, { limits, encoding })
    const fields = createFieldReader(collector.field, limits)
    return {
      line: fields.line,
      end() {
        collector.end(fields.end())
        if (collector.found()) return
        throw new ReadFailure('format_unknown', 'there is no statement (field 20) in the file', null)
      },
    }
  })
}
